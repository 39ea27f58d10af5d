"""Which languages can be analysed, by which names, and with which stop words."""

from __future__ import annotations

__all__ = [
    "CUT_AT_APOSTROPHE",
    "ELISION",
    "POSSESSIVE",
    "STOP_WORDS",
    "language_name",
    "snowball_version",
    "stem_words",
]

from findry.errors import InputError, nearest

# The English stop words of Apache Lucene (org.apache.lucene.analysis.en.EnglishAnalyzer), 33 words.
_ENGLISH = """
a an and are as at be but by for if in into is it no not of on or such that the their then there these they
this to was will with
"""
STOP_WORDS: dict[str, frozenset[str]] = {"english": frozenset(_ENGLISH.split())}

ELISION = frozenset({"catalan", "french", "irish", "italian"})  # l'avion is two words
CUT_AT_APOSTROPHE = frozenset({"turkish"})  # Ankara'da is Ankara with a case ending
POSSESSIVE = frozenset({"english", "porter"})  # the runner's is runner

_CODES = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian",
    "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali",
    "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pl": "polish", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sr": "serbian", "st": "sesotho", "sv": "swedish", "ta": "tamil",
    "tr": "turkish", "yi": "yiddish",
    # written without inflection or without spaces: nothing to stem
    "ja": "none", "km": "none", "ko": "none", "lo": "none", "my": "none", "th": "none", "vi": "none",
    "zh": "none",
}  # fmt: skip


def language_name(language: str) -> str:
    """The Snowball name of a language given by name or ISO 639-1 code; "none" stays.

    >>> language_name("en-GB"), language_name("German"), language_name("zh")
    ('english', 'german', 'none')
    """
    import Stemmer

    name = language.strip().lower()
    name = _CODES.get(name.replace("_", "-").split("-")[0], name)
    known = ["none", *Stemmer.algorithms()]
    if name not in known:
        guess = nearest(name, [*known, *_CODES])
        raise InputError(
            f"no stemmer for the language {language!r}",
            expected=f"one of {', '.join(known)}, or an ISO 639-1 code",
            hint=f"did you mean {guess!r}?" if guess else "'none' analyses any language without stemming",
        )
    return name


def snowball_version() -> str:
    """The version of the stemmers, which decides the terms."""
    import Stemmer

    return str(Stemmer.version())


def stem_words(language: str, words: list[str]) -> list[str]:
    """Each word's stem.  A stemmer is not safe to share between threads, so each call has its own."""
    import Stemmer

    stems: list[str] = Stemmer.Stemmer(language, 0).stemWords(words)
    return stems
