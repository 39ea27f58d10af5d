"""One spelling for each word: compatibility forms, case, apostrophes and accents."""

from __future__ import annotations

__all__ = ["apply_apostrophes", "fold_accents", "fold_case"]

import re
import unicodedata
from functools import cache

from findry.text.analysis.characters import APOSTROPHES, JOINERS, marks_of
from findry.text.analysis.languages import CUT_AT_APOSTROPHE, POSSESSIVE

_CLEAN = str.maketrans(dict.fromkeys(JOINERS, None) | dict.fromkeys(APOSTROPHES + "\u02bc", "'"))
_CLEANED = frozenset(JOINERS + APOSTROPHES + "\u02bc")
_DOTLESS = "\u0131"
_TURKISH = str.maketrans({"I": _DOTLESS, "\u0130": "i"})

# Letters with a stroke and ligatures have no decomposition.
_STROKES: dict[str, str | None] = {
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "ħ": "h",
    "ŧ": "t",
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
    _DOTLESS: "i",
}
_PLAIN = str.maketrans(_STROKES)
# Arabic vowel signs and tatweel, Hebrew points: optional in writing.
_OPTIONAL = [*range(0x064B, 0x0653), 0x0670, 0x0640, *range(0x0591, 0x05BE), 0x05BF, 0x05C1, 0x05C2, 0x05C7]
_PLAIN.update(dict.fromkeys(_OPTIONAL, None))
_PLAINED = frozenset(map(chr, _PLAIN))

_ACCENTED_SCRIPTS = (
    (0x0041, 0x052F),  # Latin, Greek, Cyrillic
    (0x1C80, 0x1C8F),
    (0x1D00, 0x1DBF),
    (0x1E00, 0x1FFF),
    (0x2C60, 0x2C7F),
    (0xA640, 0xA69F),
    (0xA720, 0xA7FF),
    (0xAB30, 0xAB6F),
)


def fold_case(text: str, *, turkish: bool = False) -> str:
    """The NFKC form in lower case (Unicode case folding), invisible joiners removed, apostrophes as ``'``.

    >>> fold_case("Straße"), fold_case("ﬁne"), fold_case("\\u0130zmir", turkish=True)
    ('strasse', 'fine', 'izmir')
    """
    if text.isascii() and not turkish:
        return text.lower()
    text = unicodedata.normalize("NFKC", _clean(text))
    if turkish:
        text = text.translate(_TURKISH)
    return _clean(unicodedata.normalize("NFKC", text.casefold()))


def _clean(text: str) -> str:
    return text if _CLEANED.isdisjoint(text) else text.translate(_CLEAN)


def fold_accents(word: str) -> str:
    """The word without the accents of Latin, Greek and Cyrillic letters and without optional vowel signs.

    Marks of other scripts are vowels, not accents, and stay.

    >>> fold_accents("crème"), fold_accents("smørrebrød"), fold_accents("हिन्दी") == "हिन्दी"
    ('creme', 'smorrebrod', True)
    """
    if word.isascii():
        return word
    if not _PLAINED.isdisjoint(word):
        word = word.translate(_PLAIN)
    return unicodedata.normalize("NFC", _accents().sub("", unicodedata.normalize("NFD", word)))


@cache
def _accents() -> re.Pattern[str]:
    """All non-spacing marks that follow a letter of a script whose marks are accents."""
    marks = marks_of("Mn")
    scripts = "".join(rf"\U{low:08x}-\U{high:08x}" for low, high in _ACCENTED_SCRIPTS)
    return re.compile(rf"(?<=(?![{marks}])[{scripts}])[{marks}]++")


def apply_apostrophes(word: str, language: str) -> str:
    """The word with its apostrophes resolved: possessive and case endings cut, the others joined.

    >>> apply_apostrophes("o'reilly's", "english"), apply_apostrophes("ankara'da", "turkish")
    ('oreilly', 'ankara')
    """
    if "'" not in word:
        return word
    if language in CUT_AT_APOSTROPHE:
        return word.split("'", 1)[0]
    if language in POSSESSIVE:
        word = word.removesuffix("'s")
    return word.replace("'", "")
