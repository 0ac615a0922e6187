"""From the start of a dictation to its first sound at aiOla's service, against aiOla's own SDK in the same run.

Both reach the tests' service through the same line, which adds its delay to everything, a TCP handshake too. Round
trips are the slope over the delay: what is left when the computers are infinitely fast.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from statistics import median

from aiola_rig import Ours, Place, place
from table import Row, amount
from tests.aiola_server.script import API_KEY
from tests.aiola_server.tones import speech

from saywrite.foundation.events import Final, RecognizerFinished

DELAYS_S = amount((0.0, 0.025, 0.05, 0.1), (0.0, 0.05), (0.0, 0.05))
RUNS = amount(8, 2, 1)
WARM_UPS = amount(1, 1, 0)
"""Runs in front that do not count: they load libraries and fetch tokens."""

ENCRYPTED = amount((False, True), (False, True), (True,))
SOUND = speech([["alpha", "bravo"]], lead_s=0.1, pause_s=0.1)

MICROPHONE_S = 0.06
"""What a microphone takes from the press to its first block (see bench_press)."""

Once = Callable[[], float]
"""One run: seconds from the start to the first sound at the service."""

SDK_FROM_KEY = "the SDK from an API key"

NOISE = 0.2
"""Round trips by which a slope may be off."""

CACHED = {False: 3.5, True: 5.3}
"""Round trips with a cached token, over plain TCP and over TLS. From the key: half of the SDK's in the same run."""


def measure() -> list[Row]:
    rows = []
    for tls in ENCRYPTED:
        with place(tls=tls) as where:
            _trust(where)
            where.service.set(delay_s=0.0)
            rows += _rows(where, "TLS" if tls else "plain", CACHED[tls])
    return rows


def _rows(where: Place, kind: str, cached_goal: float) -> list[Row]:
    token = where.service.mint()
    ways: dict[str, Callable[[], list[float]]] = {
        "the SDK with a token": lambda: _repeated(lambda: _sdk(where, access_token=token)),
        SDK_FROM_KEY: lambda: _repeated(lambda: _sdk(where, api_key=API_KEY)),
        "ours from an API key": lambda: _repeated(lambda: _from_key(where)),
        "ours with a cached token": lambda: _with_one(where, linger_s=0),
        "ours on a connection that lingers": lambda: _with_one(where, linger_s=600),
    }
    taken: dict[str, list[list[float]]] = {name: [] for name in ways}
    for delay in DELAYS_S:
        where.slow(delay)
        for name, way in ways.items():
            taken[name].append(way())
    half = round_trips(taken[SDK_FROM_KEY]) / 2
    goals = dict(zip(list(ways)[2:], (half, cached_goal + NOISE, 0.5 + NOISE), strict=True))
    runs = RUNS * len(DELAYS_S)
    rows = [Row(f"{kind}: {name}", round_trips(taken[name]), "round trips", goals.get(name), runs) for name in ways]
    slowest = f"{kind}, {1000 * DELAYS_S[-1]:.0f} ms one way: "
    rows += [Row.of(slowest + name, [1000 * each for each in taken[name][-1]], "ms") for name in ways]
    late = [1000 * each for each in _felt(where)]
    return [*rows, Row.of(slowest + "first text later for the new connection", late, "ms", 30)]


def round_trips(taken: list[list[float]]) -> float:
    """The slope of the medians over the round-trip time (least squares)."""
    trips = [2 * delay for delay in DELAYS_S]
    medians = [median(each) for each in taken]
    x, y = sum(trips) / len(trips), sum(medians) / len(medians)
    over = sum((a - x) * (b - y) for a, b in zip(trips, medians, strict=True))
    return over / sum((a - x) ** 2 for a in trips)


def _trust(where: Place) -> None:
    """The SDK's libraries learn of the tests' authority, each in its own way."""
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "WEBSOCKET_CLIENT_CA_BUNDLE"):
        if where.authority:
            os.environ[name] = str(where.authority)
        else:
            os.environ.pop(name, None)


def _sdk(where: Place, **account: str) -> float:
    from aiola import AiolaClient

    number, began = where.streams, time.monotonic()
    client = AiolaClient(**account, base_url=where.url, auth_base_url=where.url)
    connection = client.stt.stream(lang_code="en")
    connection.connect()
    connection.send(SOUND[:4096])
    taken = where.first_audio(number) - began
    connection.disconnect()
    where.wait_for_quiet()
    return taken


def _from_key(where: Place) -> float:
    with Ours(where) as ours:
        return _once(where, ours)


def _with_one(where: Place, linger_s: float) -> list[float]:
    """One recognizer for all runs: what the first one fetched, or opened, is there for the others."""
    with Ours(where, linger_s=linger_s) as ours:
        return _repeated(lambda: _once(where, ours))


def _repeated(once: Once) -> list[float]:
    return [once() for _ in range(WARM_UPS + RUNS)][WARM_UPS:]


def _once(where: Place, ours: Ours) -> float:
    ours.forget()
    lingers = where.open > 0
    number = where.streams - lingers
    where.service.ask("forget_first_audio")
    began = ours.press()
    ours.say(SOUND)
    taken = where.first_audio(number) - began
    ours.let_go()
    ours.wait(RecognizerFinished)
    if not ours.lingers:
        where.wait_for_quiet()
    return taken


def _felt(where: Place) -> list[float]:
    """Somebody begins to speak at once: how much later is the first text than on a connection that lingers?"""
    late = []
    with Ours(where, linger_s=600) as lingering, Ours(where) as cold:
        for _ in range(WARM_UPS + RUNS):
            open_one, new_one = _first_text(lingering), _first_text(cold)
            late.append(new_one - open_one)
    return late[WARM_UPS:]


def _first_text(ours: Ours) -> float:
    """Seconds from the first sound to the first text."""
    ours.forget()
    began = ours.press() + MICROPHONE_S
    ours.say_live(speech([["alpha", "bravo"]], lead_s=0.1), began)
    taken = ours.wait(Final) - began
    ours.let_go()
    ours.wait(RecognizerFinished)
    assert ours.words() == ["alpha", "bravo"]
    return taken
