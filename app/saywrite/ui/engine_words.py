"""What the engine chip says: a state, a word or two, and the reason for the tooltip. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

from saywrite.events import ConnectionChanged, EngineChanged, EngineState, ModelState
from saywrite.ui import model_words
from saywrite.ui.models_state import KnownModel

_ENGINE = {
    EngineState.READY: "ready",
    EngineState.LOADING: "loading…",
    EngineState.UNLOADED: "loads when needed",
    EngineState.UNAVAILABLE: "unavailable",
}
_OVER_THE_NETWORK = _ENGINE | {EngineState.UNLOADED: "connects when needed", EngineState.LOADING: "connecting…"}


@dataclass(frozen=True, slots=True)
class ChipWords:
    """`spoken`: the word for screen readers, which does not change with every second of a count; `retry_in_s`:
    seconds until the next attempt at the time it was told, None when none is waited for.
    """

    state: EngineState
    word: str
    reason: str = ""
    spoken: str = ""
    retry_in_s: float | None = None


def engine_words(event: EngineChanged, *, over_network: bool = False) -> ChipWords:
    words = _OVER_THE_NETWORK if over_network else _ENGINE
    return ChipWords(event.state, words[event.state], f"{event.reason} {event.remedy}".strip())


def model_chip_words(known: KnownModel, *, recording: bool) -> ChipWords:
    """Of a model that is not ready. While one records it says what becomes of the words."""
    label, state = known.info.label, known.info.state
    share = model_words.percent(known.done, known.total)
    reason = model_words.ALREADY_SPEAK
    word, mark = {
        ModelState.DOWNLOADING: (f"downloading {share} %", EngineState.LOADING),
        ModelState.CONVERTING: ("preparing…", EngineState.LOADING),
        ModelState.PAUSED: (f"paused at {share} %", EngineState.UNLOADED),
        ModelState.DAMAGED: ("model damaged", EngineState.UNAVAILABLE),
    }.get(state, ("no model yet", EngineState.UNLOADED))
    if known.failure is not None:
        word, mark, reason = "no model", EngineState.UNAVAILABLE, f"{known.failure.what} {known.failure.remedy}"
    if recording:
        word, mark = "recording, text follows", EngineState.LOADING
    spoken = "downloading" if word.startswith("downloading") else word
    return ChipWords(mark, word, f"{label}: {reason}", spoken)


def connection_words(event: ConnectionChanged, retry_in_s: float | None = None) -> ChipWords:
    """`retry_in_s`: the seconds that are left of the event's, when time has passed since."""
    match event.state:
        case "connecting":
            return ChipWords(EngineState.LOADING, "connecting…", event.reason)
        case "connected":
            delay = f"connected · {event.rtt_ms:.0f} ms" if event.rtt_ms is not None else "connected"
            return ChipWords(EngineState.READY, delay, event.reason, "connected")
        case "lost" if event.retry_in_s is not None:
            left = math.ceil(event.retry_in_s if retry_in_s is None else retry_in_s)
            word = f"reconnecting in {left} s" if left > 0 else "reconnecting…"
            return ChipWords(EngineState.LOADING, word, event.reason, "reconnecting", event.retry_in_s)
        case "lost":
            return ChipWords(EngineState.UNAVAILABLE, "offline", event.reason)
        case "refused" if event.retry_in_s is not None:
            left = math.ceil(event.retry_in_s if retry_in_s is None else retry_in_s)
            word = f"refused, again in {left} s" if left > 0 else "refused, trying again…"
            return ChipWords(EngineState.UNAVAILABLE, word, event.reason, "refused", event.retry_in_s)
        case "refused":
            word = f"refused: {event.reason}" if event.reason else "refused"
            return ChipWords(EngineState.UNAVAILABLE, word, event.reason, "refused")
        case _:
            return ChipWords(EngineState.UNLOADED, "not connected", event.reason)
