"""All options with name, type, default, bounds, label and help. A new option is one line in `Settings`.

The settings file and the settings window follow from these declarations. A default outside its bounds, a missing label
or a repeated name is an error when this module is imported. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Literal, cast, get_args

from saywrite.foundation.catalog import (
    DEFAULT_MODEL,
    EN,
    ENGINES,
    EXPORT_FORMATS,
    FORMER_NAMES,
    LANGUAGES,
    LOCAL,
    MODEL_LABELS,
    TXT,
)

Value = str | int | bool

Page = Literal[
    "Dictation", "Recognition", "Push-to-talk", "aiOla", "Microphone", "Insertion", "Recordings", "Window", "Advanced"
]
"""The page of the settings window that shows an option."""

PAGES: tuple[Page, ...] = get_args(Page)

_TEXT_LIMIT = 4_096


@dataclass(frozen=True, slots=True)
class Option:
    """The declaration of one option. `choices`: value and label. `minimum`, `maximum`: of a number, inclusive."""

    name: str
    default: Value
    label: str
    help: str
    page: Page
    choices: tuple[tuple[str, str], ...] = ()
    minimum: int = 0
    maximum: int = 0

    @property
    def kind(self) -> type[str] | type[int] | type[bool]:
        return type(self.default)

    def problem(self, value: object) -> str:
        """Return why `value` is invalid, as the rest of a sentence ("must be …"), or ""."""
        if type(value) is not self.kind:  # a bool is an int to isinstance
            return {
                str: "must be text in quotes",
                int: "must be a whole number",
                bool: "must be true or false",
            }[self.kind]
        if self.choices and value not in dict(self.choices):
            return "must be one of " + ", ".join(f'"{choice}"' for choice, _ in self.choices)
        if isinstance(value, str) and (len(value) > _TEXT_LIMIT or "\0" in value):
            return f"must be text of at most {_TEXT_LIMIT} characters"
        if self.kind is int and not self.minimum <= cast("int", value) <= self.maximum:
            return f"must be between {self.minimum} and {self.maximum}"
        return ""


_declared: list[Mapping[str, Any]] = []


def _declare(default: Value, page: Page, label: str, help: str, **more: Any) -> Any:
    _declared.append({"default": default, "page": page, "label": label, "help": help, **more})
    return field(default=default, metadata={"option": _declared[-1]})


def _choice(default: str, page: Page, choices: Mapping[str, str], label: str, help: str = "") -> Any:
    return _declare(default, page, label, help, choices=tuple(choices.items()))


def _number(default: int, page: Page, minimum: int, maximum: int, label: str, help: str = "") -> Any:
    return _declare(default, page, label, help, minimum=minimum, maximum=maximum)


def _text(default: str, page: Page, label: str, help: str = "") -> Any:
    return _declare(default, page, label, help)


def _switch(default: bool, page: Page, label: str, help: str = "") -> Any:
    return _declare(default, page, label, help)


_ENGINES = {engine.name: engine.label for engine in ENGINES}
_LANGUAGES = {language.code: language.name for language in LANGUAGES}
_FORMATS = {kind.name: kind.label for kind in EXPORT_FORMATS.values()}
_SPOKEN = {"auto": "When the recognizer does not punctuate", "on": "Always", "off": "Never"}
_ANNOUNCE = {"off": "Nothing", "finals": "Finished sentences", "all": "Words as they come"}
_SIGN_IN = {"key": "API key", "token": "Access token", "url": "Token address of your company"}
_TRANSLATE = {"": "No translation", **_LANGUAGES}
_AWAY = {"later": "Wait: the text comes later, in its place", LOCAL: "Use the recognizer on this computer meanwhile"}
_KEY_MODES = {
    "both": "Hold to talk, tap to start and stop",
    "hold": "Hold to talk",
    "toggle": "Press to start and stop",
}
_ALSO_LANGUAGES = {"": "The same", **_LANGUAGES}
_ALSO_ENGINES = {"": "The same", **_ENGINES}
_MEANS = {
    "auto": "Paste, as each program wants it",
    "type": "Type it (slower; leaves the clipboard alone)",
    "clipboard": "Only put it on the clipboard",
}
_LINE_BREAKS = {"space": "Become a space", "as is": "Stay as they are"}
_OTHER_WINDOW = {
    "here": "Insert where the cursor is now",
    "back": "Go back to where you began",
    "keep": "Put it on the clipboard only",
}
_THEMES = {"system": "As the system", "light": "Light", "dark": "Dark"}
_OVERLAY = {"off": "None", "on": "Shown; drag it where you like", "through": "Shown; the mouse reaches what is below"}
_MOTION = {"system": "As the system", "reduced": "Less"}
_LOG_LEVELS = {"debug": "Everything", "info": "Normal", "warning": "Problems", "error": "Failures only"}


@dataclass(frozen=True, slots=True)
class Settings:
    """The values of all options. Change one with `dataclasses.replace`."""

    engine: str = _choice(LOCAL, "Dictation", _ENGINES, "Recognizer", "On this computer: without network and account.")
    language: str = _choice(EN, "Dictation", _LANGUAGES, "Language", "The language you speak.")
    spoken_punctuation: str = _choice("auto", "Dictation", _SPOKEN, "Spoken punctuation", "Write “comma” as a comma.")
    announce: str = _choice("off", "Dictation", _ANNOUNCE, "Announce to screen readers", "What is read to you.")
    idle_unload_minutes: int = _number(
        10,
        "Dictation",
        1,
        1_440,
        "Unload after",
        "Minutes without dictation after which the recognizer frees its memory.",
    )
    local_model: str = _choice(
        DEFAULT_MODEL, "Recognition", MODEL_LABELS, "Model", "The recognition model that runs on this computer."
    )
    live_text: bool = _switch(
        True,
        "Recognition",
        "Show words while you speak",
        "Off: each sentence appears when it is finished, and recognition uses a tenth of the processor time.",
    )
    model_source: str = _text(
        "",
        "Recognition",
        "Download models from",
        "A folder or an https address that holds the model files. Empty: the official source.",
    )
    hotkey: str = _text(
        "Ctrl+Alt+Space", "Push-to-talk", "Key", "Works in every program. Press the button, then the keys."
    )
    hotkey_mode: str = _choice("both", "Push-to-talk", _KEY_MODES, "Pressing it")
    hotkey_limit_minutes: int = _number(
        15,
        "Push-to-talk",
        1,
        240,
        "At most",
        "Minutes after which the microphone closes by itself, whatever the key does.",
    )
    second_hotkey: str = _text("", "Push-to-talk", "Second key", "For another language or recognizer.")
    second_language: str = _choice("", "Push-to-talk", _ALSO_LANGUAGES, "Its language")
    second_engine: str = _choice("", "Push-to-talk", _ALSO_ENGINES, "Its recognizer")
    preroll_ms: int = _number(
        0,
        "Push-to-talk",
        0,
        2_000,
        "Listen ahead",
        "Milliseconds from before the key that are heard, too. Above 0 the microphone is open all the time; what it "
        "hears is kept in memory for so long, then forgotten. At 0 nothing listens until you press the key.",
    )
    sounds: bool = _switch(False, "Push-to-talk", "Sounds", "At the end, and at a failure.")
    start_sound: bool = _switch(
        False, "Push-to-talk", "Sound at the start", "With loudspeakers the microphone hears it: use headphones."
    )
    aiola_sign_in: str = _choice("key", "aiOla", _SIGN_IN, "Sign in with")
    aiola_token_url: str = _text("", "aiOla", "Token address", "An https address that returns an access token.")
    aiola_base_url: str = _text("https://apis.aiola.ai", "aiOla", "Service", "Enterprises have their own.")
    aiola_auth_url: str = _text("https://auth.aiola.ai", "aiOla", "Sign-in service", "Enterprises have their own.")
    aiola_workflow: str = _text("2c78fcf1-9265-408f-b8c3-d9d7e7ebc1bc", "aiOla", "Workflow")
    aiola_translate_to: str = _choice("", "aiOla", _TRANSLATE, "Translate into", "Shown beside what you said.")
    aiola_while_away: str = _choice(
        "later", "aiOla", _AWAY, "When the service is away", "For longer than a minute; the recording goes on."
    )
    aiola_linger_s: int = _number(
        30, "aiOla", 0, 600, "Stay connected for", "Seconds after a dictation, so that the next one starts at once."
    )
    aiola_threshold: int = _number(50, "aiOla", 0, 100, "Speech threshold", "Percent. Higher: only clear speech.")
    aiola_min_speech_ms: int = _number(250, "aiOla", 50, 2_000, "Shortest speech", "Milliseconds.")
    aiola_min_silence_ms: int = _number(
        500, "aiOla", 100, 5_000, "Pause between sentences", "Milliseconds of silence after which a sentence is sent."
    )
    aiola_max_segment_ms: int = _number(30_000, "aiOla", 2_000, 60_000, "Longest sentence", "Milliseconds.")
    microphone_host_api: str = _text("", "Microphone", "Sound system", "Empty: the system's default microphone.")
    microphone_name: str = _text("", "Microphone", "Microphone", "Empty: the system's default microphone.")
    insertion_means: str = _choice("auto", "Insertion", _MEANS, "Insert by", "How text gets into other programs.")
    insertion_other_window: str = _choice(
        "here", "Insertion", _OTHER_WINDOW, "If the window changed", "Another one has the focus than when you began."
    )
    insertion_continue: bool = _switch(
        True,
        "Insertion",
        "Continue a sentence",
        "With a space, until you press a key or click. Off: every text stands alone.",
    )
    insertion_line_breaks: str = _choice(
        "space",
        "Insertion",
        _LINE_BREAKS,
        "Line breaks in terminals",
        "Some terminals run a command at every line break.",
    )
    insertion_programs: str = _text(
        "",
        "Insertion",
        "Exceptions",
        "Such as: xterm = type, emacs = shift+insert. Also: ctrl+v, ctrl+shift+v, clipboard.",
    )
    keep_recordings_days: int = _number(
        7,
        "Recordings",
        -1,
        3_650,
        "Keep recordings for",
        "Days. 0: remove as soon as the text is there. -1: keep.",
    )
    export_folder: str = _text("", "Recordings", "Export to", "Empty: the folder used last.")
    export_format: str = _choice(TXT, "Recordings", _FORMATS, "Export as")
    theme: str = _choice("system", "Window", _THEMES, "Appearance")
    show_keywords: bool = _switch(True, "Window", "Show the keywords")
    show_waveform: bool = _switch(True, "Window", "Show the waveform")
    overlay: str = _choice(
        "on",
        "Window",
        _OVERLAY,
        "Overlay",
        "A small pill with your words, over all windows. Not on Wayland: a program cannot place it there.",
    )
    motion: str = _choice("system", "Window", _MOTION, "Motion", "Less: the overlay's level moves seldom.")
    close_to_tray: bool = _switch(
        True, "Window", "Keep running in the tray when the window is closed", "Without a tray, closing it quits."
    )
    start_hidden: bool = _switch(
        False, "Window", "Start in the tray", "Start Saywrite once more, or click its icon, to see the window."
    )
    log_level: str = _choice("info", "Advanced", _LOG_LEVELS, "Log", "Never holds what you said, whatever the level.")


def _options() -> Mapping[str, Option]:
    options = {item.name: Option(name=item.name, **item.metadata["option"]) for item in fields(Settings)}
    if len(options) != len(_declared):
        raise ValueError("an option is declared twice")
    for option in options.values():
        check(option)
    return MappingProxyType(options)


def check(option: Option) -> None:
    """Check a declaration. Raises ValueError when it contradicts itself."""
    if not option.label:
        raise ValueError(f"{option.name} has no label")
    if option.page not in PAGES:
        raise ValueError(f"{option.name} is on no page")
    if problem := option.problem(option.default):
        raise ValueError(f"the default of {option.name} {problem}")


FORMER_VALUES: Mapping[tuple[str, str], str] = {
    (option, former): name
    for option in ("engine", "second_engine", "aiola_while_away")
    for former, name in FORMER_NAMES.items()
}
"""Values that older versions wrote, by option and value, with their present form."""

OPTIONS: Mapping[str, Option] = _options()
"""All options by name, in the order of their declaration."""
