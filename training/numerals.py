"""Train the network that tells digits, Roman numerals and marks (``extractors.numerals``).

    python -m training.numerals          # about two minutes; the same seed gives the same network

Signs are printed in the installed faces that have all Vietnamese letters, at the sizes and
resolutions of offices, aged, cut out as ``extractors.numerals`` does, and named by what was printed
where. Letters that are no such sign are examples of "" (left to Tesseract).
"""

from __future__ import annotations

import random
import sys
from collections import Counter

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from extractors.numerals import MODEL, describe, find_signs
from extractors.straighten import stretch
from training.paper import VIETNAMESE_LETTERS, faces

CLASSES = ["", *"0123456789", *"ABCDĐEGHIKLMNPSTVX", "x", *".,%-/()+:;><≥≤", "II", "III"]
HIDDEN = 96
# Letters that no eye tells from digits or numerals when they stand alone are no examples.
_WORD_LETTERS = sorted({*VIETNAMESE_LETTERS} - {*"oOlLiIsSvVxXcCdDmMzZ"} | {*"bfhkqrwzFJQUW"})
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XV", "L", "C")
KINDS = ("number", "share", "roman", "code", "mark", "letters", "year", "capitals")


def a_text(rng: random.Random) -> str:
    """Something that stands in a short cell."""
    kind = rng.choice(KINDS)
    number = str(rng.choice((rng.randint(0, 9), rng.randint(0, 99), rng.randint(0, 9999))))
    roman = rng.choice(_ROMAN)
    if kind == "number":
        return rng.choice((number, f"{number}.", f"0{number}", f"{number},{rng.randint(0, 9)}"))
    if kind == "share":
        sign = rng.choice(("", "", "≥", "≥ ", "≤", ">", "< ", "+"))
        return f"{sign}{number}{rng.choice(('', '', ',5'))}%"
    if kind == "roman":
        return roman + rng.choice(("", "", ".", ")", ":"))
    if kind == "code":
        head = rng.choice((roman, rng.choice("ABCDĐ"), str(rng.randint(1, 9))))
        return head + f".{rng.randint(1, 12)}" * rng.randint(1, 2)
    if kind == "mark":
        return rng.choice(("x", "X", "-", "x", "X", "+", "–", "/", "(1)", "(12)", "STT", "TT"))
    if kind == "year":
        return rng.choice(
            (
                str(rng.randint(2015, 2035)),
                f"{rng.randint(1, 12)}/{rng.randint(2024, 2031)}",
                f"{rng.randint(2021, 2026)}-{rng.randint(2026, 2035)}",
            )
        )
    if kind == "capitals":
        return "".join(rng.choice("ABCDĐEGHIKLMNPSTVX") for _ in range(rng.randint(1, 4)))
    return "".join(rng.choice(_WORD_LETTERS) for _ in range(rng.randint(1, 5)))


def examples(
    text: str, rng: random.Random, noise: np.random.Generator
) -> list[tuple[str, np.ndarray]]:
    """Print a text, age it, cut out its signs: what stands there, and what the network sees."""
    points, dpi = rng.uniform(10, 14.5), rng.choice((150, 150, 200, 200, 200, 250, 300))
    font = ImageFont.truetype(rng.choice(faces()), round(points * dpi / 72))
    size = round(points * dpi / 72)
    image = Image.new("L", (size * (len(text) + 2), size * 3), 255)
    draw = ImageDraw.Draw(image)
    spans = []
    x = float(size)
    for letter in text:
        ink = font.getbbox(letter)
        spans.append((letter, x + ink[0], x + ink[2]))
        draw.text((x, size), letter, font=font, fill=rng.choice((0, 0, 0, 40)))
        x += font.getlength(letter)
    box = font.getbbox("0")
    capital = (box[3] - box[1]) * rng.uniform(0.93, 1.07)
    grey = np.asarray(image)
    turn = cv2.getRotationMatrix2D((x / 2, size), rng.gauss(0, 0.25), rng.uniform(0.97, 1.03))
    turn[:, 2] += (rng.random(), rng.random())
    grey = cv2.warpAffine(
        grey, turn, grey.shape[::-1], flags=cv2.INTER_LINEAR, borderValue=(255.0,)
    )
    grey = cv2.GaussianBlur(grey, (0, 0), rng.uniform(0.3, 1.1))
    grey = np.clip(grey - np.abs(noise.normal(0, rng.uniform(0, 14), grey.shape)), 0, 255)
    grey = grey.astype(np.uint8)
    if rng.random() < 0.35:
        grey = np.where(grey < rng.randint(110, 200), 0, 255).astype(np.uint8)
    elif rng.random() < 0.7:
        _, packed = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, rng.randint(35, 90)])
        grey = cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)
    grey = cv2.GaussianBlur(stretch(grey.astype(np.uint8)), (0, 0), 0.5).astype(np.uint8)
    signs = find_signs(grey, capital)
    found = []
    for sign in signs:
        inside = "".join(
            letter for letter, left, right in spans if sign.x0 <= (left + right) / 2 <= sign.x1
        ).replace("–", "-")
        name = inside if inside in CLASSES else ""
        found.append((name, describe(grey, sign, signs, capital)))
    return found


