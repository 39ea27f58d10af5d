"""Entities with attributes, and requests that join sets of them by and, or, not: the right answers are known."""

from __future__ import annotations

__all__ = ["SetWorld", "set_world"]

from dataclasses import dataclass

import numpy as np

from findry.records import Document, Qrels, Queries

ATTRIBUTES = {
    "colour": ("red", "green", "blue", "yellow", "white", "black", "violet", "orange"),
    "home": ("forest", "desert", "river", "mountain", "island", "marsh", "cave", "meadow"),
    "food": ("seeds", "fish", "insects", "fruit", "leaves", "honey", "roots", "shells"),
}
TOLD = "Creature {n} is {colour}, lives near the {home} and eats {food}."
LEAST, MOST = 3, 60  # answers of a request


@dataclass(frozen=True, eq=False)
class SetWorld:
    """Entities, requests in words, the filter that says the same, and the judgments that follow."""

    documents: tuple[Document, ...]
    queries: Queries
    filters: tuple[str, ...]
    qrels: Qrels


def set_world(*, entities: int = 1000, requests: int = 90, seed: int = 0) -> SetWorld:
    """A third of the requests each: both of two, one of two, one without another."""
    chance = np.random.default_rng(seed)
    rows = [{name: str(chance.choice(of)) for name, of in ATTRIBUTES.items()} for _ in range(entities)]
    documents = tuple(Document(f"e{n}", {"text": TOLD.format(n=n, **row)}, row) for n, row in enumerate(rows))
    told = {
        "and": "creatures that are {a} and also {b}",
        "or": "creatures that are {a} or else {b}",
        "not": "creatures that are {a} but not {b}",
    }
    signs = {"and": "{a} and {b}", "or": "{a} or {b}", "not": "{a} and not ({b})"}
    texts: dict[str, str] = {}
    filters, judged = [], {}
    while len(texts) < requests:
        how = list(told)[len(texts) % 3]
        names = chance.permutation(list(ATTRIBUTES))[:2]
        one, other = ((str(name), str(chance.choice(ATTRIBUTES[str(name)]))) for name in names)
        having = [(row[one[0]] == one[1], row[other[0]] == other[1]) for row in rows]
        found = [a and b if how == "and" else a or b if how == "or" else a and not b for a, b in having]
        text = told[how].format(a=_words(*one), b=_words(*other))
        if text in texts.values() or not LEAST <= sum(found) <= (MOST if how == "and" else 4 * MOST):
            continue
        id = f"{how}{len(texts)}"
        texts[id] = text
        filters.append(signs[how].format(a=f"{one[0]} = '{one[1]}'", b=f"{other[0]} = '{other[1]}'"))
        judged[id] = {f"e{n}": 1 for n, yes in enumerate(found) if yes}
    return SetWorld(documents, Queries.of(texts), tuple(filters), Qrels.from_dict(judged))


def _words(name: str, value: str) -> str:
    return {"colour": f"{value}", "home": f"living near the {value}", "food": f"eating {value}"}[name]
