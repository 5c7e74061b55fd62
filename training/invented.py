"""Invent appendices from the held-out corpus: rows that read like a plan's, with their truth.

Task and indicator texts are clauses of real legal and administrative text that no language model
of this project was trained on; agencies, deadlines, targets and expected results come from small
lists of what such columns usually hold.  Everything follows from the ``random.Random`` passed in.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from normalizers.agencies import agencies
from training import corpus
from training.forms import ANY, FORMS, drawn_form
from training.tables import Column, TableRow

GoldenRow = dict[str, object]

VERBS = (
    "Triển khai|Xây dựng|Phát triển|Tổ chức|Hoàn thiện|Rà soát|Nghiên cứu|Tăng cường|Đẩy mạnh|"
    "Thực hiện|Ban hành|Tham mưu|Phối hợp|Kiểm tra|Hướng dẫn|Bảo đảm|Nâng cao|Đào tạo|Tiếp tục|"
    "Chủ trì|Theo dõi|Đánh giá|Cập nhật|Công khai|Tuyên truyền|Hỗ trợ|Thúc đẩy|Quản lý|Tiếp nhận|"
    "Lập|Cung cấp|Đầu tư|Bố trí|Khuyến khích|Tổng hợp|Báo cáo|Thẩm định|Huy động|Kết nối"
)
_TASK = re.compile(rf"^(?:{VERBS})\s")
_INDICATOR = re.compile(r"^(?:Tỷ lệ|Tỉ lệ|Số|Mức|Tổng|Diện tích|Phấn đấu|Bảo đảm|Hoàn thành)\s")
_MARKER = re.compile(r"^(?:[-+*•]|\(?\d{1,2}(?:\.\d+)*[.)/]|[a-zđ][.)]|Bước \d+[.:])\s*")
_ARTICLE = re.compile(r"^Điều [\w.]+\.\s+(.+)$")
_PLAIN = re.compile(r"^[\w\s,;:.()/%“”\"–-]+$")
_STAGE_SECTIONS = 3  # of each stage, in a form "-stages"

TITLES = (
    "Hoàn thiện thể chế, cơ chế, chính sách",
    "Phát triển hạ tầng và nền tảng dùng chung",
    "Phát triển nguồn nhân lực",
    "Bảo đảm an toàn, an ninh thông tin",
    "Tuyên truyền, nâng cao nhận thức",
    "Kinh tế và xã hội",
    "Cải cách thủ tục hành chính",
    "Hợp tác và huy động nguồn lực",
    "Giai đoạn 2026-2028",
    "Nhiệm vụ trọng tâm năm 2026",
    "Kiểm tra, giám sát, đánh giá",
    "Phát triển dữ liệu và ứng dụng phục vụ quản lý, điều hành của các cấp chính quyền địa phương",
)
DEPARTMENTS = (
    "Khoa học và Công nghệ",
    "Nội vụ",
    "Tài chính",
    "Tư pháp",
    "Y tế",
    "Xây dựng",
    "Công Thương",
    "Giáo dục và Đào tạo",
    "Nông nghiệp và Môi trường",
    "Văn hóa, Thể thao và Du lịch",
    "Ngoại vụ",
    "Dân tộc và Tôn giáo",
)
LEADS = (
    *(f"Sở {name}" for name in DEPARTMENTS),
    "Công an tỉnh",
    "Văn phòng UBND tỉnh",
    "Thanh tra tỉnh",
    "Bộ Chỉ huy Quân sự tỉnh",
    "UBND các xã, phường, đặc khu",
    "Các sở, ban, ngành",
    "Trung tâm Phục vụ hành chính công",
    "Văn phòng HĐND và UBND",
    "Phòng Văn hóa - Xã hội",
    "Ban Quản lý Khu kinh tế và các khu công nghiệp",
    "Trường Đại học Y Dược",
    "Ngân hàng Nhà nước Chi nhánh Khu vực 9",
    "Các sở, ban, ngành; UBND các xã, phường, đặc khu",
)
COORDINATES = (
    "Các sở, ban, ngành; UBND các xã, phường, đặc khu",
    "Các sở, ban, ngành và địa phương",
    "Các cơ quan, đơn vị liên quan",
    "UBND các xã, phường, đặc khu; các đơn vị có liên quan",
    "Các doanh nghiệp viễn thông trên địa bàn tỉnh",
    "Mặt trận Tổ quốc Việt Nam tỉnh và các tổ chức chính trị - xã hội",
    "Báo và Phát thanh, Truyền hình tỉnh; các cơ quan báo chí",
)
DEADLINES = (
    "Năm 2026",
    "Năm 2026-2030",
    "Năm 2025-2030",
    "Giai đoạn 2026 - 2030",
    "Tháng 12/2026",
    "Quý III/2026",
    "Quý IV năm 2026",
    "31/12/2025",
    "30/6/2026",
    "Trước ngày 20/12/2026",
    "Thường xuyên",
    "Hằng năm",
    "Thường xuyên, liên tục",
    "6 tháng đầu năm 2026",
    "Sau khi Bộ Nội vụ ban hành hướng dẫn",
    "Sau khi Chính phủ ban hành Nghị định",
    "Theo kế hoạch của Trung ương",
)
RESULTS = (
    "Báo cáo kết quả thực hiện",
    "Báo cáo thực hiện",
    "Quyết định của UBND tỉnh",
    "Quyết định ban hành",
    "Kế hoạch được ban hành",
    "Văn bản chỉ đạo, hướng dẫn",
    "Nghị quyết của HĐND tỉnh",
    "Hệ thống được đưa vào vận hành, khai thác",
    "Đề án được cấp có thẩm quyền phê duyệt",
    "Báo cáo định kỳ hằng quý",
)
RESULT_HEADS = ("Quyết định ban hành", "Kế hoạch", "Văn bản triển khai", "Báo cáo", "Hồ sơ")
NOTES = (
    "Nhiệm vụ mới",
    "Nhiệm vụ chuyển tiếp",
    "Theo Công văn số 12/VP",
    "Nghị quyết số 57-NQ/TW",
    "Báo cáo hằng tháng",
)
TARGETS = (
    "Đạt",
    "Hoàn thành",
    "≥ 90%",
    "Trên 95%",
    "Tối thiểu 03 mô hình",
    "02 hệ thống",
    "Top 20",
)


@dataclass(frozen=True, slots=True)
class Appendix:
    """One appendix: what stands above the table, the table, and its rows in golden format."""

    dataset: str
    label: str
    title: str
    attached_to: str
    columns: tuple[Column, ...]
    printed: tuple[TableRow, ...]
    truth: tuple[GoldenRow, ...]


TEXT_COLUMNS = {
    "indicators": ("text", "target", "lead", "implement"),
    "tasks": ("text", "lead", "coordinate", "expected_result", "deadline", "note"),
    "projects": ("text", "lead"),
    "results": ("text", "lead", "deadline", "result"),
}


@dataclass(frozen=True, slots=True)
class Pool:
    """Clauses of the corpus by what they can stand for."""

    tasks: tuple[str, ...]
    indicators: tuple[str, ...]
    phrases: tuple[str, ...]
    titles: tuple[str, ...]
    paragraphs: tuple[str, ...]


def _clauses(paragraph: str) -> Iterator[str]:
    for part in re.split(r"(?<=[;.])\s+(?=[A-ZĐÀ-Ỹ+-])", paragraph):
        clause = _MARKER.sub("", part).strip()
        if clause and _PLAIN.match(clause):
            yield clause


@lru_cache(maxsize=1)
def pool() -> Pool:
    """The held-out clauses, in corpus order, each once."""
    tasks: dict[str, None] = {}
    indicators: dict[str, None] = {}
    phrases: dict[str, None] = {}
    titles: dict[str, None] = {}
    running: dict[str, None] = {}
    banned = corpus.test_ngrams()
    for name in ("nq57-plans", "tthc", "vbpl-layout", "vbpl-review", "phapdien"):
        for paragraph in corpus.paragraphs(name, held_out=True, banned=banned):
            article = _ARTICLE.match(paragraph)
            if article and _PLAIN.match(article[1]) and 3 <= len(article[1].split()) <= 18:
                titles[article[1].rstrip(".;")] = None
            if 30 <= len(paragraph.split()) <= 120 and _PLAIN.match(paragraph):
                running[paragraph] = None
            for clause in _clauses(paragraph):
                size = len(clause.split())
                if 8 <= size <= 60 and _TASK.match(clause):
                    tasks[clause] = None
                elif 8 <= size <= 45 and _INDICATOR.match(clause):
                    indicators[clause] = None
                elif 5 <= size <= 14 and clause[0].isupper() and clause[1].islower():
                    phrases[clause.rstrip(".;")] = None
    return Pool(tuple(tasks), tuple(indicators), tuple(phrases), tuple(titles), tuple(running))


USUAL = {"lead": 0.75, "coordinate": 0.6, "deadline": 0.65, "expected_result": 0.5}
"""Share of a column's cells that say what it usually says, or nothing."""
CONCERNED = 0.25  # of partners at the end of a list, "... có liên quan"


