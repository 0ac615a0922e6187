"""The lists that every part reads: engines and what they can do, languages, names given to the outside world."""

from __future__ import annotations

from dataclasses import dataclass

from saywrite.foundation.errors import LanguageUnknown

APP_ID = "io.github.saywrite.Saywrite"
"""The name of our .desktop file and of our name on the session bus, by which desktops know the program."""

KEY_VARIABLE = "AIOLA_API_KEY"
BASE_VARIABLE = "AIOLA_BASE_URL"
AUTH_VARIABLE = "AIOLA_AUTH_BASE_URL"
WORKFLOW_VARIABLE = "AIOLA_WORKFLOW_ID"
"""Environment variables that win over the settings."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine can do; the window and the command line show it instead of guessing."""

    name: str
    label: str
    languages: tuple[str, ...]
    partials: bool
    punctuation: bool
    keywords: bool
    needs_network: bool
    needs_account: bool
    note: str = ""


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


LOCAL = "local"

LOCAL_CAPABILITIES = Capabilities(
    name=LOCAL,
    label="On this computer",
    languages=tuple(language.code for language in LANGUAGES),
    partials=True,
    punctuation=True,
    keywords=True,
    needs_network=False,
    needs_account=False,
    note="Works without a network. What you say does not leave this computer.",
)

AIOLA = "aiola"

AIOLA_FILE = "aiola-file"
"""The service's other way: whole files. Not an engine of its own to whoever chooses one."""

AIOLA_CAPABILITIES = Capabilities(
    name=AIOLA,
    label="aiOla",
    languages=tuple(language.code for language in LANGUAGES),
    partials=False,
    punctuation=True,
    keywords=True,
    needs_network=True,
    needs_account=True,
    note="Accurate, in eight languages. What you say is sent to aiOla's service.",
)

ENGINES = (LOCAL_CAPABILITIES, AIOLA_CAPABILITIES)
"""In the order they are offered."""

FORMER_NAMES = {"builtin": LOCAL}
"""Names that older versions of Saywrite gave to an engine, and the present name: still accepted wherever one is asked
for. The history keeps the old name, because another recognizer wrote that text."""

FORMER_LABELS = {"builtin": "Built-in (basic)"}
"""What an engine of an older version was called, for the history."""
