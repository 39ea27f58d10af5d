"""The identity card of an encoder: what decides its vectors, and how two cards are compared."""

from __future__ import annotations

__all__ = ["card_hash", "differences", "identity", "make_card", "require_same_card"]

import hashlib
import json

from findry.errors import IdentityMismatch
from findry.models.port import Card


def make_card(
    *,
    kind: str,
    model: str,
    dimension: int,
    normalise: bool,
    weights: str | None = None,
    tokenizer: str | None = None,
    pooling: str | None = None,
    max_tokens: int | None = None,
    query_prompt: str = "",
    document_prompt: str = "",
    precision: str = "float32",
    made_with: Card | None = None,
) -> Card:
    """The card of an encoder, keys sorted; unknown values are left out.

    `weights` and `tokenizer` are content digests.  `made_with` holds what may change without changing
    a vector (back end, library version, folder) and is never compared.

    >>> make_card(kind="hash", model="words", dimension=8, normalise=True)["dimension"]
    8
    """
    given = {
        "kind": kind,
        "model": model,
        "weights": weights,
        "tokenizer": tokenizer,
        "pooling": pooling,
        "normalise": normalise,
        "max_tokens": max_tokens,
        "dimension": dimension,
        "query_prompt": query_prompt,
        "document_prompt": document_prompt,
        "precision": precision,
        "made_with": made_with,
    }
    return {key: given[key] for key in sorted(given) if given[key] is not None}


def identity(card: Card) -> Card:
    """The part of a card that is compared: all but `made_with`, and no name where there is a digest.

    >>> identity({"model": "a", "weights": "9f", "made_with": {"folder": "x"}})
    {'weights': '9f'}
    """
    ignored = {"made_with", "model"} if card.get("weights") else {"made_with"}
    return {key: card[key] for key in sorted(card) if key not in ignored}


def card_hash(card: Card) -> str:
    """A 32-digit hexadecimal hash of what is compared; equal exactly when nothing differs.

    >>> card_hash({"pooling": "mean", "made_with": 1}) == card_hash({"made_with": 2, "pooling": "mean"})
    True
    """
    text = json.dumps(identity(card), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def differences(stored: Card, offered: Card) -> list[str]:
    """One line for each compared key in which the two cards differ, sorted by key.

    >>> differences({"pooling": "mean"}, {"pooling": "cls"})
    ["pooling: index has 'mean', this encoder has 'cls'"]
    """
    left, right = identity(stored), identity(offered)
    keys = sorted(key for key in left.keys() | right.keys() if left.get(key) != right.get(key))
    return [f"{key}: index has {_shown(left, key)}, this encoder has {_shown(right, key)}" for key in keys]


def _shown(card: Card, key: str) -> str:
    return repr(card[key]) if key in card else "none"


def require_same_card(stored: Card, offered: Card, where: str) -> None:
    """Raise IdentityMismatch, with every difference spelled out, unless both cards give the same vectors.

    `where` names the index or file that the stored card comes from.
    """
    found = differences(stored, offered)
    if found:
        raise IdentityMismatch(
            "this encoder is not the one that made the stored vectors\n    " + "\n    ".join(found),
            expected=_named(stored),
            received=_named(offered),
            where=where,
            hint="open it with the encoder of its own card (`findry.models.from_card(card, where)`), "
            "or index again with this encoder",
        )


def _named(card: Card) -> str:
    return f"{card.get('kind', 'encoder')} {card.get('model', '(no name)')!r}"