def _lower_first(text: str) -> str:
    return text[0].lower() + text[1:]


@dataclass(slots=True)
class _Inventor:
    """One appendix' habits: the values its columns keep coming back to."""

    rng: random.Random
    clauses: Pool
    dataset: str
    used: set[str]
    long: bool = False
    names: Sequence[str] = LEADS[:-1]
    usual: float | None = None  # share of cells that say the usual, None: as most tables do
    lead: list[str] = field(init=False)
    coordinate: str = field(init=False)
    deadline: list[str] = field(init=False)
    result: list[str] = field(init=False)
    note: str = field(init=False)
    stop: str = field(init=False)

    def __post_init__(self) -> None:
        self.lead = self.rng.sample((*self.names, LEADS[-1]), 3)
        self.coordinate = self.rng.choice(COORDINATES)
        self.deadline = self.rng.sample(DEADLINES, 2)
        self.result = self.rng.sample(RESULTS, 2)
        self.result.append(f"{self.rng.choice(RESULT_HEADS)} {_lower_first(self.phrase())}")
        self.stop = self.rng.choice(("", ".", ".", ";"))
        self.note = self.rng.choice(NOTES) if self.long else ""

    def fresh(self, texts: Sequence[str]) -> str:
        """A text not used before in this dump, as long as there are any."""
        text = self.rng.choice(texts)
        for _ in range(100):
            if text not in self.used:
                break
            text = self.rng.choice(texts)
        self.used.add(text)
        return text

    def phrase(self) -> str:
        return self.fresh(self.clauses.phrases)

    def title(self) -> str:
        return self.fresh(TITLES if self.rng.random() < 0.5 else self.clauses.titles)

    def text(self) -> str:
        source = self.clauses.tasks
        if self.dataset == "indicators" and self.rng.random() < 0.7:
            source = self.clauses.indicators
        text = self.fresh(source).rstrip(".;,: ")
        for _ in range(self.rng.choice((0, 0, 1, 1, 2, 3)) if self.long else 0):
            clause = self.fresh(source).rstrip(".;,: ")
            text += f". {clause}" if self.rng.random() < 0.4 else f"; {_lower_first(clause)}"
        return text + (self.stop if self.rng.random() < 0.85 else "")

    def agencies(self) -> str:
        """One to three agencies, joined the way clerks join them."""
        names = self.rng.sample(self.names, self.rng.choice((1, 1, 2, 2, 3)))
        if self.rng.random() < 0.4:
            last = self.partners()
            names = [name for name in names if name not in last] + [last]
        joiner = (
            ", " if not any("," in name for name in names) and self.rng.random() < 0.5 else "; "
        )
        if ";" in joiner:
            names = [names[0], *(_lower_first(n) if n[:3] == "Các" else n for n in names[1:])]
        return joiner.join(names) + self.rng.choice(("", "", "", ";", "."))

    def partners(self) -> str:
        """All of some kind, at the end of a list: where habits vary, those who are usual, too."""
        last = self.rng.choice(COORDINATES)
        if self.usual is None:
            return last
        last = self.coordinate if self.rng.random() < self.usual else last
        more = self.rng.random() < CONCERNED and "liên quan" not in last
        return f"{last} có liên quan" if more else last

    def value(self, name: str) -> str:
        chance = self.rng.random()
        if self.usual is not None and name in USUAL:
            # as likely to say the usual as this table is, and what is left as it would be
            share, rest = self.usual, (1 - self.usual) / (1 - USUAL[name])
            chance = chance * USUAL[name] / share if chance < share else 1 - (1 - chance) / rest
        if name in ("lead", "implement", "coordinate"):
            if name == "lead":
                return self.rng.choice(self.lead) if chance < 0.75 else self.agencies()
            if chance < 0.06:
                return ""
            return self.coordinate if chance < 0.6 else self.agencies()
        if name == "deadline":
            return self.rng.choice(self.deadline if chance < 0.65 else DEADLINES)
        if name == "expected_result":
            if chance < 0.5:
                return self.rng.choice(self.result)
            if chance < 0.7:
                return self.rng.choice(RESULTS)
            if chance < 0.76:
                return ""
            return f"{self.rng.choice(RESULT_HEADS)} {_lower_first(self.phrase())}"
        if name == "note":
            return self.note if chance < 0.7 else self.rng.choice(("", *NOTES))
        if chance < 0.75:
            return self.rng.choice(
                ("100%", "100%", "95%", "90%", "80%", "50%", "70%", "30%", "15%")
            )
        return self.rng.choice(TARGETS)


