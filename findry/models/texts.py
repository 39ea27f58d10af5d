"""What every encoder does with its texts first: check them and set the side's prompt in front."""

from __future__ import annotations

__all__ = ["prompted"]

from collections.abc import Mapping, Sequence

from findry.errors import InputError
from findry.models.port import Side


def prompted(texts: Sequence[str], side: Side, prompts: Mapping[Side, str]) -> list[str]:
    """Each text with its side's prompt in front; InputError for what is not a list of strings.

    >>> prompted(["a"], "query", {"query": "query: ", "document": ""})
    ['query: a']
    """
    if side not in prompts:
        raise InputError("no such side", expected="'query' or 'document'", received=repr(side))
    if isinstance(texts, (str, bytes)):
        raise InputError("encode takes a list of texts", received="one string", hint="pass [text]")
    for index, text in enumerate(texts):
        if not isinstance(text, str):
            raise InputError(
                "a text to encode is not a string",
                expected="str",
                received=type(text).__name__,
                where=f"texts[{index}]",
            )
    prompt = prompts[side]
    return [prompt + text for text in texts] if prompt else list(texts)
