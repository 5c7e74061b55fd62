"""The running text mends what a cell lost, between words that both have."""

from normalizers.passages import Passages, Word

BODY = Passages(
    [
        "Nền tảng",
        "- Tuân thủ các quy định hiện hành về bảo vệ dữ liệu cá nhân.",
        "- Xây dựng Nền tảng AI cấp tỉnh theo hướng tích hợp, sử dụng chung và mở rộng năng lực.",
    ]
)


def words(text: str, doubtful: str = "") -> list[Word]:
    doubted = set(doubtful.split())
    return [Word(token, token, token in doubted) for token in text.split()]


def test_a_doubtful_stretch_is_taken_from_the_passage() -> None:
    cell = words(
        "Xây dựng Nền tảng AI cấp tỉnh theo hutm tih hqp sử dụng chung và mở rộng năng lực",
        doubtful="hutm tih hqp",
    )
    (mend,) = BODY.mends(cell)
    assert (mend.first, mend.end, mend.text) == (8, 11, "hướng tích hợp,")


def test_shreds_between_shared_words_are_dropped() -> None:
    cell = words("Xây dựng Nền tảng NS AI cấp tỉnh theo hướng tích hợp,", doubtful="NS")
    (mend,) = BODY.mends(cell)
    assert (mend.first, mend.end, mend.text) == (4, 5, "")


def test_words_read_well_stay_as_they_are() -> None:
    cell = words("Xây dựng Nền tảng AI cấp xã theo hướng tích hợp, sử dụng chung và mở rộng")
    assert BODY.mends(cell) == ()


def test_ink_unlike_the_passage_is_left() -> None:
    cell = words(
        "Xây dựng Nền tảng AI cấp tỉnh theo 2026xyzw sử dụng chung và mở rộng năng lực",
        doubtful="2026xyzw",
    )
    assert BODY.mends(cell) == ()
