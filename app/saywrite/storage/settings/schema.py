"""All options with name, type, default, bounds, label and help. A new option is one line in `Settings`.

The settings file and the settings window follow from these declarations. A default outside its bounds, a missing label
or a repeated name is an error when this module is imported. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

from saywrite.foundation.catalog import (
    AIOLA_AUTH_URL,
    AIOLA_BASE_URL,
    AIOLA_WORKFLOW,
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
from saywrite.storage.settings.option import Option, check, choice, declared, number, switch, text

_ENGINES = {engine.name: engine.label for engine in ENGINES}
_LANGUAGES = {language.code: language.name for language in LANGUAGES}
_PROGRAM_LANGUAGES = {"": "Same as the system", **{language.code: language.native for language in LANGUAGES}}
_FORMATS = {kind.name: kind.label for kind in EXPORT_FORMATS.values()}
_SPOKEN = {"auto": "When the recognizer sets no punctuation", "on": "Always", "off": "Never"}
_ANNOUNCE = {
    "off": "Nothing",
    "end": "The whole text at the end",
    "finals": "Finished sentences",
    "all": "Words as they come",
}
_SIGN_IN = {"key": "API key", "token": "Access token", "url": "Token address of your company"}
_TRANSLATE = {"": "No translation", **_LANGUAGES}
_LISTEN_ALONG = {
    "on": "Always",
    "away": "Only while aiOla cannot be reached",
    "off": "Never",
}
_AWAY = {
    "later": "Wait: aiOla's text replaces what this computer hears meanwhile",
    LOCAL: "This computer writes at once, and its text stays",
}
_KEY_MODES = {
    "both": "Hold to talk, or tap to start and stop",
    "hold": "Hold to talk",
    "toggle": "Tap to start and stop",
}
_ALSO_LANGUAGES = {"": "Same as the first key", **_LANGUAGES}
_ALSO_ENGINES = {"": "Same as the first key", **_ENGINES}
_MEANS = {
    "auto": "Pasting",
    "type": "Typing (slower, does not use the clipboard)",
    "clipboard": "Copying to the clipboard only",
}
_LINE_BREAKS = {"space": "Write a space instead", "as is": "Keep line breaks"}
_OTHER_WINDOW = {
    "here": "Insert into the window in front",
    "back": "Go back to the window where you started",
    "keep": "Copy to the clipboard only",
}
_THEMES = {"system": "Same as the system", "light": "Light", "dark": "Dark"}
_OVERLAY = {"off": "Off", "on": "On, and it can be dragged", "through": "On, and clicks reach the window below"}
_MOTION = {"system": "Same as the system", "reduced": "Less"}
_LOG_LEVELS = {"debug": "Everything", "info": "Normal", "warning": "Problems", "error": "Failures only"}
_KEEP = {-1: "Until you delete them", 0: "Until the text is there"}


@dataclass(frozen=True, slots=True)
class Settings:
    """The values of all options. Change one with `dataclasses.replace`."""

    engine: str = choice(
        LOCAL, "Dictation", _ENGINES, "Recognizer", "The one on this computer needs no network and no account."
    )
    language: str = choice(EN, "Dictation", _LANGUAGES, "Language", "The language you speak.")
    microphone_host_api: str = text("", "Dictation", "Sound system", "The sound system that has the microphone.")
    microphone_name: str = text("", "Dictation", "Microphone", "“Default” is the one chosen in the system's settings.")
    spoken_punctuation: str = choice(
        "auto", "Dictation", _SPOKEN, "Spoken punctuation", "If you say “comma”, a comma is written."
    )
    announce: str = choice(
        "off",
        "Dictation",
        _ANNOUNCE,
        "A screen reader reads",
        "While you dictate, use headphones: a microphone near a loudspeaker hears what is read.",
    )
    idle_unload_minutes: int = number(
        10,
        "Dictation",
        1,
        1_440,
        "Free memory after",
        "The recognizer is unloaded after this time without a dictation. The next dictation loads it again.",
        unit="minute",
        advanced=True,
    )
    local_model: str = choice(
        DEFAULT_MODEL, "Recognition", MODEL_LABELS, "Model", "The recognition model that runs on this computer."
    )
    live_text: bool = switch(
        True,
        "Recognition",
        "Show words while you speak",
        "If this is off, each sentence appears when it ends, and recognition needs a tenth of the processor time.",
    )
    model_source: str = text(
        "",
        "Recognition",
        "Download models from",
        "A folder or an https address with the model files. Leave it empty for the official source.",
    )
    suggest_keywords: bool = switch(
        False,
        "Keywords",
        "Suggest keywords from my corrections",
        "What you correct in a text is remembered on this computer, as long as its dictation is in the history.",
    )
    hotkey: str = text("Ctrl+Alt+Space", "Push-to-talk", "Key", "It works in every program.")
    hotkey_mode: str = choice("both", "Push-to-talk", _KEY_MODES, "Use of the key")
    sounds: bool = switch(
        False, "Push-to-talk", "Play sounds", "A sound at the end of a dictation, and when something fails."
    )
    start_sound: bool = switch(
        False,
        "Push-to-talk",
        "Play a sound at the start",
        "Use headphones: a microphone near a loudspeaker hears the sound.",
    )
    sound_volume: int = number(
        100,
        "Push-to-talk",
        10,
        100,
        "Volume of the sounds",
        "“Listen” plays the sounds for start, end and failure, one after the other.",
        unit="percent",
    )
    second_hotkey: str = text(
        "", "Push-to-talk", "Second key", "For another language or another recognizer.", advanced=True
    )
    second_language: str = choice("", "Push-to-talk", _ALSO_LANGUAGES, "Language of the second key", advanced=True)
    second_engine: str = choice("", "Push-to-talk", _ALSO_ENGINES, "Recognizer of the second key", advanced=True)
    hotkey_limit_minutes: int = number(
        15,
        "Push-to-talk",
        1,
        240,
        "Longest dictation",
        "The microphone closes after this time, even while the key is down.",
        unit="minute",
        advanced=True,
    )
    preroll_ms: int = number(
        0,
        "Push-to-talk",
        0,
        2_000,
        "Listen before the key press",
        "What you say shortly before the key press is written, too. The microphone then stays open between "
        "dictations; older sound is forgotten at once.",
        unit="millisecond",
        special={0: "Off"},
        advanced=True,
    )
    hands_free_hotkey: str = text("", "Push-to-talk", "Hands-free key", "Switches the hands-free mode on and off.")
    hands_free_at_start: bool = switch(
        False,
        "Push-to-talk",
        "Hands-free from the start",
        "The microphone is then open from the start of Saywrite.",
        advanced=True,
    )
    hands_free_silence_s: int = number(
        60,
        "Push-to-talk",
        5,
        900,
        "End after a silence of",
        "A hands-free dictation ends then, and Saywrite waits for the phrase again.",
        unit="second",
        advanced=True,
    )
    aiola_sign_in: str = choice("key", "aiOla", _SIGN_IN, "Sign in with")
    aiola_token_url: str = text("", "aiOla", "Token address", "The https address that returns an access token.")
    aiola_translate_to: str = choice(
        "", "aiOla", _TRANSLATE, "Translate into", "The translation is shown beside what you said."
    )
    aiola_while_away: str = choice(
        "later", "aiOla", _AWAY, "When aiOla cannot be reached", "Recording continues in both cases."
    )
    aiola_listen_along: str = choice(
        "on",
        "aiOla",
        _LISTEN_ALONG,
        "This computer listens along",
        "Shows words while you speak and writes while aiOla cannot be reached. Needs a recognition model.",
    )
    aiola_mark_differences: bool = switch(
        False,
        "aiOla",
        "Mark words heard differently",
        "A dotted underline marks words that this computer heard differently. Alt+W swaps them.",
    )
    aiola_patience_s: int = number(
        0,
        "aiOla",
        0,
        600,
        "Wait at the end for",
        "Then the dictation ends with what this computer heard, and a notice says so.",
        unit="second",
        special={0: "As long as it takes"},
    )
    aiola_base_url: str = text(
        AIOLA_BASE_URL,
        "aiOla",
        "Service address",
        "Change it only if your company has its own service.",
    )
    aiola_auth_url: str = text(
        AIOLA_AUTH_URL,
        "aiOla",
        "Sign-in address",
        "Change it only if your company has its own sign-in service.",
    )
    aiola_workflow: str = text(AIOLA_WORKFLOW, "aiOla", "Workflow", "The workflow of your account that transcribes.")
    aiola_linger_s: int = number(
        30,
        "aiOla",
        0,
        600,
        "Stay connected for",
        "The next dictation starts faster while the connection is open.",
        unit="second",
        special={0: "Disconnect at once"},
        advanced=True,
    )
    aiola_threshold: int = number(
        50,
        "aiOla",
        0,
        100,
        "Speech threshold",
        "With a higher value, only clear speech is written.",
        unit="percent",
        advanced=True,
    )
    aiola_min_speech_ms: int = number(
        250,
        "aiOla",
        50,
        2_000,
        "Shortest speech",
        "A shorter sound is ignored.",
        unit="millisecond",
        advanced=True,
    )
    aiola_min_silence_ms: int = number(
        500,
        "aiOla",
        100,
        5_000,
        "Pause between sentences",
        "A sentence is sent after a pause of this length.",
        unit="millisecond",
        advanced=True,
    )
    aiola_max_segment_ms: int = number(
        30_000,
        "aiOla",
        2_000,
        60_000,
        "Longest sentence",
        "A longer sentence is written in parts.",
        unit="millisecond",
        advanced=True,
    )
    insertion_means: str = choice(
        "auto", "Insertion", _MEANS, "Insert text by", "How the text gets into other programs."
    )
    insertion_other_window: str = choice(
        "here",
        "Insertion",
        _OTHER_WINDOW,
        "If the window changed",
        "You went to another window before the text was there.",
    )
    insertion_continue: bool = switch(
        True,
        "Insertion",
        "Continue a sentence",
        "A text that follows another one begins with a space, until you press a key or click.",
    )
    insertion_line_breaks: str = choice(
        "space",
        "Insertion",
        _LINE_BREAKS,
        "Line breaks in terminals",
        "Some terminals run a command at every line break.",
        advanced=True,
    )
    insertion_programs: str = text(
        "",
        "Insertion",
        "Rules for single programs",
        "For example: xterm = type, emacs = shift+insert. Other rules: ctrl+v, ctrl+shift+v, clipboard.",
        advanced=True,
    )
    stay_offline: bool = switch(
        False,
        "Files and privacy",
        "Nothing leaves this computer",
        "Saywrite opens no connection to the network: it does not use aiOla and downloads no models.",
    )
    keep_recordings_days: int = number(
        7,
        "Files and privacy",
        -1,
        3_650,
        "Keep recordings",
        "You can listen again to a recording that is kept. It stays on this computer.",
        unit="day",
        special=_KEEP,
    )
    export_folder: str = text(
        "", "Files and privacy", "Export into", "Leave it empty for the folder that you used last."
    )
    export_format: str = choice(TXT, "Files and privacy", _FORMATS, "Export as")
    program_language: str = choice(
        "", "Window", _PROGRAM_LANGUAGES, "Language of the program", "The language of windows and messages."
    )
    theme: str = choice("system", "Window", _THEMES, "Appearance")
    paragraph_pause_s: int = number(
        2,
        "Window",
        0,
        60,
        "New paragraph after a pause of",
        "The transcript shows sentences without a longer pause between them as running text.",
        unit="second",
        special={0: "Each sentence is a line"},
    )
    show_keywords: bool = switch(True, "Window", "Show the keywords")
    show_waveform: bool = switch(True, "Window", "Show the waveform")
    overlay: str = choice(
        "on",
        "Window",
        _OVERLAY,
        "Overlay",
        "A small panel with your words above all windows. It is not available on Wayland.",
    )
    motion: str = choice("system", "Window", _MOTION, "Motion", "With less motion, the overlay's level moves rarely.")
    close_to_tray: bool = switch(
        True,
        "Window",
        "Keep running when closed",
        "Saywrite stays in the tray. If there is no tray, closing the window quits.",
    )
    start_hidden: bool = switch(
        False, "Window", "Start in the tray", "Click the tray icon, or start Saywrite again, to open the window."
    )
    log_level: str = choice(
        "info",
        "Files and privacy",
        _LOG_LEVELS,
        "Log",
        "The log never contains what you say.",
        advanced=True,
    )


def _options() -> Mapping[str, Option]:
    options = {item.name: Option(name=item.name, **item.metadata["option"]) for item in fields(Settings)}
    if len(options) != len(declared):
        raise ValueError("an option is declared twice")
    for option in options.values():
        check(option)
    return MappingProxyType(options)


FORMER_VALUES: Mapping[tuple[str, str], str] = {
    (option, former): name
    for option in ("engine", "second_engine", "aiola_while_away")
    for former, name in FORMER_NAMES.items()
}
"""Values that older versions wrote, by option and value, with their present form."""

OPTIONS: Mapping[str, Option] = _options()
"""All options by name, in the order of their declaration."""
