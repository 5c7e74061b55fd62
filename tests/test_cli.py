"""The command line: exit codes, languages, and that everything it names is real."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest
from blank_records import blank

from pipeline import cli, store
from pipeline.errors import ExitCode
from pipeline.messages import _MESSAGES, say
from pipeline.schema import DATASETS

ROOT = Path(__file__).parents[1]
COMMANDS = {"run", "extract", "repair", "check", "watch", "export", "doctor"}


@pytest.fixture
def english(monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def vietnamese(monkeypatch):
    monkeypatch.setenv("LC_ALL", "vi_VN.UTF-8")


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "out"
    rows = [
        blank("projects", row_id="a/1", text='=HYPERLINK("x")', years=[2026, 2027]),
        blank("projects", row_id="a/2", text="- Dự án “số”; gồm\nhai dòng"),
    ]
    store.publish(folder, {"projects": rows}, {"inputs": {}})
    return folder


def phuluc(*arguments):
    with pytest.raises(SystemExit) as ended:
        cli.main([str(argument) for argument in arguments])
    return ended.value.code


def test_help_answers_within_half_a_second():
    spent = []
    for _ in range(3):
        began = time.perf_counter()
        helped = subprocess.run(
            [sys.executable, "-m", "pipeline.cli", "--help"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        spent.append(time.perf_counter() - began)
    assert min(spent) <= 0.5
    assert all(command in helped.stdout for command in COMMANDS)


def test_every_command_has_help_and_is_in_the_readme():
    assert set(cli.cli.commands) == COMMANDS
    readme = (ROOT / "README.md").read_text("utf-8")
    for name, command in cli.cli.commands.items():
        assert command.help
        assert f"phuluc {name}" in readme


def test_exit_codes_are_those_of_the_help():
    told = cli.cli.help
    for code in ExitCode:
        assert str(int(code)) in told


def test_every_message_has_both_languages_with_the_same_values():
    import string

    def names(text):
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for key, (vi, en) in _MESSAGES.items():
        assert names(vi) == names(en), key


@pytest.mark.parametrize(
    ("locale", "told"), [("vi_VN.UTF-8", "Không tìm thấy"), ("C.UTF-8", "There is no")]
)
def test_errors_speak_the_persons_language(monkeypatch, tmp_path, capsys, locale, told):
    monkeypatch.setenv("LC_ALL", locale)
    assert phuluc("run", "--raw", tmp_path / "none") == ExitCode.BAD_ARGUMENTS
    assert told in capsys.readouterr().err


def test_lc_all_wins_over_lang(monkeypatch):
    monkeypatch.setenv("LANG", "vi_VN.UTF-8")
    monkeypatch.setenv("LC_ALL", "C")
    assert say("doctor-fine") == "This machine has everything."


@pytest.mark.parametrize(
    "arguments",
    [["run", "--jobs", "0"], ["nonsense"], ["extract"], ["run", "--no-such-option"]],
)
def test_bad_arguments_exit_with_1(arguments, english, capsys):
    assert phuluc(*arguments) == ExitCode.BAD_ARGUMENTS
    assert "phuluc --help" in capsys.readouterr().err


def test_missing_files_and_folders_are_named(tmp_path, english, capsys):
    assert phuluc("extract", tmp_path / "none.txt") == ExitCode.BAD_ARGUMENTS
    assert "none.txt" in capsys.readouterr().err
    assert phuluc("check", "--golden", tmp_path / "none") == ExitCode.BAD_ARGUMENTS
    assert phuluc("export", "--out", tmp_path, "--csv", tmp_path) == ExitCode.READ_WRITE
    assert phuluc("export", "--out", tmp_path) == ExitCode.BAD_ARGUMENTS


def test_a_missing_package_names_the_mend(monkeypatch, english, capsys):
    def missing(_arguments, **_options):
        raise ModuleNotFoundError("No module named 'spacy'", name="spacy")

    monkeypatch.setattr(cli.cli, "main", missing)
    assert phuluc("run") == ExitCode.MISSING_DEPENDENCY
    assert "make setup" in capsys.readouterr().err


def test_ctrl_c_exits_with_130(monkeypatch, english, capsys):
    def interrupted(_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.cli, "main", interrupted)
    assert phuluc("run") == ExitCode.INTERRUPTED


def test_an_unwritable_folder_exits_with_5(tmp_path, english, capsys):
    (tmp_path / "raw").mkdir()
    blocked = tmp_path / "out"
    blocked.write_text("a file stands where the folder should be", "utf-8")
    assert phuluc("run", "--raw", tmp_path / "raw", "--out", blocked) == ExitCode.READ_WRITE


def test_an_empty_inbox_is_no_error(tmp_path, vietnamese, capsys):
    (tmp_path / "raw").mkdir()
    assert phuluc("run", "--raw", tmp_path / "raw", "--out", tmp_path / "out") == ExitCode.OK
    assert "chưa có tệp nào" in capsys.readouterr().out


def test_csv_keeps_every_value_and_runs_no_formula(out, tmp_path, english):
    assert phuluc("export", "--out", out, "--csv", tmp_path / "csv") == ExitCode.OK
    data = (tmp_path / "csv" / "projects.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf"), "Excel needs the mark"
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert list(rows[0]) == list(DATASETS["projects"].names)
    assert rows[0]["text"] == '\'=HYPERLINK("x")'
    assert rows[0]["years"] == "2026; 2027"
    assert rows[1]["text"] == "- Dự án “số”; gồm\nhai dòng"
    assert len(list((tmp_path / "csv").iterdir())) == len(DATASETS)


def test_jsonl_holds_the_records(out, tmp_path, english):
    assert phuluc("export", "--out", out, "--jsonl", tmp_path / "jsonl") == ExitCode.OK
    lines = (tmp_path / "jsonl" / "projects.jsonl").read_text("utf-8").split("\n")[:-1]
    assert [json.loads(line) for line in lines] == store.read_dataset(out, "projects")


def test_the_workbook_has_a_sheet_a_dataset_and_no_formula(out, tmp_path, english):
    assert phuluc("export", "--out", out, "--xlsx", tmp_path / "xlsx") == ExitCode.OK
    workbook = openpyxl.load_workbook(tmp_path / "xlsx" / "phuluc.xlsx")
    assert workbook.sheetnames == list(DATASETS)
    column = DATASETS["projects"].names.index("text") + 1
    cell = workbook["projects"].cell(2, column)
    assert (cell.value, cell.data_type) == ('=HYPERLINK("x")', "s")


def test_rows_of_the_workbook_show_all_their_text_and_which_to_review(out, tmp_path, english):
    assert phuluc("export", "--out", out, "--xlsx", tmp_path / "xlsx") == ExitCode.OK
    sheet = openpyxl.load_workbook(tmp_path / "xlsx" / "phuluc.xlsx")["projects"]
    names = DATASETS["projects"].names
    assert sheet.print_title_rows == "$1:$1"
    for number, row in enumerate(store.read_dataset(out, "projects"), start=2):
        column = openpyxl.utils.get_column_letter(names.index("text") + 1)
        lines = len(row["text"]) / sheet.column_dimensions[column].width
        assert sheet.row_dimensions[number].height >= 15 * lines
        shaded = sheet.cell(number, 1).fill.fgColor.rgb == "00FFF2CC"
        assert shaded == row["needs_review"]


def test_doctor_names_what_is_missing_and_the_mend(tmp_path, english, capsys):
    raw = tmp_path / "raw"
    code = phuluc("doctor", "--raw", raw, "--out", tmp_path / "out")
    assert code == ExitCode.MISSING_DEPENDENCY
    assert f"mkdir -p {raw}" in capsys.readouterr().out


def test_a_closed_pipe_is_no_error():
    reader, writer = os.pipe()
    os.close(reader)
    code = "import sys; from pipeline import cli; cli.main(['--help'])"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=writer, check=False)
    os.close(writer)
    assert ended.returncode == 0
