"""The models of one user: downloads, checks and removes them. Every method may wait; none runs on the dictation thread.

A model arrives in `<data>/models/<id>.part/` and becomes `<data>/models/<id>/` by one rename, when every byte is
checked and converted, so that an incomplete model never has a name that is loaded. A lock excludes other processes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from saywrite.foundation.errors import ModelDamaged, ModelUnknown, ModelUnreachable, ModelUnwritable
from saywrite.foundation.events import ModelInfo, ModelState
from saywrite.foundation.file_lock import FileLock
from saywrite.foundation.files import is_reachable, os_error_message, os_error_reason, sync_folder
from saywrite.foundation.formatting import size
from saywrite.foundation.messages import joined, message
from saywrite.foundation.paths import private_folder
from saywrite.speech.local.model_store import folder as contents
from saywrite.speech.local.model_store.sources import FolderSource, ModelSource
from saywrite.speech.local.model_store.transfer import (
    SourceError,
    StopTransfer,
    Stream,
    Transfer,
    require_space,
    unwritable,
)
from saywrite.speech.local.models import MODELS, WEIGHTS, Model, ModelFile, is_complete, model_folders, own_folder

_LOOK_FOR_LOCK_EVERY_S = 0.25

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Watcher:
    """Functions that a download calls on its own thread.

    `progress`: bytes on disk and all bytes of the download. `converting`: everything has arrived. `waiting`: another
    process is downloading the model.
    """

    progress: Progress = lambda done, total: None
    converting: Callable[[], None] = lambda: None
    waiting: Callable[[], None] = lambda: None


class ModelStore:
    """`data`: the user's data folder. `models`: the catalog. `installed`: also find models that are not in `data`."""

    def __init__(self, data: Path, models: Sequence[Model] = MODELS, *, installed: bool = True) -> None:
        self._models = models
        self._own = own_folder(data)
        self._places = model_folders(data) if installed else (self._own,)

    def model(self, id: str) -> Model:
        """Raises ModelUnknown."""
        found = next((model for model in self._models if model.id == id), None)
        if found is None:
            names = ", ".join(model.id for model in self._models)
            raise ModelUnknown(
                message("There is no model called {id}.", id=id), message("Choose one of: {names}.", names=names)
            )
        return found

    def infos(self) -> tuple[ModelInfo, ...]:
        """The models of the catalog that are offered or on this computer, with their states."""
        infos = ((model, self._info(model)) for model in self._models)
        return tuple(info for model, info in infos if model.is_offered or info.state is ModelState.READY)

    def state(self, id: str) -> ModelState:
        """The state on disk, which does not include a running download. Raises ModelUnknown."""
        return self._info(self.model(id)).state

    def folder(self, model: Model) -> Path | None:
        """The folder of the model, if it is complete."""
        candidates = (folder / model.id for folder in self._places)
        return next((folder for folder in candidates if is_complete(model, folder)), None)

    def download(
        self, id: str, sources: Sequence[ModelSource], stop: StopTransfer, watcher: Watcher | None = None
    ) -> Path:
        """Download the model from the first source that has it; return its folder. Does nothing if it is here already.

        Raises ModelError, and TransferStopped: what has arrived is kept for the next attempt.
        """
        model, watcher = self.model(id), watcher or Watcher()
        if (folder := self.folder(model)) is not None:
            return folder
        if not model.is_offered:
            raise ModelUnreachable(
                message("{label} cannot be downloaded: its files are not verified.", label=model.label)
            )
        try:
            private_folder(self._own)
            with self._locked(model, stop, watcher.waiting):
                if (folder := self.folder(model)) is not None:  # another process was faster
                    return folder
                return self._download(model, sources, stop, watcher)
        except OSError as error:
            raise unwritable(self._own, error) from error

    def discard_download(self, id: str) -> None:
        """Remove what has arrived of a model. Raises ModelError."""
        model = self.model(id)
        part = self._part(model)
        if is_reachable(part):
            try:
                with self._locked(model):
                    contents.remove_folder(part)
            except OSError as error:
                raise unwritable(part, error) from error

    def remove(self, id: str) -> None:
        """Remove a model, and what has arrived of it, from the data folder. Raises ModelError."""
        model = self.model(id)
        folder, part = self._own / model.id, self._part(model)
        if not is_reachable(folder) and not is_reachable(part):
            if self.folder(model) is not None:
                raise ModelUnwritable(
                    message("{label} is part of the installation and stays.", label=model.label),
                    message("It is removed when Saywrite is uninstalled."),
                )
            raise ModelUnknown(
                message("{label} is not on this computer.", label=model.label), message("There is nothing to remove.")
            )
        try:
            with self._locked(model):
                contents.remove_folder(folder)
                contents.remove_folder(part)
        except OSError as error:
            raise ModelUnwritable(
                message(
                    "{label} cannot be removed: {reason}.",
                    label=model.label,
                    reason=os_error_reason(error),
                ),
                message("Close other programs and remove {folder}.", folder=folder),
            ) from error

    def inspect(self, id: str, stop: StopTransfer) -> tuple[Path | None, tuple[str, ...]]:
        """Read every byte of the model that is used: its folder and the names of damaged files.

        Where none is complete, that of the one that is there. Raises OSError and TransferStopped.
        """
        model = self.model(id)
        used = self.folder(model)
        folder = used or next((each / id for each in self._places if (each / id / WEIGHTS).exists()), None)
        if folder is None:
            return None, ()
        return folder, tuple(file.name for file in contents.damaged_files(model, folder, stop))

    def verify(self, id: str, stop: StopTransfer) -> Path:
        """Read every byte of the model and compare it with the catalog; return the model's folder.

        Raises ModelDamaged after the damaged files were removed where they can be, ModelUnknown when the model is not
        here, ModelUnwritable when it cannot be stamped, and TransferStopped.
        """
        model = self.model(id)
        again = message("Download it again: saywrite models download {model}", model=id)
        try:
            folder, damaged = self.inspect(id, stop)
            if folder is None:
                raise ModelUnknown(
                    message("{label} is not on this computer.", label=model.label),
                    message("Download it: saywrite models download {model}", model=id),
                )
        except OSError as error:
            raise ModelDamaged(
                message(
                    "{label} cannot be read: {reason}.",
                    label=model.label,
                    reason=os_error_reason(error),
                ),
                self._remedy_of_unreadable(model),
            ) from error
        if damaged:
            raise self._remove_damaged(model, folder, damaged, again)
        if folder.parent == self._own:
            try:
                contents.write_stamp(model, folder, stop)
            except OSError as error:
                if not is_complete(model, folder):
                    raise unwritable(folder, error) from error
        return folder

    def _remedy_of_unreadable(self, model: Model) -> str:
        """A download does nothing where every file has its size and time."""
        used = self.folder(model)
        if used is not None and used.parent != self._own:
            return message("Install Saywrite again.")
        return message(
            "Remove it and download it again: saywrite models remove {model}, saywrite models download {model}",
            model=model.id,
        )

    def _remove_damaged(self, model: Model, folder: Path, damaged: Sequence[str], again: str) -> ModelDamaged:
        """Remove the damaged files, so that the model is no longer used; the error to raise."""
        try:
            for name in damaged:
                (folder / name).unlink(missing_ok=True)
        except OSError as error:
            remedy = message("Install Saywrite again.")
            if folder.parent == self._own:
                remedy = joined(" ", os_error_message(error, folder).remedy, again)
            what = message("{label} is damaged: its files are incomplete or were changed.", label=model.label)
            return ModelDamaged(what, remedy)
        files = ", ".join(damaged)
        what = message("{label} is damaged: {files}. It is no longer used.", label=model.label, files=files)
        return ModelDamaged(what, again)

    def _download(self, model: Model, sources: Sequence[ModelSource], stop: StopTransfer, watcher: Watcher) -> Path:
        folder, part = self._own / model.id, self._part(model)
        if folder.is_symlink():  # the files belong to somebody else: they are copied, not converted
            sources = (FolderSource(folder), *sources)
        elif folder.exists() and not part.exists():
            folder.replace(part)  # intact files of a damaged model are not downloaded again
        private_folder(part)
        if missing := contents.missing_files(model, part, stop):
            self._require_space(model, part, [file.name for file in missing])
            self._fetch_from_any(model, sources, part, stop, watcher)
        watcher.converting()
        contents.convert_weights(model, part, stop)
        contents.remove_others(part, [file.name for file in model.files])
        contents.write_stamp(model, part, stop)
        contents.remove_folder(folder)
        part.replace(folder)
        sync_folder(self._own)
        return folder

    def _require_space(self, model: Model, part: Path, missing: Sequence[str]) -> None:
        """Raises ModelUnwritable when the rest of the download and the converted weights have no room."""
        rest = sum(file.size - contents.size_of(part, file.name) for file in model.published if file.name in missing)
        require_space(part, max(rest, 0) + (model.converted.size if WEIGHTS in missing else 0))

    def _fetch_from_any(
        self, model: Model, sources: Sequence[ModelSource], part: Path, stop: StopTransfer, watcher: Watcher
    ) -> None:
        """Bring the model from the first source that gives it. Raises ModelUnreachable when none does."""
        failures: list[tuple[str, SourceError]] = []
        for source in (each for each in sources if each.files(model)):
            try:
                return self._fetch(model, source, part, stop, watcher)
            except SourceError as error:
                failures.append((source.name, error))
        reasons = joined("; ", *(joined(": ", name, error.reason) for name, error in failures))
        what = message("{label} could not be downloaded ({reasons}).", label=model.label, reasons=reasons)
        arrived = contents.arrived_bytes(model, part)
        kept = message("What has arrived is kept: {size}.", size=size(arrived)) if arrived else ""
        remedy = next((error.remedy for _name, error in failures if error.remedy), "")
        raise ModelUnreachable(
            joined(" ", what, kept),
            remedy
            or message(
                "Connect to the network and try again, or copy the model's files here and name their folder in "
                "Settings > Recognition (on the command line: --from FOLDER)."
            ),
        )

    def _fetch(self, model: Model, source: ModelSource, part: Path, stop: StopTransfer, watcher: Watcher) -> None:
        """Bring all files of one source into `part`. Raises SourceError."""
        files = source.files(model)
        transfer = Transfer(part, stop)
        total, before = sum(file.size for file in files), 0
        for file in files:

            def open_file(offset: int, file: ModelFile = file) -> AbstractContextManager[Stream]:
                return source.open(model, file, offset)

            def report(done: int, before: int = before) -> None:
                watcher.progress(before + done, total)

            if not contents.is_converted(model, part, file, stop):
                transfer.fetch(file, open_file, report)
            before += file.size
        if files[0].name not in [file.name for file in model.published]:
            require_space(part, model.download_bytes + model.converted.size)
            source.unpack(model, part, stop)
            for file in model.published:
                transfer.fetch(file, _refuse, lambda done: None)

    def _info(self, model: Model) -> ModelInfo:
        folder = self.folder(model)
        own = self._own / model.id
        if folder is not None:
            state = ModelState.READY
        elif is_reachable(own):
            state = ModelState.DAMAGED
        else:
            state = ModelState.PAUSED if is_reachable(self._part(model)) else ModelState.ABSENT
        return ModelInfo(
            id=model.id,
            label=model.label,
            license=model.license,
            languages=model.languages,
            download_bytes=model.download_bytes,
            disk_bytes=model.disk_bytes,
            memory_bytes=model.memory_bytes,
            judgement=model.judgement,
            state=state,
            removable=is_reachable(own),
            arrived_bytes=contents.arrived_bytes(model, self._part(model)) if state is ModelState.PAUSED else 0,
        )

    def _part(self, model: Model) -> Path:
        return self._own / f"{model.id}.part"

    @contextmanager
    def _locked(
        self, model: Model, stop: StopTransfer | None = None, waiting: Callable[[], None] | None = None
    ) -> Iterator[None]:
        """Lock this model, so that no other process downloads or removes it meanwhile.

        Waits for a process that does, until `stop`, and calls `waiting` then; without `stop` raises ModelUnwritable.
        """
        while True:
            try:
                lock = FileLock(self._own / f"{model.id}.lock")
                break
            except BlockingIOError:
                if stop is None:
                    raise ModelUnwritable(
                        message("{label} is being downloaded by another Saywrite.", label=model.label),
                        message("Stop that download first."),
                    ) from None
            if waiting is not None:
                waiting()
                waiting = None
            stop.wait(_LOOK_FOR_LOCK_EVERY_S)
        try:
            yield
        finally:
            lock.release()


def _refuse(offset: int) -> AbstractContextManager[Stream]:
    """There is nothing to resume from: the file was part of a wheel."""
    raise SourceError(message("its packages do not hold the model"))
