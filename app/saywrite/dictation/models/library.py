"""The recognition models of the running application: downloads, removals, checks and trials.

`ModelLibrary` belongs to the dictation thread, which calls every method. The work is done on a thread that lives as
long as one job does; its results come back through the inbox. For front ends it posts `ModelsChanged`, `ModelProgress`,
`ModelFailed`, `ModelVerified` and `ModelTried`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from saywrite.foundation.catalog import LOCAL
from saywrite.foundation.errors import ModelDamaged, ModelError, ModelUnreachable, SaywriteError
from saywrite.foundation.events import (
    EngineChanged,
    EngineState,
    FrontEndEvent,
    ModelFailed,
    ModelInfo,
    ModelProgress,
    ModelsChanged,
    ModelState,
    ModelTried,
    ModelVerified,
)
from saywrite.foundation.formatting import megabytes
from saywrite.foundation.messages import joined, message
from saywrite.speech.local.model_store.sources import ModelSource
from saywrite.speech.local.model_store.store import ModelStore, Watcher
from saywrite.speech.local.model_store.transfer import StopTransfer, TransferStopped
from saywrite.storage.settings.schema import Settings

PROGRESS_EVERY_S = 0.1
PROGRESS_STEP = 0.01
"""Seconds, and part of the whole, after which progress is posted. When a source stalls, the last one stays shown."""
RETRY_EVERY_S = 300.0
"""Seconds between two attempts at a download that failed, where no change of the network comes before."""

JOIN_S = 1.0
"""Seconds that the end of the program waits for the job to end; what has arrived is on disk in any case."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LibraryContext:
    """What the library needs of the application.

    `sources` makes the sources for the address of the settings; `try_model` transcribes the newest recorded dictation
    with a model; `watch_network` has a function called, on any thread, when the network changes; `is_metered` may wait.
    """

    settings: Callable[[], Settings]
    sources: Callable[[str, StopTransfer], Sequence[ModelSource]]
    try_model: Callable[[str, StopTransfer], ModelTried]
    watch_network: Callable[[Callable[[], None]], None]
    is_metered: Callable[[], bool]


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """A job on one model.

    `kind`: look, provide (download an absent model without being asked), download, discard, remove, verify, try.
    `quiet`: do not report a failure again that was reported before.
    """

    kind: str
    model: str = ""
    quiet: bool = False
    stop: StopTransfer = field(default_factory=StopTransfer)

    @property
    def downloads(self) -> bool:
        return self.kind in ("download", "provide")


