"""From letting go to the last text, beyond what the service itself and the line take."""

from __future__ import annotations

from aiola_rig import Ours, Place, place
from table import Row, amount
from tests.aiola_server.tones import hear, silence, speech

from saywrite.foundation.events import Final, RecognizerFinished

RUNS = amount(10, 3, 1)
ONE_WAY_S = amount((0.0, 0.05), (0.0, 0.05), (0.05,))
PAUSES_S = amount((0.0, 0.25, 0.5, 1.0), (0.0, 0.25, 0.5, 1.0), (0.0, 0.5))
"""From the end of the last word to letting go."""

WORDS = [["golf", "hotel", "india"]]


def measure() -> list[Row]:
    rows = []
    with place(tls=False) as where, Ours(where, linger_s=600) as ours:
        for one_way in ONE_WAY_S:
            where.slow(one_way)
            for pause in PAUSES_S:
                taken = [_once(where, ours, pause, one_way) for _ in range(RUNS + 1)][1:]
                name = f"release {1000 * pause:.0f} ms after the last word, {1000 * one_way:.0f} ms one way: last text"
                rows.append(Row.of(name + " beyond the service", [1000 * late for late, _done in taken], "ms", 50))
                if pause == PAUSES_S[0]:
                    rows.append(Row.of(name + " after release", [1000 * done for _late, done in taken], "ms"))
    return rows


def _once(where: Place, ours: Ours, pause: float, one_way: float) -> tuple[float, float]:
    """The last text's lateness beyond service and line, and its time from the release; seconds."""
    ours.forget()
    began = ours.press()
    pcm = speech(WORDS, lead_s=0.3, pause_s=0) + silence(pause)
    assert hear(pcm) == WORDS[0]
    ours.say_live(pcm, began)
    released = ours.let_go()
    ours.wait(RecognizerFinished)
    assert ours.words() == WORDS[0], ours.words()
    done = ours.all(Final)[-1][0] - released
    answer = where.service.stream().answers[-1]
    # Half a second of quiet closes a segment, wherever it comes from; what was not captured need not be waited for.
    line = 2 * one_way if answer.closed > released else one_way
    service = answer.sent - max(answer.closed, released)
    return max(0.0, done - max(0.0, service) - line), max(0.0, done)
