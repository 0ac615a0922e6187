"""Watches the sources of the sound server (PulseAudio or PipeWire), and where it moves our streams.

PortAudio sees only "pulse" there, and an unplugged source is replaced silently, even by a speaker's monitor,
so we watch the server ourselves. `SoundServer` owns one thread with one connection: it sleeps in the server's
event loop, reads everything anew after a change (2 ms) and posts a `ServerSnapshot` to each subscriber. While Saywrite
does not record, only devices are watched, so that streams of other programs do not wake the thread. Commands reach it
through a queue and a pipe that wakes the loop. A frozen server blocks this thread only, and no other thread waits for
it. Without a server the thread looks for one after each of `RETRY_S`, and at once on request.

pulsectl is imported on that thread. It reads a source's sample rate from memory that libpulse has freed by
then (24.12.0), hence our own source class; its `connect(timeout=)` always takes the whole time, hence none.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

log = logging.getLogger(__name__)

HOST_API = "PulseAudio"
TAG_PROPERTY = "saywrite.capture"
"""The property by which our streams are recognized among the server's (set through PULSE_PROP at the open)."""

SETTLE_S = 0.02
"""Seconds after the first of a group of changes until all is read once: an unplugged device makes a dozen events."""

CLOSELY, IDLY = ("source", "source_output", "server"), ("card", "module", "server")
"""Facilities of the server to subscribe to. A microphone comes with its card or, a virtual one, with its module."""

RETRY_S = (0.5, 10.0)
"""Without a server: the first wait in seconds before the next look, which doubles up to the second one."""


@dataclass(frozen=True, slots=True)
class ServerSource:
    """A source of the server. `monitor`: it records what a speaker plays and is never a microphone. `positions`:
    libpulse's number for the place of each channel (0 mono, 1 and 2 front left and right, 12 aux0 …).
    """

    index: int
    name: str
    label: str
    monitor: bool
    channels: int
    rate: int
    muted: bool = False
    positions: tuple[int, ...] = ()

    @property
    def layout(self) -> tuple[int, ...]:
        """Its positions, where the server would remix them for a mono or stereo stream; else none."""
        return () if len(self.positions) < 2 or self.positions == (1, 2) else self.positions


@dataclass(frozen=True, slots=True)
class ServerStream:
    """One of our own recording streams, by the tag we gave it, and the index of the source it records."""

    tag: str
    index: int
    source: int


@dataclass(frozen=True, slots=True)
class ServerSnapshot:
    """What the server has. Without a server `present` is False, and all else is empty."""

    present: bool
    sources: tuple[ServerSource, ...] = ()
    default: str = ""
    streams: tuple[ServerStream, ...] = ()

    @property
    def microphones(self) -> tuple[ServerSource, ...]:
        return tuple(source for source in self.sources if not source.monitor)


@dataclass(frozen=True, slots=True)
class ChangePending:
    """A source or a stream has just changed; the `ServerSnapshot` that says how follows at once."""


ABSENT = ServerSnapshot(False)
Listener = Callable[[ServerSnapshot | ChangePending], None]
"""Called on the server's thread; it only posts."""


