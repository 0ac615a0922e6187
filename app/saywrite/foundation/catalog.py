"""The lists of languages, engines, models, export formats and environment variables. Pure.

Their entries occur as literals in this module only; tests/structure refuses a second list. Commands for the running
window load this module, so it imports nothing that loads slowly (no `dataclasses`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from saywrite.foundation.errors import LanguageUnknown
from saywrite.foundation.messages import message

APP_ID = "io.github.saywrite.Saywrite"
"""The name of our .desktop file and of our name on the session bus, by which desktops know the program."""

KEY_VARIABLE = "AIOLA_API_KEY"
BASE_VARIABLE = "AIOLA_BASE_URL"
AUTH_VARIABLE = "AIOLA_AUTH_BASE_URL"
WORKFLOW_VARIABLE = "AIOLA_WORKFLOW_ID"
ENVIRONMENT_VARIABLES = (KEY_VARIABLE, BASE_VARIABLE, AUTH_VARIABLE, WORKFLOW_VARIABLE)
"""Environment variables that override the settings."""


class Language(NamedTuple):
    """A language that all engines recognize. `code`: ISO 639-1; `native`: its own name; `wire`: aiOla's code."""

    code: str
    name: str
    native: str
    wire: str


EN, DE, FR, ES, PT, ZH, JA, IT = "en", "de", "fr", "es", "pt", "zh", "ja", "it"

LANGUAGES: tuple[Language, ...] = (
    Language(EN, message("English"), "English", EN),
    Language(DE, message("German"), "Deutsch", DE),
    Language(FR, message("French"), "Français", FR),
    Language(ES, message("Spanish"), "Español", ES),
    # aiOla has a code of its own for Portuguese (its SDKs use it); its service refuses "pt".
    Language(PT, message("Portuguese"), "Português", "pr"),
    Language(ZH, message("Chinese"), "中文", ZH),
    Language(JA, message("Japanese"), "日本語", JA),
    Language(IT, message("Italian"), "Italiano", IT),
)

LANGUAGE_CODES = tuple(language.code for language in LANGUAGES)

_BY_CODE = {language.code: language for language in LANGUAGES}


def language(code: str) -> Language:
    """Find the language with this code. Raises LanguageUnknown."""
    try:
        return _BY_CODE[code]
    except KeyError:
        raise LanguageUnknown(
            message("There is no language called “{code}”.", code=code),
            message("Choose one of {codes}.", codes=", ".join(_BY_CODE)),
        ) from None


class Capabilities(NamedTuple):
    """What an engine can do. The window and the command line show what is stated here."""

    name: str
    label: str
    languages: tuple[str, ...]
    partials: bool
    punctuation: bool
    keywords: bool
    needs_network: bool
    needs_account: bool
    note: str = ""


LOCAL = "local"

LOCAL_CAPABILITIES = Capabilities(
    name=LOCAL,
    label=message("On this computer"),
    languages=LANGUAGE_CODES,
    partials=True,
    punctuation=True,
    keywords=True,
    needs_network=False,
    needs_account=False,
    note=message("Works without a network. What you say does not leave this computer."),
)

AIOLA = "aiola"

AIOLA_FILE = "aiola-file"
"""aiOla's recognizer for whole files. The user cannot choose it; `AIOLA` uses it for files."""

AIOLA_BASE_URL = "https://apis.aiola.ai"
AIOLA_AUTH_URL = "https://auth.aiola.ai"
AIOLA_WORKFLOW = "2c78fcf1-9265-408f-b8c3-d9d7e7ebc1bc"
"""aiOla's own addresses and workflow, for an account that names no others."""

AIOLA_CAPABILITIES = Capabilities(
    name=AIOLA,
    label="aiOla",
    languages=LANGUAGE_CODES,
    partials=False,
    punctuation=True,
    keywords=True,
    needs_network=True,
    needs_account=True,
    note=message("Accurate, in eight languages. What you say is sent to aiOla's service."),
)

ENGINES = (LOCAL_CAPABILITIES, AIOLA_CAPABILITIES)
"""The engines that the user can choose, in the order in which they are shown."""

ENGINE_NAMES = tuple(engine.name for engine in ENGINES)


def permitted_engine(engine: str, *, stay_offline: bool) -> str:
    """Return the engine to use for `engine`: the one on this computer where nothing may leave it."""
    needs_network = any(each.name == engine and each.needs_network for each in ENGINES)
    return LOCAL if stay_offline and needs_network else engine


FORMER_NAMES = {"builtin": LOCAL}
"""Names of engines in older versions, and the present name. They are accepted wherever an engine is named.

The history keeps the old name, because another recognizer wrote that text.
"""

FORMER_LABELS = {"builtin": message("Built-in (basic)")}
"""Labels of the engines of older versions, for the history."""

DEFAULT_MODEL = "whisper-base"

MODEL_LABELS: Mapping[str, str] = {
    DEFAULT_MODEL: "Whisper base",
    "whisper-small": "Whisper small",
    "whisper-large-v3-turbo": "Whisper large v3 turbo",
}
"""The models of the engine on this computer. Their files and hashes are in `speech/local/models.py`."""


class ExportFormat(NamedTuple):
    """A kind of file that a transcript is saved as.

    `label`: what dialogs and settings call it; `mnemonic_label`: with "&" before its mnemonic, as Qt writes it.

    `needs_times`: a transcript without the times of its words cannot be saved in this format.
    """

    name: str
    suffix: str
    label: str
    mnemonic_label: str
    needs_times: bool = False

    @property
    def menu_text(self) -> str:
        """What menus call it, with the suffix of its files."""
        return message("{format} ({suffix})", format=self.mnemonic_label, suffix=self.suffix)


TXT, MARKDOWN, SRT, VTT, JSON, CSV = "txt", "md", "srt", "vtt", "json", "csv"

EXPORT_FORMATS: Mapping[str, ExportFormat] = {
    kind.name: kind
    for kind in (
        ExportFormat(TXT, ".txt", message("Plain text"), message("Plain &text")),
        ExportFormat(MARKDOWN, ".md", message("Markdown"), message("&Markdown")),
        ExportFormat(SRT, ".srt", message("SubRip subtitles"), message("&SubRip subtitles"), needs_times=True),
        ExportFormat(VTT, ".vtt", message("WebVTT subtitles"), message("&WebVTT subtitles"), needs_times=True),
        ExportFormat(JSON, ".json", message("JSON"), message("&JSON")),
        ExportFormat(CSV, ".csv", message("CSV table"), message("&CSV table")),
    )
}
"""By name, in the order in which they are shown."""
