"""The forms of invented tables: fixed ones, and forms drawn at random (``any``).

A form is a dataset and the table's columns; their fields are those of the dataset.
"""

from __future__ import annotations

import random
from dataclasses import replace

from training.tables import Column

ANY = "any"  # a form drawn at random

Form = tuple[str, tuple[Column, ...]]

_NUMBER = Column("number", "TT", 0.05)
FORMS: dict[str, Form] = {
    "tasks-6": (
        "tasks",
        (
            _NUMBER,
            Column("text", "Nhiệm vụ, giải pháp", 0.33, "justify"),
            Column("lead", "Cơ quan chủ trì", 0.14),
            Column("coordinate", "Cơ quan phối hợp", 0.16),
            Column("expected_result", "Kết quả", 0.21),
            Column("deadline", "Thời gian thực hiện", 0.11),
        ),
    ),
    "tasks-6-left": (
        "tasks",
        (
            Column("number", "STT", 0.06),
            Column("text", "Nội dung nhiệm vụ", 0.32, "left"),
            Column("lead", "Đơn vị chủ trì", 0.15, "left"),
            Column("coordinate", "Đơn vị phối hợp", 0.17, "left"),
            Column("expected_result", "Sản phẩm, kết quả dự kiến", 0.18, "left"),
            Column("deadline", "Thời hạn hoàn thành", 0.12),
        ),
    ),
    "tasks-5": (
        "tasks",
        (
            Column("number", "STT", 0.06),
            Column("text", "Nhiệm vụ", 0.42, "justify"),
            Column("lead", "Cơ quan, đơn vị chủ trì", 0.18),
            Column("coordinate", "Cơ quan, đơn vị phối hợp", 0.21),
            Column("deadline", "Thời gian hoàn thành", 0.13),
        ),
    ),
    "tasks-5-result": (
        "tasks",
        (
            _NUMBER,
            Column("text", "Nội dung công việc", 0.38, "justify"),
            Column("lead", "Cơ quan chủ trì thực hiện", 0.19),
            Column("expected_result", "Kết quả, sản phẩm", 0.24),
            Column("deadline", "Thời gian", 0.14),
        ),
    ),
    "indicators-5": (
        "indicators",
        (
            _NUMBER,
            Column("text", "Chỉ tiêu", 0.47, "justify"),
            Column("target", "Kết quả", 0.08),
            Column("lead", "Cơ quan chủ trì triển khai, theo dõi và đánh giá", 0.20),
            Column("implement", "Cơ quan thực hiện", 0.20),
        ),
    ),
    "indicators-4": (
        "indicators",
        (
            _NUMBER,
            Column("text", "Chỉ tiêu", 0.56, "left"),
            Column("target", "Mục tiêu năm 2026", 0.14),
            Column("lead", "Cơ quan chủ trì/Đánh giá", 0.25),
        ),
    ),
    "projects": (
        "projects",
        (
            _NUMBER,
            Column("text", "Tên dự án", 0.45, "justify"),
            Column("lead", "Cơ quan chủ trì", 0.2),
            *(
                Column(str(year), str(year), 0.06, group="Phân kỳ thời gian thực hiện")
                for year in range(2026, 2031)
            ),
        ),
    ),
    "projects-levels": (
        "projects",
        (
            _NUMBER,
            Column("text", "Tên nhiệm vụ/chương trình/dự án", 0.42, "justify"),
            Column("lead", "Cơ quan, đơn vị chủ trì", 0.2),
            *(
                Column(str(year), str(year), 0.066, group="Phân kỳ thời gian triển khai")
                for year in range(2026, 2031)
            ),
        ),
    ),
    "tasks-6-long": (
        "tasks",
        (
            _NUMBER,
            Column("text", "Nhiệm vụ", 0.36, "justify"),
            Column("lead", "Cơ quan chủ trì", 0.14),
            Column("coordinate", "Cơ quan phối hợp", 0.16),
            Column("expected_result", "Kết quả", 0.19),
            Column("deadline", "Thời gian hoàn thành", 0.10),
        ),
    ),
    "tasks-5-note-long": (
        "tasks",
        (
            _NUMBER,
            Column("text", "Nội dung nhiệm vụ", 0.42, "justify"),
            Column("lead", "Cơ quan chủ trì", 0.16),
            Column("coordinate", "Cơ quan phối hợp", 0.16),
            Column("deadline", "Thời hạn hoàn thành", 0.11),
            Column("note", "Ghi chú", 0.1),
        ),
    ),
    "tasks-4": (
        "tasks",
        (
            Column("number", "Stt", 0.06),
            Column("text", "Nội dung", 0.52, "left"),
            Column("lead", "Cơ quan thực hiện", 0.25),
            Column("deadline", "Thời gian", 0.17),
        ),
    ),
}
FORMS["indicators-5-stages"] = FORMS["indicators-5"]  # in sections of their own: see invented.py


