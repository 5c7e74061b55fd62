"""The command line: ``phuluc run``, ``extract``, ``repair``, ``check``, ``watch``, ``export``, ...

Everything heavy is imported inside the commands: ``phuluc --help`` answers at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, NoReturn

import click

from pipeline import __version__
from pipeline.errors import ExitCode, PhulucError
from pipeline.messages import choose, say

_RAW = click.option(
    "--raw",
    type=click.Path(path_type=Path),
    default=Path("raw"),
    show_default=True,
    help="The inbox: drop documents here.",
)
_OUT = click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("out"),
    show_default=True,
    help="The datasets.",
)
_JOBS = click.option(
    "--jobs", type=click.IntRange(min=1), default=None, help="Files read at a time.  [all cores]"
)
_TIMEOUT = click.option(
    "--timeout",
    type=click.FloatRange(min=1),
    default=600.0,
    show_default=True,
    help="Seconds after which a file goes to quarantine.",
)
_REGISTRY = click.option(
    "--registry",
    type=click.Path(path_type=Path),
    help="Your own agencies and aliases.  [agencies.toml, if it is there]",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="phuluc")
def cli() -> None:
    """Turn the appendices (phụ lục) of Vietnamese official plans into checked datasets.

    Exit codes: 0 fine, 1 bad arguments, 2 some inputs quarantined, 3 a dependency is missing,
    4 the golden check failed, 5 cannot read or write, 130 interrupted.
    """


@cli.command()
@_RAW
@_OUT
@_JOBS
@_TIMEOUT
@_REGISTRY
def run(raw: Path, out: Path, jobs: int | None, timeout: float, registry: Path | None) -> ExitCode:
    """Read everything new or changed in the inbox and bring the datasets up to date."""
    from pipeline.summary import run_with_summary

    return run_with_summary(raw, out, jobs or core_count(), timeout, registry)


@cli.command()
@_RAW
@_OUT
@_JOBS
@_TIMEOUT
@_REGISTRY
@click.option(
    "--every",
    type=click.FloatRange(min=0.2),
    default=5.0,
    show_default=True,
    help="Seconds between two looks at the inbox.",
)
def watch(
    raw: Path,
    out: Path,
    jobs: int | None,
    timeout: float,
    registry: Path | None,
    every: float,
) -> ExitCode:
    """Run for every file that lands in the inbox, until Ctrl+C."""
    from pipeline.watch import watch_inbox

    watch_inbox(raw, out, jobs or core_count(), timeout, every, registry=registry)
    return ExitCode.OK


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a row.")
@click.option(
    "--overlay",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Paint the recognised cells over the pages into this PDF.",
)
@_REGISTRY
def extract(file: Path, *, as_json: bool, overlay: Path | None, registry: Path | None) -> ExitCode:
    """Read one FILE and print its rows; nothing else is written."""
    from pipeline.single import extract_file

    return extract_file(file, as_json=as_json, overlay=overlay, registry=registry)


@cli.command()
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--json", "as_json", is_flag=True, help="Add each token's repair to each line.")
def repair(file: BinaryIO, *, as_json: bool) -> ExitCode:
    """Print FILE (or standard input) with its Vietnamese repaired, line for line."""
    from pipeline.single import repair_lines

    return repair_lines(file.read(), as_json=as_json)


@cli.command()
@_OUT
@click.option(
    "--golden",
    type=click.Path(path_type=Path),
    default=Path("golden"),
    show_default=True,
    help="The truth.",
)
@click.option("--junit", type=click.Path(path_type=Path), help="Write a JUnit report.")
@click.option("--html", type=click.Path(path_type=Path), help="Write a report with every diff.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Write a Markdown report.")
@click.option("--wrong", is_flag=True, help="Print every cell that is not exact.")
@click.option("--update-thresholds", is_flag=True, help="Raise thresholds.toml; never lowers it.")
def check(
    out: Path,
    golden: Path,
    junit: Path | None,
    html: Path | None,
    markdown: Path | None,
    *,
    wrong: bool,
    update_thresholds: bool,
) -> ExitCode:
    """Compare the datasets with the truth, cell by cell; exit 4 where something got worse."""
    from pipeline.check import check_output

    return check_output(
        out,
        golden,
        reports={"junit": junit, "html": html, "markdown": markdown},
        show_wrong=wrong,
        update=update_thresholds,
    )


@cli.command()
@_OUT
@click.option("--xlsx", type=click.Path(path_type=Path), help="One workbook, a sheet a dataset.")
@click.option("--csv", type=click.Path(path_type=Path), help="One CSV file a dataset.")
@click.option("--jsonl", type=click.Path(path_type=Path), help="One JSON-lines file a dataset.")
def export(out: Path, xlsx: Path | None, csv: Path | None, jsonl: Path | None) -> ExitCode:
    """Write the datasets into folders, for people who live in Excel."""
    from pipeline.export import export_datasets

    return export_datasets(out, {"xlsx": xlsx, "csv": csv, "jsonl": jsonl})


@cli.command()
@_RAW
@_OUT
def doctor(raw: Path, out: Path) -> ExitCode:
    """Say what this machine lacks, and the command that mends it."""
    from pipeline.doctor import examine

    return examine(raw, out)


def core_count() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """The program: every error becomes one sentence and an exit code."""
    sys.exit(int(_run(arguments)))


def _run(arguments: Sequence[str] | None) -> ExitCode:
    try:
        code = cli.main(arguments, prog_name="phuluc", standalone_mode=False)
        return ExitCode(code or 0)
    except PhulucError as error:
        return _fail(error.code, str(error))
    except (click.Abort, KeyboardInterrupt):
        return _fail(ExitCode.INTERRUPTED, say("interrupted"))
    except click.ClickException as error:
        return _fail(ExitCode.BAD_ARGUMENTS, say("bad-arguments", reason=error.format_message()))
    except ModuleNotFoundError as error:
        return _fail(ExitCode.MISSING_DEPENDENCY, say("missing-package", name=error.name))
    except SystemExit:
        # click's word for: the reader of our output (head, less) has gone; no error of anyone's
        return ExitCode.OK
    except OSError as error:
        return _fail(ExitCode.READ_WRITE, say("cannot-write", reason=error))


def _fail(code: ExitCode, sentence: str) -> ExitCode:
    click.echo(f"{choose('Lỗi', 'Error')}: {sentence}", err=True)
    return code


if __name__ == "__main__":
    main()
