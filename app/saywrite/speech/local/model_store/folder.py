"""Checks the files in the folder of one model, converts its weights, and writes its stamp.

Used by `ModelStore` on the thread that downloads. Everything here may raise OSError and, with a `StopTransfer`,
TransferStopped.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from saywrite.foundation.errors import ModelDamaged
from saywrite.foundation.files import sync_file, write_atomic
from saywrite.foundation.messages import message
from saywrite.speech.local.model_store.quantization import WeightsError, convert_to_int8
from saywrite.speech.local.model_store.transfer import StopTransfer, hash_file, is_file
from saywrite.speech.local.models import STAMP, WEIGHTS, Model, ModelFile, read_stamp


def missing_files(model: Model, folder: Path, stop: StopTransfer) -> list[ModelFile]:
    """The published files that are not there; the weights are there when they are converted, too."""
    return [
        file
        for file in model.published
        if not (is_file(folder / file.name, file, stop) or is_converted(model, folder, file, stop))
    ]


def damaged_files(model: Model, folder: Path, stop: StopTransfer) -> list[ModelFile]:
    """The files of a complete folder that are missing or differ from the published or converted ones."""
    return [file for file in model.files if not _is_intact(folder, file, stop)]


def is_converted(model: Model, folder: Path, file: ModelFile, stop: StopTransfer) -> bool:
    """Whether `file` is the weights, and the folder has them converted."""
    return file.name == WEIGHTS and _is_intact(folder, model.converted, stop)


def convert_weights(model: Model, folder: Path, stop: StopTransfer) -> None:
    """Replace the published weights, checked before, by the converted ones. Raises ModelDamaged."""
    if is_converted(model, folder, model.converted, stop):
        return
    target = folder / f"{WEIGHTS}.int8"
    try:
        convert_to_int8(folder / WEIGHTS, target, lambda done, total: stop.check())
        with target.open("rb+") as stream:
            sync_file(stream)
    except WeightsError as error:
        raise ModelDamaged(
            message("{label} cannot be converted: {error}.", label=model.label, error=error),
            message("Install a newer Saywrite."),
        ) from error
    if not _is_intact(folder, ModelFile(target.name, model.converted.size, model.converted.sha256), stop):
        target.unlink()
        raise ModelDamaged(
            message("{label} was damaged while it was converted.", label=model.label),
            message("Check memory and disk, then download it again."),
        )
    target.replace(folder / WEIGHTS)


def write_stamp(model: Model, folder: Path, stop: StopTransfer) -> None:
    """Write down which bytes were checked, so that later sizes and times show whether they are the same."""
    files = {}
    for file in model.files:
        path = folder / file.name
        state = path.stat()
        sha256 = file.sha256 or hash_file(path, stop)
        files[file.name] = {"size": state.st_size, "mtime_ns": state.st_mtime_ns, "sha256": sha256}
    content = json.dumps({"model": model.id, "files": files}, indent=1) + "\n"
    write_atomic(folder / STAMP, content.encode(), private=False)


def remove_others(folder: Path, names: Sequence[str]) -> None:
    """Remove everything but those files: parts, wheels, and the folders that another program has left."""
    for path in folder.iterdir():
        if path.name not in names:
            _remove(path)


def remove_folder(folder: Path) -> None:
    """Remove a folder that may not be there. It loses its name first: it is never seen half removed.

    Of a link to a folder only the link is removed.
    """
    doomed = folder.with_name(f"{folder.name}.removed")
    _remove(doomed)
    if os.path.lexists(folder):
        folder.replace(doomed)
        _remove(doomed)


def _remove(path: Path) -> None:
    """Remove a file, a link or a folder with everything in it, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def size_of(folder: Path, name: str) -> int:
    """The size of a file or of what has arrived of it; 0 where neither can be reached."""
    for path in (folder / name, folder / f"{name}.part"):
        with suppress(OSError):  # another process may remove it meanwhile
            about = path.stat()
            if stat.S_ISREG(about.st_mode):
                return about.st_size
    return 0


def arrived_bytes(model: Model, folder: Path) -> int:
    """Bytes in `folder` of an unfinished download: published files, wheels, and parts of both."""
    names = [file.name for file in model.published] + [wheel.filename for wheel in model.wheels]
    return min(sum(size_of(folder, name) for name in names), model.download_bytes)


def _is_intact(folder: Path, file: ModelFile, stop: StopTransfer) -> bool:
    """Whether `folder` has the `file` of the catalog.

    Where the catalog has no hash, the one in the stamp counts, if there is a stamp.
    """
    expected = file.sha256 or str((read_stamp(folder) or {}).get(file.name, {}).get("sha256", ""))
    path = folder / file.name
    if not path.is_file() or path.stat().st_size != file.size:
        return False
    return not expected or hash_file(path, stop) == expected