def train(inputs: np.ndarray, labels: np.ndarray, seed: int) -> list[np.ndarray]:
    """One hidden layer, Adam, cross entropy."""
    rng = np.random.default_rng(seed)
    count, width = inputs.shape
    shapes = [(width, HIDDEN), (HIDDEN,), (HIDDEN, len(CLASSES)), (len(CLASSES),)]
    weights = [
        (rng.normal(0, np.sqrt(2 / shape[0]), shape) if len(shape) > 1 else np.zeros(shape)).astype(
            np.float32
        )
        for shape in shapes
    ]
    first = [np.zeros_like(one) for one in weights]
    second = [np.zeros_like(one) for one in weights]
    step, epochs = 0, 14
    for epoch in range(epochs):
        rate = 0.002 * 0.5 * (1 + np.cos(np.pi * epoch / epochs))
        order = rng.permutation(count)
        for start in range(0, count, 256):
            rows = order[start : start + 256]
            x, y = inputs[rows], labels[rows]
            hidden = np.maximum(x @ weights[0] + weights[1], 0)
            dropped = hidden * (rng.random(hidden.shape) > 0.1) / 0.9
            scores = dropped @ weights[2] + weights[3]
            scores -= scores.max(axis=1, keepdims=True)
            chances = np.exp(scores)
            chances /= chances.sum(axis=1, keepdims=True)
            chances[np.arange(len(y)), y] -= 1
            slope = (chances / len(y)).astype(np.float32)
            back = (slope @ weights[2].T) * (dropped > 0) / 0.9
            grads = [x.T @ back, back.sum(axis=0), dropped.T @ slope, slope.sum(axis=0)]
            step += 1
            for index, grad in enumerate(grads):
                first[index] = 0.9 * first[index] + 0.1 * grad
                second[index] = 0.999 * second[index] + 0.001 * grad**2
                mean = first[index] / (1 - 0.9**step)
                spread = second[index] / (1 - 0.999**step)
                weights[index] -= (
                    rate * (mean / (np.sqrt(spread) + 1e-8) + 1e-4 * weights[index])
                ).astype(np.float32)
    return weights


def gather(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng, noise = random.Random(seed), np.random.default_rng(seed)
    names: list[str] = []
    seen: list[np.ndarray] = []
    while len(names) < count:
        for name, features in examples(a_text(rng), rng, noise):
            names.append(name)
            seen.append(features)
    return np.stack(seen), np.array([CLASSES.index(name) for name in names])


def main(count: int = 50_000, seed: int = 20260) -> None:
    inputs, labels = gather(count, seed)
    weights = train(inputs, labels, seed)
    MODEL.parent.mkdir(exist_ok=True)
    arrays = {
        name: one.astype(np.float16)
        for name, one in zip(("w1", "b1", "w2", "b2"), weights, strict=True)
    }
    np.savez_compressed(MODEL, classes=np.array(CLASSES), **arrays)
    tests, truth = gather(4_000, seed + 1)
    hidden = np.maximum(tests @ weights[0] + weights[1], 0)
    told = (hidden @ weights[2] + weights[3]).argmax(axis=1)
    wrong = Counter((CLASSES[a], CLASSES[b]) for a, b in zip(truth, told, strict=True) if a != b)
    print(
        f"{1 - sum(wrong.values()) / len(truth):.2%} of {len(truth)} unseen signs",
        wrong.most_common(25),
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