class SoundServer:
    """Owns the thread that listens to the server. Every method only queues a command; safe on every thread."""

    def __init__(self, available: bool = sys.platform.startswith("linux")) -> None:
        self._available = available
        self._orders: SimpleQueue[Callable[[_Connection], None] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._wake: tuple[int, int] | None = None
        # Used on the server's thread only:
        self._listeners: dict[object, Listener] = {}
        self._close_listeners: set[object] = set()
        self._latest = ABSENT

    def subscribe(self, key: object, listener: Listener, *, closely: bool = False) -> None:
        """Call `listener` with the present state now, and after each change until `unsubscribe(key)`.

        `closely`: also after changes of streams, mutes and other properties of sources, for a recording.
        """
        if not self._available:
            listener(ABSENT)
            return

        def order(connection: _Connection) -> None:
            self._listeners[key] = listener
            if closely:
                first = not self._close_listeners
                self._close_listeners.add(key)  # before what may raise: the next connection watches for it
                if first:
                    connection.watch(True)
                    self._latest = connection.snapshot()  # it may have changed unobserved
            listener(self._latest)

        self._order(order)

    def unsubscribe(self, key: object) -> None:
        if self._available:
            self._order(lambda connection: self._forget(key, connection))

    def _forget(self, key: object, connection: _Connection) -> None:
        self._listeners.pop(key, None)
        last = self._close_listeners == {key}
        self._close_listeners.discard(key)
        if last:
            connection.watch(False)

    def move(self, stream: ServerStream, source: ServerSource) -> None:
        """Let our `stream` record `source`. The next snapshot shows whether it does."""
        self._order(lambda connection: connection.move(stream.index, source.index))

    def look(self) -> None:
        """Read the state of the server now; without a server, look for one now."""
        if self._available:
            self._order(lambda connection: self._tell(connection.snapshot()))

    def close(self, wait: float = 0.0) -> None:
        """End the thread; wait up to `wait` seconds for it (a frozen server keeps it longer)."""
        with self._lock:
            thread, self._thread = self._thread, None
            if thread is None:
                return
            self._orders.put(None)
            self._nudge()
        thread.join(wait)

    def _order(self, order: Callable[[_Connection], None]) -> None:
        with self._lock:
            if self._thread is None:
                self._wake = _make_wake_pipe()
                self._orders = SimpleQueue()
                self._thread = threading.Thread(
                    target=self._run, args=(self._orders, self._wake), name="sound server", daemon=True
                )
                self._thread.start()
            self._orders.put(order)
            self._nudge()

    def _nudge(self) -> None:
        if self._wake is not None:
            with contextlib.suppress(BlockingIOError):  # full: it is awake as it is
                os.write(self._wake[1], b"!")

    def _run(self, orders: SimpleQueue[Any], wake: tuple[int, int]) -> None:
        """Connect, and listen until the server is gone, again and again. Runs on the server's thread."""
        try:
            while not self._serve(orders, wake[0]):
                pass
        except Exception:
            log.exception("the sound server's thread ended")
        finally:
            self._end(wake)

    def _serve(self, orders: SimpleQueue[Any], wake: int) -> bool:
        """Wait for a server and listen to it; True at the end of the thread, False when the server is gone."""
        delay = RETRY_S[0]
        while (connection := _connect(wake)) is None:
            if self._wait_without(orders, wake, delay):
                return True
            delay = min(RETRY_S[1], delay * 2)
        try:
            return self._listen(connection, orders)
        except Exception as error:  # noqa: BLE001 - whatever broke the connection: the next one is fresh
            log.info("the sound server went away: %s", type(error).__name__)
        finally:
            connection.close()
        self._tell(ABSENT)
        return False

    def _end(self, wake: tuple[int, int]) -> None:
        with self._lock:
            if self._wake is wake:
                self._wake = None
                self._thread = None
            os.close(wake[0])
            os.close(wake[1])

    def _wait_without(self, orders: SimpleQueue[Any], wake: int, delay: float) -> bool:
        """Run commands without a server for `delay` seconds or until the first; True at the thread's end."""
        try:
            while (order := orders.get(timeout=delay)) is not None:
                _drain(wake)
                order(_NOWHERE)
                delay = 0.0
        except Empty:
            return False
        return True

    def _listen(self, connection: _Connection, orders: SimpleQueue[Any]) -> bool:
        """Listen on one connection; True at the end of the thread. Raises when the connection breaks."""
        connection.watch(bool(self._close_listeners))
        while True:
            connection.changed = False
            self._tell(connection.snapshot())
            while not connection.changed:
                try:
                    while (order := orders.get_nowait()) is not None:
                        order(connection)
                except Empty:
                    connection.listen(None, self._warn)
                else:
                    return True
            connection.listen(SETTLE_S, self._warn)

    def _tell(self, snapshot: ServerSnapshot) -> None:
        self._latest = snapshot
        for listener in tuple(self._listeners.values()):
            listener(snapshot)

    def _warn(self) -> None:
        for listener in tuple(self._listeners.values()):
            listener(ChangePending())


class _Connection:
    """One connection to the server, used on one thread. Raises pulsectl's errors and OSError."""

    def __init__(self, wake: int | None = None) -> None:
        import pulsectl

        self.changed = False
        self._wake = wake
        self._pulse = pulsectl.Pulse("Saywrite", connect=False)
        self._sources = _source_lister(pulsectl)
        try:
            if wake is not None:
                self._pulse.set_poll_func(self._poll)
            self._pulse.connect(autospawn=False)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._pulse.close()

    def watch(self, closely: bool) -> None:
        """Subscribe to the changes that are reported from now on."""
        self._pulse.event_mask_set(*(CLOSELY if closely else IDLY))

    def snapshot(self) -> ServerSnapshot:
        default = self._pulse.server_info().default_source_name
        streams = []
        for output in self._pulse.source_output_list():
            if tag := output.proplist.get(TAG_PROPERTY):
                streams.append(ServerStream(tag, output.index, output.source))
        return ServerSnapshot(True, self._sources(self._pulse), default or "", tuple(streams))

    def move(self, stream: int, source: int) -> None:
        import pulsectl

        try:
            self._pulse.source_output_move(stream, source)
        except pulsectl.PulseOperationFailed:
            log.info("the sound server did not move our stream")  # one of them is gone, which the next snapshot shows

    def listen(self, limit: float | None, warn: Callable[[], None]) -> None:
        """Wait for a change or a command if `limit` is None, else collect changes for `limit` seconds."""
        import pulsectl

        def on_event(event: Any) -> None:
            if event.facility != "server":
                warn()
            self.changed = True
            if limit is None:
                raise pulsectl.PulseLoopStop

        self._pulse.event_callback_set(on_event)
        self._pulse.event_listen(timeout=limit)

    def _poll(self, polled: Any, timeout: float) -> int:
        """Poll libpulse's descriptors and our wake pipe. `timeout`: seconds; below 0 there is no limit."""
        poller = select.poll()
        for entry in polled:
            entry.revents = 0
            poller.register(entry.fd, entry.events)
        if self._wake is not None:
            poller.register(self._wake, select.POLLIN)
        ready = dict(poller.poll(None if timeout < 0 else timeout * 1000))
        if self._wake is not None and ready.pop(self._wake, 0):
            _drain(self._wake)
            self._pulse.event_listen_stop()
        for entry in polled:
            entry.revents = ready.get(entry.fd, 0)
        return sum(1 for entry in polled if entry.revents)


class NullConnection(_Connection):
    """Takes the place of a missing server: subscribers get an empty state, moves do nothing."""

    def __init__(self) -> None: ...
    def move(self, stream: int, source: int) -> None: ...
    def watch(self, closely: bool) -> None: ...
    def snapshot(self) -> ServerSnapshot:
        return ABSENT


_NOWHERE = NullConnection()


def _connect(wake: int | None = None) -> _Connection | None:
    try:
        return _Connection(wake)
    except Exception as error:  # noqa: BLE001 - no libpulse, no server, no rights: all mean there is none
        log.debug("no sound server: %s", error)
        return None


def _make_wake_pipe() -> tuple[int, int]:
    ends = os.pipe()
    for end in ends:
        os.set_blocking(end, False)
    return ends


def _drain(wake: int) -> None:
    with contextlib.suppress(BlockingIOError):
        os.read(wake, 4096)


def _source_lister(pulsectl: Any) -> Callable[[Any], tuple[ServerSource, ...]]:
    """A function that lists the sources of a connection with their true rates (see the top of this file)."""

    class Source(pulsectl.pulsectl.PulseSourceInfo):  # type: ignore[misc]
        rate = 48_000
        positions: tuple[int, ...] = ()

        def _init_from_struct(self, struct: Any) -> None:
            self.rate = int(struct.sample_spec.rate)
            self.positions = tuple(struct.channel_map.map[: struct.channel_map.channels])

    library = pulsectl.pulsectl.c
    listing = pulsectl.Pulse._pulse_get_list(
        library.PA_SOURCE_INFO_CB_T, library.pa.context_get_source_info_list, Source
    )

    def list_sources(pulse: Any) -> tuple[ServerSource, ...]:
        return tuple(
            ServerSource(
                source.index,
                source.name,
                source.description or source.name,
                bool(source.monitor_of_sink_name),
                source.channel_count,
                source.rate,
                bool(source.mute),
                source.positions,
            )
            for source in listing(pulse)
        )

    return list_sources


def look_once() -> ServerSnapshot:
    """The present state. Blocks forever with a frozen server: call it on a thread that can be abandoned."""
    connection = _connect() if sys.platform.startswith("linux") else None
    if connection is None:
        return ABSENT
    try:
        return connection.snapshot()
    except Exception as error:  # noqa: BLE001 - as in _connect()
        log.info("the sound server went away: %s", type(error).__name__)
        return ABSENT
    finally:
        connection.close()
