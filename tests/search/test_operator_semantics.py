"""Phrases, prefixes, required and excluded clauses against a scan over the tokens of every document."""

from __future__ import annotations

import math
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from small_worlds import ONE_FIELD, TWO_FIELDS, asked, build, documents, lists, reader_of

from findry.index import Schema
from findry.index.schema import LexicalField, joined
from findry.records import Document
from findry.text import Analyzer, Clause, Token, parse_query

ANALYZER, UNSTEMMED = Analyzer(), Analyzer(stem=False, stopwords=False)
Key = tuple[str, ...]

words = st.sampled_from(["ant", "ants", "bee", "beetle", "the", "of", "cow", "dog", "ant-bee"])
parts = st.one_of(
    words,
    st.lists(words, min_size=1, max_size=3).map(lambda phrase: f'"{" ".join(phrase)}"'),
    st.sampled_from(["an*", "ants*", "be*", "b*", "beetles*", "x*", "the*"]),
)
clauses = st.builds("{}{}{}".format, st.sampled_from(["", "", "+", "-"]), st.sampled_from(["", "", "title:"]), parts)
typed = st.lists(clauses, min_size=1, max_size=4).map(" ".join)


class Scan:
    """One field of some documents, read token by token."""

    def __init__(self, held: list[Document], field: LexicalField) -> None:
        texts = {document.id: joined(document.text, field.sources) for document in held}
        self.name, self.weight = field.name, field.weight
        self.tokens: dict[str, list[Token]] = {id: ANALYZER.tokens(text) for id, text in texts.items()}
        self.average = sum(map(len, self.tokens.values())) / max(len(held), 1) or 1.0

    def tf(self, id: str, key: Key) -> int:
        """How often a text has a word, a word that starts so, or a phrase with its gaps."""
        kind, *rest = key
        if kind == "word":
            return sum(token.term == rest[0] for token in self.tokens[id])
        if kind == "prefix":
            return sum(token.term.startswith(rest[0]) for token in self.tokens[id])
        at = {(token.term, token.position) for token in self.tokens[id]}
        wanted = ANALYZER.tokens(rest[0])
        return sum(
            all((token.term, start + token.position) in at for token in wanted) for start in range(-len(wanted) - 9, 30)
        )

    def df(self, key: Key) -> int:
        return sum(self.tf(id, key) > 0 for id in self.tokens)

    def keys(self, clause: Clause) -> Counter[Key]:
        """What a clause looks for in this field."""
        if clause.field not in (None, self.name):
            return Counter()
        if clause.kind == "words":
            return Counter(("word", term) for term in ANALYZER.terms(clause.text))
        if clause.kind == "phrase":
            terms = ANALYZER.terms(clause.text)
            return Counter([("phrase", clause.text)] if len(terms) > 1 else [("word", term) for term in terms])
        found = UNSTEMMED.terms(clause.text)
        prefix = found[-1]
        if not self.df(("prefix", prefix)):
            prefix = (ANALYZER.terms(prefix) or [prefix])[-1]
        return Counter([("prefix", prefix), *(("word", term) for word in found[:-1] for term in ANALYZER.terms(word))])

    def idf(self, key: Key) -> float:
        terms = ANALYZER.terms(key[1]) if key[0] == "phrase" else None
        counts = [self.df(("word", term)) for term in terms] if terms else [self.df(key)]
        return sum(math.log(1 + (len(self.tokens) - df + 0.5) / (df + 0.5)) for df in counts)

    def score(self, id: str, key: Key) -> float:
        tf = self.tf(id, key)
        norm = 0.9 * (0.6 + 0.4 * len(self.tokens[id]) / self.average)
        return self.weight * self.idf(key) * tf / (tf + norm) if tf else 0.0

    def has_all(self, id: str, clause: Clause) -> bool:
        keys = self.keys(clause)
        return bool(keys) and all(self.tf(id, key) for key in keys)


@settings(max_examples=60)
@given(documents(), st.lists(typed, min_size=1, max_size=3), st.sampled_from([ONE_FIELD, TWO_FIELDS]))
def test_operators_mean_what_a_scan_over_the_tokens_says(
    held: list[Document], texts: list[str], schema: Schema
) -> None:
    with build(held, schema, layout=[2]) as snapshot:
        scans = [Scan(held, field) for field in schema.lexical]
        run = reader_of(snapshot).lexical().search(asked(texts, "operators"), 100)
        for text, (_, found) in zip(texts, lists(run), strict=True):
            query = parse_query(text, fields=[field.name for field in schema.lexical])
            expected: Counter[str] = Counter()
            for scan in scans:
                for clause in query.scored:
                    for key, weight in scan.keys(clause).items():
                        for document in held:
                            if score := scan.score(document.id, key):
                                expected[document.id] += weight * score
            for clauses, wanted in ((query.must, True), (query.must_not, False)):
                for clause in clauses:
                    if any(scan.keys(clause) for scan in scans):
                        for id in list(expected):
                            if any(scan.has_all(id, clause) for scan in scans) != wanted:
                                del expected[id]
            assert dict(found).keys() == expected.keys(), text
            assert all(math.isclose(score, expected[id], rel_tol=1e-5) for id, score in found), text


def test_a_phrase_keeps_the_gap_of_a_stop_word() -> None:
    held = [Document(id, {"text": text}) for id, text in (("a", "ants of cows"), ("b", "ants cows"))]
    with build(held) as snapshot:
        searcher = reader_of(snapshot).lexical()
        found = lists(searcher.search(asked(['"ants of cows"', '"ants the cows"', '"ants cows"'], "operators"), 5))
        assert [[id for id, _ in hits] for _, hits in found] == [["a"], ["a"], ["b"]]


def test_dense_search_honours_required_and_excluded_words() -> None:
    held = [Document(id, {"text": text}) for id, text in (("a", "ant bee"), ("b", "ant"), ("c", "cow"))]
    with build(held) as snapshot:
        found = lists(reader_of(snapshot).dense().search(asked(["+ant -bee", "ant", "-cow"], "operators"), 5))
        assert [sorted(id for id, _ in hits) for _, hits in found] == [["b"], ["a", "b", "c"], []]
