"""CachedEncoder: what was encoded once, by any index or process, is not encoded again."""

from __future__ import annotations

__all__ = ["CachedEncoder", "cached"]

import hashlib
import json
import logging
import re
from collections.abc import Callable, Sequence
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from findry.errors import InputError
from findry.models.card import identity
from findry.models.encoding_room import encodings_limit
from findry.models.encoding_store import EncodingStore
from findry.models.http_encoder import HttpEncoder
from findry.models.onnx_encoder import OnnxEncoder
from findry.models.port import Card, Encoder, Side
from findry.models.progress import advancing, steps
from findry.models.texts import prompted
from findry.models.torch_encoder import TorchEncoder

log = logging.getLogger("findry.models")
_RECKONING = 1  # to be raised when an encoder of ours gives other vectors under the same card
_WITNESS, _WITNESS_KEY = "A short text that tells one model from another.", b"witness-of-model"
_FOR_EVER = 2**40
_NEAR = 0.03


def _silent(done: int) -> None:
    """Draw no bar."""
    del done


class CachedEncoder:
    """An encoder with the same card whose document vectors are kept on disk and looked up by content.

    What is found comes back bit by bit as `encoder` gave it.  Texts that are missing are encoded once each, the
    longest first, `window` at a time; each window is kept before the next begins, so an interruption loses one.
    Queries pass through.  `FINDRY_ENCODINGS` bounds the files (2 GiB) or switches them off.

    Vectors are shared between encoders only where nothing that decides them differs: the card without `made_with`,
    the back end, the address of a service.  A card without a digest of weights (a service) may stay the same while
    the model behind it changes; there one fixed text is encoded in each call, and unless its vector is within
    0.03 of the stored one, relative to its length, all stored vectors of that encoder are forgotten.

    Cost, processor time a text of 1,000 characters and 384 components: 15 us where it is found (2 us of it for its
    key), 24 us more than encoding where it is not; 0.5 ms a call of one text.
    """

    def __init__(self, encoder: Encoder, *, window: int = 2048) -> None:
        if window < 1:
            raise InputError("window is a number of texts", expected="at least 1", received=str(window))
        self.encoder = encoder
        self._window = window
        self._tells_progress = isinstance(encoder, OnnxEncoder | HttpEncoder)

    def __repr__(self) -> str:
        return f"CachedEncoder({self.encoder!r})"

    @property
    def card(self) -> Card:
        """The identity card of the encoder."""
        return self.encoder.card

    @property
    def dimension(self) -> int:
        """Components of one vector."""
        return self.encoder.dimension

    def encode(self, texts: Sequence[str], side: Side, *, progress: bool = False) -> NDArray[np.float32]:
        """Vectors float32[n, dimension] in input order; only texts of side "document" are looked up."""
        limit = encodings_limit()
        if side != "document" or not limit or not len(texts):
            return self.encoder.encode(texts, side, progress=progress)
        plain = prompted(texts, side, {"query": "", "document": ""})
        keys = [hashlib.blake2b(text.encode(), digest_size=16).digest() for text in plain]
        distinct = dict(zip(keys, plain, strict=True))
        vectors = self._distinct(list(distinct), list(distinct.values()), limit, len(texts), progress)
        if len(distinct) == len(keys):
            return vectors
        rows = {key: row for row, key in enumerate(distinct)}
        repeated: NDArray[np.float32] = vectors[[rows[key] for key in keys]]
        return repeated

    def _distinct(
        self, keys: list[bytes], texts: list[str], limit: int, total: int, progress: bool
    ) -> NDArray[np.float32]:
        vectors = np.empty((len(texts), self.dimension), np.float32)
        store = self._store(limit)
        missing = np.flatnonzero(~store.find(keys, vectors))
        missing = missing[np.argsort([-len(texts[row]) for row in missing], kind="stable")]
        with steps("encode", total, shown=progress) as advance:
            advance(total - len(missing))
            for start in range(0, len(missing), self._window):
                rows = missing[start : start + self._window]
                vectors[rows] = self._encoded([texts[row] for row in rows], advance, shown=progress)
                store.add([keys[row] for row in rows], vectors[rows])
        return vectors

    def _encoded(
        self, texts: list[str], advance: Callable[[int], None] = _silent, *, shown: bool = False
    ) -> NDArray[np.float32]:
        told = 0

        def tell(done: int) -> None:
            nonlocal told
            told += done
            advance(done)

        with advancing(tell):
            vectors = self.encoder.encode(texts, "document", progress=shown and self._tells_progress)
        if vectors.shape != (len(texts), self.dimension):
            raise InputError(
                "the encoder gave unusable vectors",
                expected=str([len(texts), self.dimension]),
                received=str(list(vectors.shape)),
                where=repr(self.encoder),
            )
        advance(len(texts) - told)
        return vectors

    def count_tokens(self, texts: Sequence[str], side: Side) -> list[int]:
        """Tokens of each text, as the encoder counts them."""
        return self.encoder.count_tokens(texts, side)

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Character ranges of the encoder's tokens."""
        return self.encoder.token_spans(text)

    def _store(self, limit: int) -> EncodingStore:
        """The file of this encoder, emptied where the encoder is seen to be another one than before."""
        card = self.card
        made_with = card.get("made_with") or {}
        told = [_RECKONING, identity(card), made_with.get("backend"), made_with.get("base_url")]
        owner = hashlib.blake2b(json.dumps(told, sort_keys=True).encode(), digest_size=16).digest()
        model = re.sub(r"[^a-z0-9]+", "-", str(card.get("model", "")).lower())[-40:].strip("-")
        store = EncodingStore(f"{model or 'encoder'}-{owner.hex()}", owner, self.dimension, limit)
        if not card.get("weights"):
            self._compare(store)
        return store

    def _compare(self, store: EncodingStore) -> None:
        stored = np.empty((1, self.dimension), np.float32)
        fresh = self._encoded([_WITNESS])
        if store.find([_WITNESS_KEY], stored)[0]:
            if np.linalg.norm(fresh - stored) <= _NEAR * np.linalg.norm(stored):
                return
            log.warning("%r gives other vectors than before: what it gave is forgotten", self.encoder)
        store.clear()
        store.add([_WITNESS_KEY], fresh, used=_FOR_EVER)


def cached(encoder: Encoder) -> Encoder:
    """The encoder with the cache in front of it, where that is safe and pays; else the encoder itself.

    It is for the encoders of findry that run a model.  Hashing words costs less than looking up, and the card of
    another class is its author's: who trusts it wraps it in a `CachedEncoder`.
    """
    if not isinstance(encoder, OnnxEncoder | TorchEncoder | HttpEncoder) or find_spec("_sqlite3") is None:
        return encoder
    if not encodings_limit():
        return encoder
    return CachedEncoder(encoder, window=256 if isinstance(encoder, HttpEncoder) else 2048)
