"""What a person types into a search box: words, "phrases", +required, -excluded, prefix*, field:word."""

from __future__ import annotations

__all__ = ["Clause", "ParsedQuery", "parse_query"]

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Clause:
    """One part of a query: words, a phrase, or the beginning of a word; in one field or in all."""

    kind: Literal["words", "phrase", "prefix"]
    text: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query taken apart.

    text      the words to find, without signs and quotes: what an encoder or a reranker reads
    should    clauses that a document may match; they add to the score
    must      clauses that a document has to match; they are scored too
    must_not  clauses that a document may not match; never scored
    """

    text: str
    should: tuple[Clause, ...] = ()
    must: tuple[Clause, ...] = ()
    must_not: tuple[Clause, ...] = ()

    @property
    def scored(self) -> tuple[Clause, ...]:
        """The clauses that add to the score: first the required, then the optional ones."""
        return self.must + self.should

    @property
    def phrases(self) -> tuple[Clause, ...]:
        """The phrases to find."""
        return tuple(clause for clause in self.scored if clause.kind == "phrase")

    @property
    def prefixes(self) -> tuple[Clause, ...]:
        """The word beginnings to find."""
        return tuple(clause for clause in self.scored if clause.kind == "prefix")

    @property
    def has_operators(self) -> bool:
        """Whether the query is more than words for all fields."""
        return bool(self.must or self.must_not) or any(c.kind != "words" or c.field for c in self.should)


# A sign counts only after white space and before what it can apply to; a quote opens a phrase only where
# it is closed again before a word goes on.
_PART = re.compile(
    r"""(?<!\S) (?P<sign>[+-])? (?:(?P<field>[^\W\d]\w*(?:\.\w+)*):)?
        (?: ["“„](?P<phrase>[^"“”„]*)["”“](?!\w) | (?P<word>[^\s"“„]\S*) )""",
    re.VERBOSE,
)
_PLAIN = re.compile(r"""[^+\-:*"“„”]*+""")
_WORD = re.compile(r"\w")
_PREFIX = re.compile(r"([^*]+)\*")


def parse_query(text: str, *, fields: Collection[str] = ()) -> ParsedQuery:
    """The clauses of a query as typed.  Nothing is an error: what is no operator is plain text.

    ``"a phrase"`` is required, as on the web; ``+word`` is required; ``-word`` and ``-"a phrase"`` are
    excluded; ``word*`` finds the words that begin so; ``name:`` before any of them restricts it to that
    field, where `fields` knows the name.

    >>> query = parse_query('fast +search -"full text" ind* title:trees', fields=("title",))
    >>> query.text
    'fast search ind trees'
    >>> [clause.text for clause in query.must], [clause.text for clause in query.must_not]
    (['search'], ['full text'])
    >>> query.should[-1]
    Clause(kind='words', text='trees', field='title')
    >>> parse_query('5" pipe - C++ "open').has_operators
    False
    """
    if _PLAIN.fullmatch(text):
        words = " ".join(text.split())
        return ParsedQuery(words, (Clause("words", words),) if words else ())
    should: list[Clause] = []
    must: list[Clause] = []
    must_not: list[Clause] = []
    plain: list[str] = []
    loose: list[str] = []  # neighbouring plain words make one clause

    def close() -> None:
        if loose:
            should.append(Clause("words", " ".join(loose)))
            loose.clear()

    at = 0
    for part in _PART.finditer(text):
        loose += (between := text[at : part.start()].split())
        plain += between
        at = part.end()
        clause, sign = _clause(part, fields)
        if clause is None:
            loose.append(part.group())
            plain.append(part.group())
            continue
        if sign == "-":
            must_not.append(clause)
            continue
        plain += clause.text.split()
        if sign == "+" or clause.kind == "phrase":
            must.append(clause)
        elif clause.kind == "words" and clause.field is None:
            loose.append(clause.text)
        else:
            close()
            should.append(clause)
    loose += (rest := text[at:].split())
    plain += rest
    close()
    return ParsedQuery(" ".join(plain), tuple(should), tuple(must), tuple(must_not))


def _clause(part: re.Match[str], fields: Collection[str]) -> tuple[Clause | None, str | None]:
    """The clause of a match, None where it is plain text after all; and its sign."""
    sign, field, phrase, word = part.group("sign", "field", "phrase", "word")
    if field is not None and field not in fields:
        if phrase is not None:
            return None, None
        word, field = f"{field}:{word}", None
    if phrase is not None:
        if not _WORD.search(phrase):
            return None, None
        return Clause("phrase", " ".join(phrase.split()), field), sign
    if not _WORD.match(word):
        return None, None
    prefix = _PREFIX.fullmatch(word)
    return (Clause("prefix", prefix[1], field) if prefix else Clause("words", word, field)), sign
