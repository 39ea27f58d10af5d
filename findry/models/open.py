"""From a name, a prefix or an identity card to an encoder."""

from __future__ import annotations

__all__ = ["encoder", "from_card"]

import inspect
import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import WeakValueDictionary

from findry.errors import InputError, MissingResource, nearest
from findry.models.card import require_same_card
from findry.models.hash_encoder import HashEncoder
from findry.models.http_encoder import HttpEncoder
from findry.models.onnx_encoder import OnnxEncoder
from findry.models.onnx_int8 import PRECISIONS
from findry.models.port import Card, Encoder
from findry.models.torch_encoder import TorchEncoder
from findry.models.weights import ALIASES

_IN_USE: WeakValueDictionary[str, Encoder] = WeakValueDictionary()
_LOOKING = Lock()
_KINDS = ("hash", "http", "onnx", "torch")


def encoder(spec: str | Card | Encoder, **options: Any) -> Encoder:
    """The encoder that `spec` names; an Encoder is given back as it is.

    A name or a folder opens with ONNX Runtime ("minilm" is short for the default model).  A prefix
    names another back end: "torch:NAME", "http:URL#MODEL", "hash:64".  A precision may follow the name of an ONNX
    model: "minilm@int8".  A dict is an identity card.
    Encoders opened by the same text and options are shared within a process.

    >>> encoder("hash:16").dimension
    16
    """
    if isinstance(spec, str):
        return _shared(spec, tuple(sorted(options.items())))
    if isinstance(spec, dict):
        return from_card(spec, "the card given", **options)
    if isinstance(spec, Encoder):
        if options:
            raise InputError("options cannot be given to an encoder that is open", received=", ".join(sorted(options)))
        return spec
    raise InputError(
        "this names no encoder", expected="a name, a folder, a card or an Encoder", received=type(spec).__name__
    )


@lru_cache(maxsize=8)
def _shared(spec: str, options: tuple[tuple[str, Any], ...]) -> Encoder:
    return _made(spec, dict(options))


def _made(spec: str, options: dict[str, Any]) -> Encoder:
    kind, colon, rest = spec.partition(":")
    if not colon or Path(spec).exists() or len(kind) == 1:  # one letter and a colon: a drive
        return _open(HashEncoder, **options) if spec == "hash" else _named(OnnxEncoder, spec, options)
    if kind == "hash":
        return _open(HashEncoder, _number(rest, spec), **options)
    if kind == "torch":
        return _named(TorchEncoder, rest, options)
    if kind == "onnx":
        return _named(OnnxEncoder, rest, options)
    if kind in {"http", "https"}:
        address = spec if rest.startswith("//") else rest
        url, hash_sign, model = address.partition("#")
        if not hash_sign or not model:
            raise InputError("a remote encoder needs a model name", expected="http:URL#MODEL", received=repr(spec))
        return _open(HttpEncoder, url, model, **options)
    meant = nearest(kind, _KINDS)
    raise InputError(
        "no such kind of encoder",
        expected=", ".join(_KINDS) + ", or a model name",
        received=repr(kind),
        hint=f"did you mean {meant!r}?" if meant else None,
    )


def _named(make: Callable[..., Encoder], text: str, options: dict[str, Any]) -> Encoder:
    """Open NAME or NAME@PRECISION; what follows an "@" in the middle of a path belongs to the path."""
    name, at, precision = text.rpartition("@")
    if not at or "/" in precision or "\\" in precision or Path(text).expanduser().exists():
        return _open(make, text, **options)
    if options.get("precision", precision) != precision:
        raise InputError("two precisions", expected="one", received=f"{text!r} and precision={options['precision']!r}")
    return _open(make, name, **options | {"precision": precision})


def _number(text: str, spec: str) -> int:
    if not text.isdecimal():
        raise InputError("hash: takes a dimension", expected="hash:64", received=repr(spec))
    return int(text)


def _open(make: Callable[..., Encoder], *named: Any, **options: Any) -> Encoder:
    known = inspect.signature(make).parameters
    for option in sorted(options.keys() - known):
        meant = nearest(option, known)
        raise InputError(
            f"{make.__name__} has no option {option!r}",
            expected=", ".join(list(known)[len(named) :]),
            hint=f"did you mean {meant!r}?" if meant else None,
        )
    return make(*named, **options)


def from_card(card: Card, where: str, **options: Any) -> Encoder:
    """Open the encoder that `card` describes, and check that it is that one.

    `where` names what the card belongs to, for messages.  The model is looked for by its name, then in
    the folder it was first read from.  `options` are those that change no vector (threads, batch size,
    device, api_key_env).  A model that is in use in this process under the same card and options is shared.
    """
    kind, made_with = card.get("kind"), card.get("made_with") or {}
    prompts = {side: card.get(side, "") for side in ("query_prompt", "document_prompt")}
    opened: Encoder
    if kind == "hash":
        opened = HashEncoder(card["dimension"])
    elif kind == "http":
        address = options.pop("base_url", made_with.get("base_url", ""))
        asked = {key: made_with[key] for key in ("api_key_env", "dimensions") if key in made_with}
        given = {"normalise": card.get("normalise", True)} | asked | prompts | options
        opened = _open(HttpEncoder, address, card["model"], **given)
    elif kind == "transformer":
        opened = _transformer(card, made_with, {"max_tokens": card.get("max_tokens")} | prompts | options)
    else:
        raise InputError(
            "a card of an unknown kind", expected="hash, http or transformer", received=repr(kind), where=where
        )
    require_same_card(card, opened.card, where)
    if kind != "transformer":
        return opened
    key = json.dumps([opened.card, options], sort_keys=True, default=repr)
    with _LOOKING:
        return _IN_USE.setdefault(key, opened)


def _transformer(card: Card, made_with: dict[str, Any], options: dict[str, Any]) -> Encoder:
    torch = options.pop("backend", made_with.get("backend")) == "torch"
    model, folder = ALIASES.get(card["model"], card["model"]), made_with.get("folder")
    if not torch:
        options = {"pooling": card.get("pooling"), "normalise": card.get("normalise")} | options
        if card.get("precision") in PRECISIONS:
            options = {"precision": card["precision"]} | options
    make: Callable[..., Encoder] = TorchEncoder if torch else OnnxEncoder
    try:
        return _open(make, model, **options)
    except MissingResource:
        if folder is None or not Path(folder).is_dir():
            raise
        return _open(make, folder, **options)
