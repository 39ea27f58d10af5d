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
        if not _encodable(text):
            raise InputError(
                "a text to encode holds half of a surrogate pair, which no UTF-8 text can",
                where=f"texts[{index}]",
                hint="text.encode('utf-8', 'replace').decode()",
            )
    prompt = prompts[side]
    return [prompt + text for text in texts] if prompt else list(texts)


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
