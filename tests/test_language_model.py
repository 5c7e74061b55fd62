"""The language model's tables, its scalar and vector look-ups, and the words it sees."""

from __future__ import annotations

import numpy as np

from normalizers.language_model import (
    STEP,
    UNSEEN,
    LanguageModel,
    build_pairs,
    build_table,
    hash_key,
    hash_keys,
)
from normalizers.repair import load_model
from normalizers.tokens import lm_words, new_style, split_edges, tokenize_chunk


def test_scalar_and_vector_hashes_agree() -> None:
    keys = [0, 1, 65_535, 1 << 48, (1 << 64) - 1]
    assert [int(h) for h in hash_keys(np.array(keys, np.uint64))] == [hash_key(k) for k in keys]


def test_table_finds_what_it_holds() -> None:
    keys = np.arange(1, 500, dtype=np.uint64) * np.uint64(7919)
    table = build_table(keys, np.log(np.linspace(0.01, 1, len(keys))), None)
    found = table.find(keys)
    assert (found >= 0).all()
    assert [table.find_one(int(key)) for key in keys] == found.tolist()
    strangers = table.find(np.arange(10**9, 10**9 + 2000, dtype=np.uint64))
    assert (strangers >= 0).mean() < 0.01


def test_pairs_hold_bigrams_exactly() -> None:
    rows = [(0, 2), (0, 5), (3, 0), (3, 5), (5, 5)]
    keys = np.array([a << 16 | b for a, b in rows], np.uint64)
    pairs = build_pairs(keys, np.log([0.5, 0.1, 0.9, 1.0, 0.2]), np.zeros(5), 6)
    every = [a << 16 | b for a in range(6) for b in range(6)]
    expected = [rows.index((a, b)) if (a, b) in rows else -1 for a in range(6) for b in range(6)]
    assert pairs.find(np.array(every, np.uint64)).tolist() == expected
    assert [pairs.find_one(key) for key in every] == expected
    levels = pairs.grid(np.array([5, 0]), np.array([5, 1, 2]), 6)
    assert levels.tolist() == [
        [round(-np.log(0.2) / STEP), UNSEEN, UNSEEN],
        [round(-np.log(0.1) / STEP), UNSEEN, round(-np.log(0.5) / STEP)],
    ]


def _model() -> LanguageModel:
    return load_model().language


def test_scalar_and_vector_probabilities_agree() -> None:
    model = _model()
    draw = np.random.default_rng(0)
    rows = draw.integers(0, min(3000, len(model.words)), (400, 4))
    rows[0] = [model.number_of(word) for word in ("</s>", "ủy", "ban", "nhân")]
    keys = np.array([a << 48 | b << 32 | c << 16 | d for a, b, c, d in rows.tolist()], np.uint64)
    vector = model.log_probs(keys)
    scalar = [model.log_prob(*row) for row in rows.tolist()]
    assert np.allclose(vector, scalar, atol=1e-4)


def test_probabilities_of_all_words_sum_to_about_one() -> None:
    """About: a fingerprint met by chance lends one word in thousands a probability not its own."""
    model = _model()
    sums = []
    for context in (
        ("</s>", "ủy", "ban"),
        ("theo", "quy", "định"),
        ("quả", "mít", "tố"),
        ("tỉnh", "quảng", "ngãi"),
    ):
        a, b, c = (model.number_of(word) for word in context)
        head = np.uint64(a << 48 | b << 32 | c << 16)
        keys = head | np.arange(len(model.words), dtype=np.uint64)
        sums.append(float(np.exp(model.log_probs(keys).astype(float)).sum()))
    assert 0.9 < float(np.median(sums)) < 1.15
    assert max(sums) < 2.0


def test_the_start_of_a_text_is_no_roman_number() -> None:
    """Rows of dots once made "thứ", a chance fingerprint "II" the likeliest first word."""
    model = _model()
    head = np.uint64(model.boundary << 48 | model.boundary << 32 | model.boundary << 16)
    logs = model.log_probs(head | np.arange(len(model.words), dtype=np.uint64))
    assert np.isclose(logs.max(), logs[model.number])
    assert logs[model.number] > logs[model.number_of("ii")]


def test_unknown_acronyms_are_a_class() -> None:
    model = _model()
    assert model.number_of("QXZWK") == model.acronym
    assert model.number_of("qxzwk") == model.unknown


def test_words_of_a_text() -> None:
    assert lm_words("Sở KH&CN trình 05/KH-UBND; năm 2026.") == [
        "sở", "KH&CN", "trình", "<code>", "</s>", "năm", "<num>", "</s>",
    ]  # fmt: skip
    assert lm_words("KẾ HOẠCH CHUYỂN ĐỔI SỐ") == ["kế", "hoạch", "chuyển", "đổi", "số", "</s>"]


def test_tone_places_are_folded() -> None:
    assert [new_style(w) for w in ("hoá", "uỷ", "quý", "thuỷ", "toàn")] == [
        "hóa",
        "ủy",
        "quý",
        "thủy",
        "toàn",
    ]


def test_chunks() -> None:
    assert split_edges("hiện./.") == ("", "hiện", "./.")
    kinds = {
        chunk: tokenize_chunk(chunk).kind
        for chunk in ("S&", "100%", "05/KH-UBND", "|", "a@b.vn", "4n")
    }
    assert kinds == {
        "S&": "word", "100%": "number", "05/KH-UBND": "code",
        "|": "mark", "a@b.vn": "address", "4n": "word",
    }  # fmt: skip