def _drawn_names(rng: random.Random) -> tuple[str, ...]:
    """Whom a drawn table names: bodies of the registry below the State's, and the usual ones."""
    local = [one.name for one in agencies() if one.level != "central" and one.valid_to is None]
    return (*rng.sample(local, 10), *rng.sample(LEADS[:-1], 6))


def invent(
    form: str,
    label: str,
    rows: int,
    rng: random.Random,
    clauses: Pool,
    used: set[str],
    dotted: bool = True,
) -> Appendix:
    """An appendix of ``rows`` rows (group rows not counted) in one of :data:`FORMS`, or one drawn.

    ``used`` holds the texts that the dump has already; those of this appendix are added.
    ``dotted``: two levels of sections, the inner ones numbered "I.1"; else one level.  Row numbers
    start again in each section, or (half of the time, with one level) run on.  In a form "-levels"
    only the first section, most of the table, has inner ones; in one "-stages" the sections are
    those of two stages "A" and "B", and the first of each has inner ones; in one "-long" most texts
    have more than one clause, as the tasks of real plans have (40 to 60 words; other forms 26 to
    31), which half of those drawn at random (:data:`ANY`) have, too.
    """
    if form == ANY:
        dataset, columns = drawn_form(rng)
        long, names = rng.random() < 0.5, _drawn_names(rng)
        inventor = _Inventor(rng, clauses, dataset, used, long, names, rng.uniform(0.15, 0.75))
    else:
        dataset, columns = FORMS[form]
        inventor = _Inventor(rng, clauses, dataset, used, form.endswith("-long"))
    levels = form.endswith("-levels")
    stages = form.endswith("-stages")
    dotted = dotted or levels or stages
    printed: list[TableRow] = []
    truth: list[GoldenRow] = []
    run_on = not dotted and rng.random() < 0.5
    stop = rng.choice(("", "", "."))
    sections = _partition(rows, rng, 2 if dotted else rng.randint(3, 6))
    if levels:
        few = rng.randint(rows // 12, rows // 6)
        sections = [rows - 2 * few, few, few]
    if stages:
        sections = _partition(rows, rng, 2 * _STAGE_SECTIONS)
    skips = rng.random() < 0.3  # clerks do skip a number
    number = 0
    begun: list[str] = []
    for outer, count in enumerate(sections):
        stage, place = divmod(outer, _STAGE_SECTIONS) if stages else (0, outer)
        if stages and not place:
            letter = "AB"[stage]
            begun = [f"{letter} {_put_group(printed, letter, inventor.title(), stop)}"]
        roman = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")[place]
        path = [*begun, f"{roman} {_put_group(printed, roman, inventor.title(), stop)}"]
        nested = dotted and not ((levels or stages) and place)
        inner = _partition(count, rng, rng.randint(2, 4)) if nested else [count]
        for index, share in enumerate(inner):
            here = list(path)
            if nested:
                code = f"{roman}.{index + 1}"
                here.append(f"{code} {_put_group(printed, code, inventor.title(), '')}")
            number = number if run_on else 0
            for _ in range(share):
                number += 2 if skips and rng.random() < 0.04 else 1
                cells = {c.field: inventor.value(c.field) for c in columns[2:]}
                cells["text"] = inventor.text()
                years = [c.field for c in columns if c.group]
                if years:  # marked with "x" from one year on, for some years
                    first = rng.randrange(len(years))
                    if levels and rng.random() < 0.6:  # a plan's projects mostly run all through
                        first = 0
                    else:
                        years = years[first : first + rng.randint(1, len(years))]
                    cells |= {c.field: "x" * (c.field in years) for c in columns if c.group}
                printed.append(
                    TableRow((f"{number}{stop}", *(cells[c.field] for c in columns[1:])))
                )
                row: GoldenRow = {"dataset": dataset, "appendix": label}
                row |= {"section_path": here, "row_no": f"{number}{stop}"}
                row |= {name: cells.get(name) or None for name in TEXT_COLUMNS[dataset]}
                if years:
                    row["years"] = [int(year) for year in years]
                truth.append(row)
    kind = "CÁC CHỈ TIÊU CỤ THỂ" if dataset == "indicators" else "DANH MỤC CÁC NHIỆM VỤ, GIẢI PHÁP"
    title = f"{kind} {inventor.title().upper()}"
    day, month = rng.randint(1, 28), rng.randint(1, 12)
    attached = (
        f"(Kèm theo Kế hoạch số {rng.randint(2, 320)}/KH-UBND ngày {day:02d} tháng {month:02d} "
        f"năm {rng.choice((2025, 2026))} của UBND tỉnh)"
    )
    return Appendix(dataset, label, title, attached, columns, tuple(printed), tuple(truth))


def _put_group(printed: list[TableRow], code: str, title: str, stop: str) -> str:
    printed.append(TableRow((f"{code}{stop}", title), group=True))
    return title


def _partition(total: int, rng: random.Random, parts: int) -> list[int]:
    """``total`` cut into at most ``parts`` random positive shares."""
    parts = min(parts, total)
    cuts = sorted(rng.sample(range(1, total), parts - 1)) if parts > 1 else []
    return [b - a for a, b in zip([0, *cuts], [*cuts, total], strict=True)]


def body(
    appendices: Sequence[Appendix], rng: random.Random, clauses: Pool, filler: int = 8
) -> list[str]:
    """The plan's running text: its sections, some of its tasks as items, and other paragraphs."""
    paragraphs = list(rng.sample(clauses.paragraphs, filler))
    for appendix in appendices:
        title = ""
        for row in appendix.truth:
            path = row["section_path"]
            here = path[0] if isinstance(path, list) else ""
            if here != title:
                title = here
                paragraphs.append(here.replace(" ", ". ", 1))
            if rng.random() < 0.6:
                paragraphs.append(f"- {str(row['text']).rstrip('.;')}{rng.choice('.;')}")
            elif rng.random() < 0.15:
                paragraphs.append(rng.choice(clauses.paragraphs))
    return paragraphs
