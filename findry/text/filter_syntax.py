"""Filters as text: ``year >= 2020 and lang in ('en', 'fr') and not exists retracted``.

::

    filter     = all { "or" all }
    all        = one { "and" one }
    one        = "not" one | "(" filter ")" | "true" | "false" | "exists" key | key test
    test       = ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) value | [ "not" ] "in" "(" value { "," value } ")"
               | "contains" value | "exists"
    value      = number | 'text' | "text" | "true" | "false"
    key        = name { "." name } | `any text`

Keywords have no case.  A key that is a keyword or has other characters stands in backticks (a backtick in
it twice); dates are texts (``'2024-05-31'``).  In a text ``\\n``, ``\\t`` and ``\\uXXXX`` have their usual
meaning and any other sign after ``\\`` is itself.  `true` alone matches every row, `false` none.
"""

from __future__ import annotations

__all__ = ["format_filter", "parse_filter"]

import math
import re
from collections.abc import Callable
from typing import NamedTuple, NoReturn

from findry.errors import SyntaxProblem
from findry.records.where import And, Compare, Comparison, Contains, Exists, Member, Not, Or, Value, Where

_MAX_DEPTH = 100
_OPERATORS: dict[str, Comparison] = {
    "=": "eq",
    "==": "eq",
    "!=": "ne",
    "<>": "ne",
    "<": "lt",
    "<=": "lte",
    ">": "gt",
    ">=": "gte",
}
_SIGNS: dict[Comparison, str] = {op: sign for sign, op in reversed(_OPERATORS.items())}
_KEYWORDS = frozenset(("and", "or", "not", "in", "exists", "contains", "true", "false"))
_NAME = re.compile(r"[^\W\d]\w*(?:\.\w+)*")
_TOKEN = re.compile(
    rf"""\s*(?:(?P<end>\Z)
      | (?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)(?![\w.])
      | (?P<name>{_NAME.pattern})
      | (?P<quoted>`(?:[^`]|``)+`)
      | (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
      | (?P<sign>==|!=|<>|<=|>=|[=<>(),]))""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def parse_filter(text: str) -> Where:
    """The filter that a text says; SyntaxProblem shows the place and what could stand there.

    >>> parse_filter("year >= 2020 and lang = 'en'")
    And(parts=(Compare(op='gte', key='year', value=2020), Compare(op='eq', key='lang', value='en')))
    >>> parse_filter("tags contains 'x' or not exists `published at`").parts[1]
    Not(part=Exists(key='published at'))
    """
    parser = _Parser(text)
    where = parser.any_of()
    if parser.token.kind != "end":
        parser.fail("'and', 'or' or the end of the filter")
    return where


def format_filter(where: Where) -> str:
    """The filter as text that `parse_filter` reads back; an And or Or of one part is written as the part.

    >>> format_filter(Or((And((Compare("ne", "a.b", True), Exists("in"))), Member("nin", "c", (1, "it's")))))
    "(a.b != true and exists `in`) or c not in (1, 'it\\\\'s')"
    """
    match where:
        case And(()):
            return "true"
        case Or(()):
            return "false"
        case And((part,)) | Or((part,)):
            return format_filter(part)
        case And(parts):
            return " and ".join(_nested(part) for part in parts)
        case Or(parts):
            return " or ".join(_nested(part) for part in parts)
        case Not(part):
            return f"not {_nested(part)}"
        case Exists(key):
            return f"exists {_format_key(key)}"
        case Contains(key, value):
            return f"{_format_key(key)} contains {_format_value(value)}"
        case Compare(op, key, value):
            return f"{_format_key(key)} {_SIGNS[op]} {_format_value(value)}"
        case Member(member, key, values):
            listed = ", ".join(_format_value(value) for value in values)
            return f"{_format_key(key)} {'in' if member == 'in' else 'not in'} ({listed})"


def _nested(where: Where) -> str:
    text = format_filter(where)
    while isinstance(where, And | Or) and len(where.parts) == 1:
        where = where.parts[0]
    return f"({text})" if isinstance(where, And | Or) and where.parts else text


def _format_key(key: str) -> str:
    if _NAME.fullmatch(key) and key.lower() not in _KEYWORDS:
        return key
    return "`" + key.replace("`", "``") + "`"


def _format_value(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return repr(value)


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.depth = 0
        self.end = 0
        self.token = _Token("end", "", 0)
        self.advance()

    def advance(self) -> _Token:
        """Read the next token; gives the one before it."""
        before = self.token
        match = _TOKEN.match(self.text, self.end)
        if match is None or match.lastgroup is None:
            at = len(self.text) - len(self.text[self.end :].lstrip())
            self.token = _Token("unknown", self.text[at : at + 1], at)
            quote = self.token.text in ("'", '"', "`")
            self.fail(f"a closing {self.token.text}" if quote else "a key, a value or an operator")
        self.token = _Token(match.lastgroup, match.group(match.lastgroup), match.start(match.lastgroup))
        self.end = match.end()
        return before

    def fail(self, expected: str, *, hint: str | None = None) -> NoReturn:
        at = self.token.at
        start = max(0, at - 60)
        shown = re.sub(r"\s", " ", self.text[start : at + 30])
        raise SyntaxProblem(
            "the filter does not parse",
            expected=expected,
            received=repr(self.token.text) if self.token.text else "the end of the filter",
            where=f"{shown}\n{' ' * (len('  where: ') + at - start)}^",
            hint=hint,
        )

    def keyword(self) -> str:
        return self.token.text.lower() if self.token.kind == "name" and self.token.text.lower() in _KEYWORDS else ""

    def accept(self, word: str) -> bool:
        if self.keyword() == word or (self.token.kind == "sign" and self.token.text == word):
            self.advance()
            return True
        return False

    def demand(self, word: str, expected: str) -> None:
        if not self.accept(word):
            self.fail(expected)

    def any_of(self) -> Where:
        return self.series("or", Or, lambda: self.series("and", And, self.one))

    def series(self, word: str, join: Callable[[tuple[Where, ...]], Where], part: Callable[[], Where]) -> Where:
        parts = [part()]
        while self.accept(word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else join(tuple(parts))

    def one(self) -> Where:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            self.fail(f"at most {_MAX_DEPTH} levels")
        try:
            if self.accept("not"):
                return Not(self.one())
            if self.accept("("):
                inner = self.any_of()
                self.demand(")", "'and', 'or' or ')'")
                return inner
            if self.accept("exists"):
                return Exists(self.key())
            if self.accept("true"):
                return And(())
            if self.accept("false"):
                return Or(())
            return self.test(self.key())
        finally:
            self.depth -= 1

    def key(self) -> str:
        if self.token.kind == "quoted":
            return self.advance().text[1:-1].replace("``", "`")
        if self.token.kind != "name" or self.keyword():
            word = self.token.text
            self.fail(
                "a key, '(' or 'not'",
                hint=f"a key of that name is written `{word}`" if self.keyword() else None,
            )
        return self.advance().text

    def test(self, key: str) -> Where:
        if self.token.kind == "sign" and self.token.text in _OPERATORS:
            return Compare(_OPERATORS[self.advance().text], key, self.value())
        if self.accept("exists"):
            return Exists(key)
        if self.accept("contains"):
            return Contains(key, self.value())
        if self.accept("in"):
            return Member("in", key, self.values())
        if not self.accept("not"):
            self.fail("=, !=, <, <=, >, >=, in, not in, contains or exists")
        self.demand("in", "'in'")
        return Member("nin", key, self.values())

    def values(self) -> tuple[Value, ...]:
        self.demand("(", "'(' and a list of values")
        if self.accept(")"):
            return ()
        found = [self.value()]
        while self.accept(","):
            found.append(self.value())
        self.demand(")", "',' or ')'")
        return tuple(found)

    def value(self) -> Value:
        kind, text, _ = self.token
        if kind == "text":
            self.advance()
            return _ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else _ESCAPES.get(m[2], m[2]), text[1:-1])
        if self.keyword() in ("true", "false"):
            return self.advance().text.lower() == "true"
        if kind != "number":
            bare = kind == "name" and text.lower() != "null"
            hint = f"text needs quotes: '{text}'" if bare else None
            self.fail(
                "a number, a quoted text, true or false",
                hint="not exists KEY" if text.lower() == "null" else hint,
            )
        try:
            number = int(text) if text.lstrip("+-").isdecimal() else float(text)
        except ValueError:  # Python reads no integer of more than some thousand digits
            number = math.inf
        if isinstance(number, float) and math.isinf(number):
            self.fail("a number that a computer can hold")
        self.advance()
        return number
