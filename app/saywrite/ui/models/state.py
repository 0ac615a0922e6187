"""The state of the recognition models in the window: catalog, downloads and failures. GUI thread.

It is the only owner of this state, which the settings, the engine indicator, the bar above the transcript and the
empty state read. It posts the user's commands about models to the dictation.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

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

if TYPE_CHECKING:
    from saywrite.dictation.api import Dictation


class Task(Enum):
    """What the user has started and what has not ended."""

    NONE = auto()
    TRIAL = auto()
    CHECK = auto()


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model of the catalog with the state of its download.

    `done` of `total` bytes have arrived; `left_s` are the remaining seconds if they can be estimated. `checked` means
    that the files were compared with their hashes since the last change, and match.
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
        """Whether the model can be used."""
        return self.info.state is ModelState.READY


KEEPS_PROGRESS = frozenset({ModelState.DOWNLOADING, ModelState.CONVERTING, ModelState.PAUSED})


class ModelsState(QObject):
    """The models by name, updated by events."""

    changed = Signal()
    """The state of a model has changed."""
    tried = Signal(object)
    """A trial has ended: a `ModelTried`."""

    def __init__(
        self, commands: Dictation, clock: Callable[[], float] = time.monotonic, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._commands = commands
        self._clock = clock
        self._models: dict[str, KnownModel] = {}
        self._rates: dict[str, DownloadRate] = {}

    @property
    def models(self) -> tuple[KnownModel, ...]:
        """The models in the order of the catalog; empty before the first `ModelsChanged`."""
        return tuple(self._models.values())

    def model(self, name: str) -> KnownModel | None:
        """The model with this name, or None."""
        return self._models.get(name)

    @Slot(object)
    def receive(self, event: FrontEndEvent) -> None:
        """Take an event about models; events of other kinds are ignored."""
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

    # Commands of the user

    def ask(self) -> None:
        """Ask the dictation for the models, which causes `changed`."""
        self._commands.list_models()

    def download(self, name: str) -> None:
        """Start or continue the download."""
        self._update(name, failure=None)
        self._commands.download_model(name)

    def pause(self, name: str) -> None:
        """Pause the download."""
        self._commands.pause_download(name)

    def cancel(self, name: str) -> None:
        """Cancel the download, and delete what has arrived."""
        self._update(name, failure=None)
        self._commands.cancel_download(name)

    def remove(self, name: str) -> None:
        """Delete the model from this computer."""
        self._update(name, failure=None)
        self._commands.remove_model(name)

    def check(self, name: str) -> None:
        """Compare the files with their hashes."""
        self._update(name, failure=None, task=Task.CHECK, checked=False)
        self._commands.verify_model(name)

    def try_out(self, name: str) -> None:
        """Recognize the last dictation again with this model, which causes `tried`."""
        self._update(name, failure=None, task=Task.TRIAL)
        self._commands.try_model(name)

    def _update(self, name: str, **changes: object) -> None:
        known = self._models.get(name)
        if known is not None:
            self._models[name] = replace(known, **changes)  # type: ignore[arg-type]  # field names, checked by replace
            self.changed.emit()

    def _take_catalog(self, event: ModelsChanged) -> None:
        self._models = {info.id: self._updated(info) for info in event.models}
        self._rates = {name: rate for name, rate in self._rates.items() if name in self._models}
        self.changed.emit()

    def _updated(self, info: ModelInfo) -> KnownModel:
        """The known model with its new state, and what of the old one is still valid."""
        known = self._models.get(info.id)
        if known is None:
            return KnownModel(info, done=info.arrived_bytes, total=info.download_bytes)
        if info == known.info:
            return known
        if info.state is not ModelState.DOWNLOADING:
            self._rates.pop(info.id, None)
        if info.state is ModelState.PAUSED:
            # The last progress is that of one source; earlier sources may have sent more.
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
            # An attempt that gets no further than the last one fails for the same reason: the failure stays.
            failure = None if event.done > known.done else known.failure
            left_s = rate.seconds_left(event.total)
            self._update(event.model, done=event.done, total=event.total, left_s=left_s, failure=failure)
