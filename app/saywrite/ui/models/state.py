"""What the window knows of the recognition models: the catalogue, the progress of downloads, what failed. GUI thread.

The one place in the window that keeps it; the settings, the engine chip, the bar above the transcript and the empty
state read it here. What a person wants of a model is posted to the dictation through it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from saywrite.foundation.events import (
    FrontEndEvent,
    ModelFailed,
    ModelInfo,
    ModelProgress,
    ModelsChanged,
    ModelState,
    ModelTried,
    ModelVerified,
)
from saywrite.ui.models.download_rate import DownloadRate


class ModelCommands(Protocol):
    """The part of `dictation.dictation.Dictation` that has to do with models; every call only posts."""

    def list_models(self) -> None: ...
    def download_model(self, model: str) -> None: ...
    def pause_download(self, model: str) -> None: ...
    def cancel_download(self, model: str) -> None: ...
    def remove_model(self, model: str) -> None: ...
    def verify_model(self, model: str) -> None: ...
    def try_model(self, model: str) -> None: ...


class Task(Enum):
    """What was asked for and has no answer yet."""

    NONE = auto()
    TRIAL = auto()
    CHECK = auto()


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model of the catalogue with its download: `done` of `total` bytes, `left_s` seconds to go where that can be
    estimated. `checked`: its files were compared with their hashes since the last change, and are right.
    """

    info: ModelInfo
    done: int = 0
    total: int = 0
    left_s: float | None = None
    failure: ModelFailed | None = None
    task: Task = Task.NONE
    checked: bool = False

    @property
    def is_ready(self) -> bool:
        return self.info.state is ModelState.READY


KEEPS_PROGRESS = frozenset({ModelState.DOWNLOADING, ModelState.CONVERTING, ModelState.PAUSED})


class ModelsState(QObject):
    changed = Signal()
    """Anything about any model."""
    tried = Signal(object)
    """A `ModelTried`."""

    def __init__(
        self, commands: ModelCommands, clock: Callable[[], float] = time.monotonic, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._commands = commands
        self._clock = clock
        self._models: dict[str, KnownModel] = {}
        self._rates: dict[str, DownloadRate] = {}

    @property
    def models(self) -> tuple[KnownModel, ...]:
        """In the order of the catalogue; empty before the dictation has told of them."""
        return tuple(self._models.values())

    def model(self, name: str) -> KnownModel | None:
        return self._models.get(name)

    def receive(self, event: FrontEndEvent) -> None:
        """Give it every event."""
        match event:
            case ModelsChanged():
                self._take_catalog(event)
            case ModelProgress():
                self._take_progress(event)
            case ModelFailed():
                self._update(event.model, failure=event, task=Task.NONE)
            case ModelVerified():
                self._update(event.model, task=Task.NONE, checked=True)
            case ModelTried():
                self._update(event.model, task=Task.NONE)
                self.tried.emit(event)

    # What a person wants

    def ask(self) -> None:
        """Ask the dictation for the models; `changed` follows."""
        self._commands.list_models()

    def download(self, name: str) -> None:
        """Begin the download, or go on with it."""
        self._update(name, failure=None)
        self._commands.download_model(name)

    def pause(self, name: str) -> None:
        self._commands.pause_download(name)

    def cancel(self, name: str) -> None:
        self._update(name, failure=None)
        self._commands.cancel_download(name)

    def remove(self, name: str) -> None:
        self._update(name, failure=None)
        self._commands.remove_model(name)

    def check(self, name: str) -> None:
        """Compare the files with their hashes."""
        self._update(name, failure=None, task=Task.CHECK, checked=False)
        self._commands.verify_model(name)

    def try_out(self, name: str) -> None:
        """Recognize the last dictation once more with this model; `tried` follows."""
        self._update(name, failure=None, task=Task.TRIAL)
        self._commands.try_model(name)

    def _update(self, name: str, **changes: object) -> None:
        known = self._models.get(name)
        if known is not None:
            self._models[name] = replace(known, **changes)  # type: ignore[arg-type]  # field names, checked by replace
            self.changed.emit()

    def _take_catalog(self, event: ModelsChanged) -> None:
        self._models = {info.id: self._renewed(info) for info in event.models}
        self._rates = {name: rate for name, rate in self._rates.items() if name in self._models}
        self.changed.emit()

    def _renewed(self, info: ModelInfo) -> KnownModel:
        """What was known of the model, as far as it still holds in its new state."""
        known = self._models.get(info.id)
        if known is None:
            return KnownModel(info, done=info.arrived_bytes, total=info.download_bytes)
        if info == known.info:
            return known
        if info.state is not ModelState.DOWNLOADING:
            self._rates.pop(info.id, None)
        if info.state is ModelState.PAUSED:
            # What the last progress told was of one source; the sources before it may have sent more.
            known = replace(known, done=info.arrived_bytes, total=info.download_bytes)
        elif info.state not in KEEPS_PROGRESS:
            known = replace(known, done=0)
        failure = None if info.state in (ModelState.CONVERTING, ModelState.READY) else known.failure
        return replace(known, info=info, left_s=None, failure=failure, task=Task.NONE, checked=False)

    def _take_progress(self, event: ModelProgress) -> None:
        rate = self._rates.setdefault(event.model, DownloadRate())
        rate.observe(event.done, self._clock())
        known = self._models.get(event.model)
        if known is not None:
            # An attempt that gets no further than the last one fails for the same reason, which is not told again.
            failure = None if event.done > known.done else known.failure
            left_s = rate.seconds_left(event.total)
            self._update(event.model, done=event.done, total=event.total, left_s=left_s, failure=failure)
