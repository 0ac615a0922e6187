"""The languages a person can choose, and how each is called on aiOla's wire."""

from __future__ import annotations

from dataclasses import dataclass

from saywrite.errors import LanguageUnknown


@dataclass(frozen=True, slots=True)
class Language:
    """`code` is ours (ISO 639-1), `name` English, `native` its own name, `wire` what aiOla's service
    expects.
    """

    code: str
    name: str
    native: str
    wire: str


LANGUAGES: tuple[Language, ...] = (
    Language("en", "English", "English", "en"),
    Language("de", "German", "Deutsch", "de"),
    Language("fr", "French", "Français", "fr"),
    Language("es", "Spanish", "Español", "es"),
    # aiOla's own code for Portuguese (its SDKs); "pt" is refused there.
    Language("pt", "Portuguese", "Português", "pr"),
    Language("zh", "Chinese", "中文", "zh"),
    Language("ja", "Japanese", "日本語", "ja"),
    Language("it", "Italian", "Italiano", "it"),
)

_BY_CODE = {language.code: language for language in LANGUAGES}


def language(code: str) -> Language:
    """The language called `code` by us. Raises LanguageUnknown."""
    try:
        return _BY_CODE[code]
    except KeyError:
        raise LanguageUnknown(
            f"There is no language called “{code}”.", f"Choose one of {', '.join(_BY_CODE)}."
        ) from None


def name_of(code: str) -> str:
    """The English name for a code, the code itself where it is not ours."""
    known = _BY_CODE.get(code)
    return known.name if known else code
