"""Exit codes, start-up, help, output helpers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from small_collection import Cli

from findry import __version__
from findry.cli.commands import COMMANDS
from findry.cli.guard import guarded
from findry.cli.output import _text, clean, emit
from findry.cli.progress import counted, shown
from findry.errors import IndexLocked
from findry.text import Passage


def code_of(error: BaseException) -> int:
    def failing() -> int | None:
        raise error

    with pytest.raises(typer.Exit) as raised:
        guarded(failing)()
    return raised.value.exit_code


def test_errors_have_their_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of(IndexLocked("locked")) == 4
    assert code_of(OSError(28, "No space left on device", "kb")) == 4
    assert code_of(MemoryError()) == 4
    assert code_of(KeyboardInterrupt()) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_an_unexpected_error_asks_for_the_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert code_of(ZeroDivisionError("by zero")) == 6
    told = capsys.readouterr().err
    assert "unexpected ZeroDivisionError: by zero" in told
    assert "FINDRY_DEBUG=1" in told
    monkeypatch.setenv("FINDRY_DEBUG", "1")
    assert code_of(ZeroDivisionError("by zero")) == 6
    assert "Traceback" in capsys.readouterr().err


def test_version_and_help(cli: Cli) -> None:
    assert cli("--version").stdout == f"findry {__version__}\n"
    shown = cli("--help").stdout
    for name in COMMANDS:
        assert f"\n  {name} " in shown
    assert "..." not in shown.split("Commands:")[1].split("Examples:")[0]


def test_python_runs_the_package_as_the_command(tmp_path: Path) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-m", "findry", *words], capture_output=True, text=True, check=False)

    assert run("--version").stdout == f"findry {__version__}\n"
    assert run("info", str(tmp_path / "none")).returncode == 3


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_an_example(cli: Cli, name: str) -> None:
    assert f"findry {name}" in cli(name, "--help").stdout.split("Example")[1]


def test_an_unknown_command_is_a_usage_error(cli: Cli) -> None:
    assert "Did you mean 'search'?" in cli("serch", exit_code=2).stderr
    code = "import sys; sys.argv = ['findry', 'serch', 'kb']; import findry.cli; findry.cli.main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Did you mean 'search'?" in done.stderr


def test_a_command_imports_no_other() -> None:
    code = (
        "import sys; sys.argv = ['findry', 'search', '--help']; import findry.cli\n"
        "try: findry.cli.main()\n"
        "finally: print(sorted(m for m in sys.modules if m.startswith('findry.cli.')), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "findry search kb" in done.stdout
    assert "findry.cli.searching" in done.stderr
    assert "findry.cli.indexing" not in done.stderr


def test_help_loads_nothing_heavy() -> None:
    heavy = ("numpy", "rich", "onnxruntime", "onnx", "tokenizers", "tqdm", "ir_measures")
    code = f"import sys, findry.cli; print([m for m in {heavy!r} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_reader_that_goes_away_is_no_error(words_kb: Path) -> None:
    code = (
        f"import sys; sys.argv = ['findry', 'search', {str(words_kb)!r}, 'carry']; import findry.cli; findry.cli.main()"
    )
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stderr is not None
    child.stdout.close()
    told = child.stderr.read()
    child.stderr.close()
    assert child.wait() == 0
    assert told == b""


def test_bars_are_drawn_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not shown()
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.delenv("FINDRY_PROGRESS", raising=False)
    assert shown()
    assert not shown(quiet=True)
    monkeypatch.setenv("FINDRY_PROGRESS", "0")
    assert not shown()


@pytest.mark.parametrize("show", [False, True])
def test_a_bar_changes_no_item(show: bool) -> None:
    assert list(counted([1, 2, 3], "read", total=3, show=show)) == [1, 2, 3]


def test_terms_are_bold_on_a_terminal() -> None:
    found = Passage("red\nants [b]", 0, 12, ((4, 8),), cut_after=True)
    text = _text(found, terminal=True)
    assert text.plain == "red ants [b] …"
    assert [(span.start, span.end, str(span.style)) for span in text.spans] == [(4, 8, "bold")]


def test_control_characters_are_shown_as_such() -> None:
    assert clean("a\x00b\x9bc\td") == "a\ufffdb\ufffdc d"


def test_json_has_null_for_what_is_no_number(capsys: pytest.CaptureFixture[str]) -> None:
    emit({"mean": float("nan"), "list": [float("inf"), 1.5, "ä"]})
    assert json.loads(capsys.readouterr().out) == {"mean": None, "list": [None, 1.5, "ä"]}