_HEADINGS: dict[str, tuple[float, tuple[str, ...]]] = {  # usual width, headings as plans print them
    "number": (0.05, ("TT", "STT", "Stt", "Số TT")),
    "text": (
        0.36,
        ("Nhiệm vụ", "Nội dung", "Nội dung nhiệm vụ", "Nhiệm vụ, giải pháp", "Tên nhiệm vụ"),
    ),
    "target": (0.1, ("Mục tiêu", "Chỉ tiêu năm 2026", "Kết quả", "Mục tiêu năm 2026")),
    "lead": (0.16, ("Cơ quan chủ trì", "Đơn vị chủ trì", "Cơ quan, đơn vị chủ trì", "Chủ trì")),
    "implement": (0.18, ("Cơ quan thực hiện", "Đơn vị thực hiện")),
    "coordinate": (0.17, ("Cơ quan phối hợp", "Đơn vị phối hợp", "Phối hợp")),
    "expected_result": (0.18, ("Kết quả", "Sản phẩm", "Kết quả, sản phẩm", "Dự kiến kết quả")),
    "deadline": (0.11, ("Thời gian", "Thời gian thực hiện", "Thời hạn", "Thời gian hoàn thành")),
    "note": (0.09, ("Ghi chú",)),
}
_DATASETS = ("tasks", "tasks", "tasks", "tasks", "indicators", "projects")
_CHANCES = {"lead": 0.95, "coordinate": 0.6, "expected_result": 0.55, "deadline": 0.85, "note": 0.2}
_INDICATORS = {"target": 0.9, "lead": 0.9, "implement": 0.5}
_PROJECTS = {"lead": 1.0}


def drawn_form(rng: random.Random) -> Form:
    """A form with columns, headings and widths drawn anew; the result stands last now and then."""
    dataset = rng.choice(_DATASETS)
    chances = {"indicators": _INDICATORS, "projects": _PROJECTS}.get(dataset, _CHANCES)
    fields = [name for name, chance in chances.items() if rng.random() < chance]
    fields = fields if len(fields) > 1 else list(chances)[:2]
    if "deadline" in fields and "expected_result" in fields and rng.random() < 0.3:
        fields.remove("expected_result")
        fields.append("expected_result")
    shares = {n: _HEADINGS[n][0] * rng.uniform(0.8, 1.25) for n in ("number", "text", *fields)}
    years = range(2026, 2031) if dataset == "projects" else ()
    shares |= {str(year): 0.06 for year in years}
    whole = sum(shares.values())
    align = rng.choice(("justify", "justify", "left"))
    group = "Phân kỳ thời gian thực hiện" if years else ""
    columns = []
    for name, share in shares.items():
        heading = rng.choice(_HEADINGS[name][1]) if name in _HEADINGS else name
        if name == "text" and dataset == "indicators":
            heading = "Chỉ tiêu"
        column = Column(name, heading, share / whole, group="" if name in _HEADINGS else group)
        columns.append(replace(column, align=align) if name == "text" else column)
    return dataset, tuple(columns)