class DownloadProgress:
    """Selects the steps of a download that are reported."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._due = 0.0
        self._posted = 0

    def advance(self, done: int, total: int, now: float) -> ModelProgress | None:
        """Return the event to post for `done` of `total` bytes at `now` (monotonic seconds), or None."""
        if now < self._due and done != total and done - self._posted < PROGRESS_STEP * total:
            return None
        self._due, self._posted = now + PROGRESS_EVERY_S, done
        return ModelProgress(self._model, done, total)


class ModelLibrary:
    """Owns the state of the models. Dictation thread only."""

    def __init__(self, store: ModelStore, post: Callable[[object], None], around: LibraryContext) -> None:
        self._store = store
        self._post = post
        self._around = around
        self._infos: tuple[ModelInfo, ...] = ()
        self._jobs: deque[_Job] = deque()
        self._job: _Job | None = None
        self._thread: threading.Thread | None = None
        self._converting = False
        self._wanted: set[str] = set()
        self._told: set[str] = set()
        self._verified: set[str] = set()
        self._retry: threading.Timer | None = None
        self._watches_network = False
        self._closed = False

    def open(self) -> None:
        """Look which models are there; the one of the settings is downloaded if it is not."""
        self._submit(_Job("provide", self._around.settings().local_model))

    def apply(self, before: Settings, after: Settings) -> None:
        """Download the model of the settings, or a missing one if its source or the permission changed."""
        if before.local_model != after.local_model:
            self.open()
        elif (before.model_source, before.stay_offline) != (after.model_source, after.stay_offline):
            self._try_again()

    def receive(self, event: FrontEndEvent) -> None:
        """Verify a model that could not be loaded, once per run: its files may be damaged."""
        model = self._around.settings().local_model
        match event:
            case EngineChanged(engine=engine, state=EngineState.UNAVAILABLE) if engine == LOCAL:
                ready = any(info.id == model and info.state is ModelState.READY for info in self._infos)
                if ready and model not in self._verified:
                    self._verified.add(model)
                    self._submit(_Job("verify", model))

    def list(self) -> None:
        """Report the state of all models."""
        if self._infos:
            self._tell()
        if self._job is None:
            self._submit(_Job("look"))

    def download(self, model: str) -> None:
        """Download a model, after those that were chosen before."""
        self._wanted.add(model)
        self._told.discard(model)
        if not self._is_downloading(model):
            self._submit(_Job("download", model))

    def pause(self, model: str) -> None:
        """End a download, keeping what has arrived."""
        self._end_download(model)
        self._tell()

    def cancel(self, model: str) -> None:
        """End a download and remove what has arrived."""
        self._end_download(model)
        self._submit(_Job("discard", model))

    def remove(self, model: str) -> None:
        """Remove a model from the data folder."""
        self._end_download(model)
        self._submit(_Job("remove", model))

    def verify(self, model: str) -> None:
        """Compare every byte with the catalog; a damaged model is downloaded again."""
        self._submit(_Job("verify", model))

    def try_on_last_dictation(self, model: str) -> None:
        """Transcribe the newest recorded dictation with a model."""
        self._submit(_Job("try", model))

    def close(self) -> None:
        """End the running job. The next start continues a download."""
        self._closed = True
        self._jobs.clear()
        if self._retry is not None:
            self._retry.cancel()
        if self._job is not None and self._thread is not None:
            self._job.stop.request()
            self._thread.join(JOIN_S)

    # Jobs

    def _submit(self, job: _Job) -> None:
        if self._closed:
            return
        self._jobs.append(job)
        if job.kind == "download" and self._infos:
            self._tell()
        self._begin_next()

    def _begin_next(self) -> None:
        if self._job is None and self._jobs:
            self._job = self._jobs.popleft()
            self._thread = threading.Thread(target=self._run, args=(self._job,), name="models", daemon=True)
            self._thread.start()

    def _run(self, job: _Job) -> None:
        """One job, on a thread of its own."""
        error: Exception | None = None
        try:
            before = self._store.infos()
            self._post(lambda: self._see(before))
            self._do(job)
        except (SaywriteError, TransferStopped) as failure:
            error = failure
        except Exception as failure:
            # The outermost edge of the thread.
            log.exception("a job of the model library failed: %s", job.kind)
            error = failure
        infos = self._store.infos()
        self._post(lambda: self._finish(job, error, infos))

    def _do(self, job: _Job) -> None:
        store = self._store
        match job.kind:
            case "download":
                self._download(job)
            case "provide" if store.state(job.model) is not ModelState.READY:
                self._refuse_metered(job.model)
                infos = store.infos()
                self._post(lambda: self._announce(job, infos))
                self._download(job)
            case "discard":
                store.discard_download(job.model)
            case "remove":
                store.remove(job.model)
            case "verify":
                store.verify(job.model, job.stop)
            case "try":
                self._post(self._around.try_model(job.model, job.stop))

    def _download(self, job: _Job) -> None:
        sources = self._around.sources(self._around.settings().model_source, job.stop)
        progress = DownloadProgress(job.model)

        def report(done: int, total: int) -> None:
            event = progress.advance(done, total, time.monotonic())
            if event is not None:
                self._post(event)

        self._store.download(
            job.model, sources, job.stop, Watcher(report, lambda: self._post(lambda: self._convert(job)))
        )

    def _refuse_metered(self, model: str) -> None:
        """Refuse to download a model without the user's command where bytes cost money. Raises ModelUnreachable."""
        if self._around.is_metered():
            entry = self._store.model(model)
            raise ModelUnreachable(
                message(
                    "{label} ({size}) was not downloaded: the connection is metered.",
                    label=entry.label,
                    size=megabytes(entry.download_bytes),
                ),
                message("Download it in Settings > Recognition all the same, or use another network."),
            )

    def _announce(self, job: _Job, infos: tuple[ModelInfo, ...]) -> None:
        """Report that the download began, with the state of all models."""
        self._infos = infos
        if self._job is job:
            self._wanted.add(job.model)
            self._tell()

    def _see(self, infos: tuple[ModelInfo, ...]) -> None:
        self._infos = infos
        self._tell()

    def _convert(self, job: _Job) -> None:
        if self._job is job:
            self._converting = True
            self._tell()

    def _finish(self, job: _Job, error: Exception | None, infos: tuple[ModelInfo, ...]) -> None:
        self._infos = infos
        self._job, self._converting = None, False
        if error is None and job.downloads:
            self._wanted.discard(job.model)
            self._told.discard(job.model)
        elif error is None and job.kind == "verify":
            self._post(ModelVerified(job.model))
        elif isinstance(error, ModelDamaged) and job.kind == "verify":
            self._post(ModelFailed(job.model, error.what, message("It is downloaded again.")))
            self._jobs.appendleft(_Job("download", job.model))
        elif error is not None and not isinstance(error, TransferStopped):
            self._fail(job, error)
        self._begin_next()
        self._tell()

    def _fail(self, job: _Job, error: Exception) -> None:
        if isinstance(error, SaywriteError):
            what, remedy = error.what, error.remedy
        else:
            what, remedy = (
                message("Something went wrong inside Saywrite."),
                message("Try again; the log has the details."),
            )
        if job.downloads and isinstance(error, ModelError) and error.curable:
            self._wanted.add(job.model)
            self._retry_later()
            remedy = joined(" ", message("It is tried again when the network changes."), remedy)
        if not (job.quiet and job.model in self._told):
            self._told.add(job.model)
            self._post(ModelFailed(job.model, what, remedy))

    # Downloads that wait for the network

    def _retry_later(self) -> None:
        if not self._watches_network:
            self._watches_network = True
            self._around.watch_network(lambda: self._post(self._try_again))
        if self._retry is None and not self._closed:
            self._retry = threading.Timer(RETRY_EVERY_S, self._post, [self._try_again])
            self._retry.daemon = True
            self._retry.start()

    def _try_again(self) -> None:
        """Download what is still wanted: the network or the source has changed, or time has passed."""
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        for model in sorted(self._wanted):
            if not self._is_downloading(model):
                self._submit(_Job("provide", model, quiet=True))

    def _is_downloading(self, model: str) -> bool:
        jobs = [*self._jobs, *([self._job] if self._job is not None else [])]
        return any(job.model == model and job.downloads for job in jobs)

    def _end_download(self, model: str) -> None:
        self._wanted.discard(model)
        for job in [each for each in self._jobs if each.model == model and each.downloads]:
            self._jobs.remove(job)
        if self._job is not None and self._job.model == model and self._job.downloads:
            self._job.stop.request()

    # Reports

    def _tell(self) -> None:
        self._post(ModelsChanged(tuple(self._shown(info) for info in self._infos)))

    def _shown(self, info: ModelInfo) -> ModelInfo:
        """The state on disk, or what is being done about it."""
        if info.state is ModelState.READY or info.id not in self._wanted:
            return info
        if self._job is not None and self._job.model == info.id and self._converting:
            return replace(info, state=ModelState.CONVERTING)
        return replace(info, state=ModelState.DOWNLOADING) if self._is_downloading(info.id) else info
