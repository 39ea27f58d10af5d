"""The demo collection: what is read, what is left out, and that the packaged judgments fit it."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import resources

import pytest

from findry.datasets import stdlib
from findry.errors import FindryError, FormatError, InputError

PARTS: tuple[stdlib.Part, ...] = ("dev", "test")


@pytest.fixture(scope="module")
def entries() -> dict[str, stdlib.Entry]:
    return {entry.id: entry for entry in stdlib.entries()}


def test_several_thousand_entries_are_read(entries: dict[str, stdlib.Entry]) -> None:
    assert 4000 < len(entries) < 9000
    assert {entry.kind for entry in entries.values()} == {"module", "class", "function", "method"}


def test_ids_and_texts_come_once(entries: dict[str, stdlib.Entry]) -> None:
    rows = list(stdlib.entries())
    assert len(rows) == len(entries)
    assert len({entry.text for entry in rows}) == len(rows)


def test_no_name_is_private_or_a_dunder(entries: dict[str, stdlib.Entry]) -> None:
    parts = {part for name in entries for part in name.split(".")}
    assert not {part for part in parts if part.startswith("_")}


def test_every_entry_has_text_and_a_title_that_starts_with_its_name(entries: dict[str, stdlib.Entry]) -> None:
    assert all(entry.text == entry.text.strip() != "" for entry in entries.values())
    assert all(entry.title.startswith(name) for name, entry in entries.items())


@pytest.mark.parametrize(
    ("name", "kind", "module"),
    [
        ("itertools.groupby", "class", "itertools"),
        ("itertools.chain.from_iterable", "method", "itertools"),
        ("str.split", "method", "builtins"),
        ("sorted", "function", "builtins"),
        ("open", "function", "builtins"),
        ("OSError", "class", "builtins"),
        ("functools.reduce", "function", "functools"),
        ("collections.OrderedDict", "class", "collections"),
        ("subprocess.run", "function", "subprocess"),
        ("pathlib.Path.glob", "method", "pathlib"),
        ("os.path.join", "function", "os.path"),
        ("socket.socket.connect", "method", "socket"),
        ("random.choice", "function", "random"),
        ("array.array", "class", "array"),
        ("asyncio.Queue", "class", "asyncio"),
        ("concurrent.futures.ThreadPoolExecutor", "class", "concurrent.futures"),
        ("textwrap", "module", "textwrap"),
    ],
)
def test_a_well_known_name_is_there(entries: dict[str, stdlib.Entry], name: str, kind: str, module: str) -> None:
    assert (entries[name].kind, entries[name].module) == (kind, module)


@pytest.mark.parametrize("name", ["_functools.reduce", "io.open", "posixpath.join", "this", "idlelib", "tkinter"])
def test_another_spelling_or_an_idle_module_is_left_out(entries: dict[str, stdlib.Entry], name: str) -> None:
    assert name not in entries


def test_the_order_is_by_module_and_name() -> None:
    rows = list(stdlib.entries())
    assert rows == sorted(rows, key=lambda entry: (entry.module, entry.id))


def test_a_title_names_the_arguments(entries: dict[str, stdlib.Entry]) -> None:
    assert entries["textwrap.dedent"].title == "textwrap.dedent(text)"
    assert entries["pathlib.Path.glob"].title.startswith("pathlib.Path.glob(pattern")


def test_reading_is_quiet_and_leaves_no_mark() -> None:
    script = (
        "import locale, signal, sys, warnings\n"
        "from findry.datasets import stdlib\n"
        "loaded = set(sys.modules)\n"
        "before = locale.setlocale(locale.LC_ALL), signal.getsignal(signal.SIGINT), len(warnings.filters)\n"
        "count = sum(1 for _ in stdlib.entries())\n"
        "after = locale.setlocale(locale.LC_ALL), signal.getsignal(signal.SIGINT), len(warnings.filters)\n"
        "assert before == after and count > 4000\n"
        "assert not {'curses', 'xmlrpc', 'nntplib', 'mailbox', 'pdb'} & (set(sys.modules) - loaded)\n"
    )
    child = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (child.returncode, child.stdout, child.stderr) == (0, "", "")


def test_a_reader_that_fails_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    stdlib._read.cache_clear()
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with pytest.raises(FindryError, match="could not be read"):
        next(stdlib.entries())
    stdlib._read.cache_clear()


def test_there_are_over_two_hundred_questions_in_disjoint_halves() -> None:
    dev, test = ({question.id for question in stdlib.questions(part)} for part in PARTS)
    assert len(dev | test) > 200
    assert not dev & test
    assert 0.4 < len(dev) / len(dev | test) < 0.6


def test_no_question_is_asked_twice_or_left_without_judgments() -> None:
    raw = resources.files("findry.datasets") / "stdlib_questions" / "queries.jsonl"
    rows = [json.loads(line) for line in raw.read_text(encoding="utf-8").splitlines()]
    asked = [question for part in PARTS for question in stdlib.questions(part)]
    assert sorted(row["_id"] for row in rows) == sorted(question.id for question in asked)
    assert len({question.text for question in asked}) == len(asked)


@pytest.mark.parametrize("part", PARTS)
def test_every_question_has_an_answer_and_each_name_one_grade(part: stdlib.Part) -> None:
    judged = stdlib.judgments(part)
    answered = {judgment.question_id for judgment in judged if judgment.grade == 2}
    assert answered == {question.id for question in stdlib.questions(part)}
    assert {judgment.grade for judgment in judged} == {0, 1, 2}
    assert len({(judgment.question_id, judgment.name) for judgment in judged}) == len(judged)


@pytest.mark.skipif(
    sys.platform != "linux" or not (3, 11, 7) <= sys.version_info < (3, 12),
    reason="judged on Python 3.11.7 on Linux; elsewhere missing() reports",
)
@pytest.mark.parametrize("part", PARTS)
def test_every_judged_name_is_in_the_collection(part: stdlib.Part, entries: dict[str, stdlib.Entry]) -> None:
    assert stdlib.missing(part, entries) == []


@pytest.mark.parametrize("part", PARTS)
def test_most_answers_exist_on_any_python(part: stdlib.Part, entries: dict[str, stdlib.Entry]) -> None:
    answers = [judgment for judgment in stdlib.judgments(part) if judgment.grade == 2]
    gone = [judgment for judgment in stdlib.missing(part, entries) if judgment.grade == 2]
    assert len(gone) < len(answers) / 10


def test_a_name_that_python_lacks_is_reported() -> None:
    judged = stdlib.judgments("dev")
    gone = judged[0].name
    reported = stdlib.missing("dev", {judgment.name for judgment in judged} - {gone})
    assert {judgment.name for judgment in reported} == {gone}


def test_an_unknown_half_is_refused() -> None:
    with pytest.raises(InputError, match="no such half"):
        stdlib.judgments("train")  # type: ignore[arg-type]


def test_a_broken_judgment_file_names_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stdlib, "_lines", lambda *_: ["query-id\tcorpus-id\tscore", "q001\tstr.strip"])
    with pytest.raises(FormatError, match=r"dev\.tsv:2"):
        stdlib.judgments("dev")
