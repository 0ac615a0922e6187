"""One file to the service's batch endpoint and its transcript back, on a thread that can be ended at any moment.

The connection is made as a stream's is; what is sent on it is one HTTP request, read from disk as it goes. Imports the
libraries of the network: import it when a file is to be sent.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit

from saywrite import __version__
from saywrite.foundation.catalog import language
from saywrite.foundation.errors import AudioFileError, SaywriteError, ServiceFailed, ServiceUnreachable
from saywrite.foundation.files import os_error_reason
from saywrite.speech.aiola.net.command_queue import CommandQueue, Stopped
from saywrite.speech.aiola.net.connector import Connector, Endpoint
from saywrite.speech.aiola.net.error_answers import UPLOADING, from_http, host_of, makes_no_sense
from saywrite.speech.aiola.net.error_mapping import from_exception
from saywrite.speech.aiola.net.network import Network
from saywrite.speech.aiola.token_provider import Grant, log_unforeseen
from saywrite.speech.aiola.upload_messages import FileTranscribed, UploadFailed, UploadProgressed
from saywrite.speech.engine import Post, Request

PIECE = 16_384
"""Bytes read and sent at once: two seconds of a slow line, so that progress shows and an end is noticed."""


class MultipartForm:
    """`file` is read once, from where it stands, for `size` bytes. Names and values hold no secrets and no quotes."""

    def __init__(self, fields: Mapping[str, str], file: BinaryIO, size: int, name: str, kind: str) -> None:
        boundary = secrets.token_hex(16)
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._file = file
        self._size = size
        self._before = b"".join(_field(boundary, field, value) for field, value in fields.items()) + (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            f"Content-Type: {kind}\r\n\r\n"
        ).encode("ascii")
        self._after = f"\r\n--{boundary}--\r\n".encode("ascii")

    @property
    def length(self) -> int:
        """Bytes in all."""
        return len(self._before) + self._size + len(self._after)

    def pieces(self) -> Iterator[bytes]:
        """The body. Raises AudioFileError when the file has become shorter; what was added to it is left out."""
        yield self._before
        left = self._size
        while left:
            try:
                piece = self._file.read(min(PIECE, left))
            except OSError as error:
                raise AudioFileError(f"The file cannot be read: {os_error_reason(error)}.", "Check the disk.") from None
            if not piece:
                raise AudioFileError("The file became shorter while it was sent.", "Send it again when it is complete.")
            left -= len(piece)
            yield piece
        yield self._after


def _field(boundary: str, name: str, value: str) -> bytes:
    return f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()


PATH: Final = "/api/speech-to-text/file"

SEND_S: Final = 30.0
"""Seconds one piece may take to go out."""

ANSWER_S: Final = 600.0
"""Seconds the service may take over a file, however long it is, once it has all of it."""

ANSWER_LIMIT: Final = 16_777_216
"""Bytes of an answer: a day of speech has a million."""

TELL_EVERY_S: Final = 0.25

LONGEST_S: Final = 1e7

_PIECE: Final = 65_536

_KINDS: Final = {
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".mp4": "audio/mp4",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
}

log = logging.getLogger(__name__)


class FileRequest(threading.Thread):
    """Posts `UploadProgressed` now and then, and last `FileTranscribed` or `UploadFailed`; after `abort()` nothing."""

    def __init__(self, number: int, request: Request, grant: Grant, network: Network, post: Post) -> None:
        super().__init__(name=f"aiola upload {number}", daemon=True)
        self.number = number
        self._request = request
        self._grant = grant
        self._network = network
        self._post = post
        self._host = host_of(grant.account.base_url)
        self._commands = CommandQueue(time.monotonic)
        self._sock: socket.socket | None = None
        self._sent = 0
        self._told_at = 0.0

    def abort(self) -> None:
        """End at once, whatever the connection is doing. On any thread."""
        self._commands.abort()
        sock = self._sock
        if sock is not None:
            with contextlib.suppress(OSError):
                # Not the SSL object's own method: it belongs to the thread that is sending.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def run(self) -> None:
        try:
            self._tell(self._exchange())
        except Stopped:
            pass
        except SaywriteError as error:
            self._tell(UploadFailed(self.number, error))
        except Exception as error:  # noqa: BLE001 - the edge of the thread
            if not self._commands.aborted:
                log_unforeseen("sending a file", error)
            what = f"The file could not be sent to {self._host} ({type(error).__name__})."
            self._tell(UploadFailed(self.number, ServiceFailed(what, "The log tells more.")))
        finally:
            self._commands.end()

    def _tell(self, message: object) -> None:
        if not self._commands.aborted:
            self._post(message)

    def _exchange(self) -> FileTranscribed:
        path = self._request.file
        assert path is not None
        try:
            with path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                form = MultipartForm(_fields(self._request), file, size, f"audio{path.suffix.lower()[:8]}", _kind(path))
                status, headers, body = self._send(form)
        except (http.client.HTTPException, ValueError) as error:
            raise from_exception(error, self._host, UPLOADING) from None
        except OSError as error:
            if error.filename is not None:
                raise AudioFileError(
                    f"{path.name} cannot be read: {os_error_reason(error)}.", "Check the file."
                ) from None
            raise from_exception(error, self._host, UPLOADING) from None
        if not 200 <= status < 300:
            raise from_http(status, headers, body, self._host, UPLOADING)
        transcribed = _transcribed(self.number, body)
        if transcribed is None:
            raise from_http(status, headers, body, self._host, UPLOADING)
        return transcribed

    def _send(self, form: MultipartForm) -> tuple[int, dict[str, str], bytes]:
        place = Endpoint.of(self._grant.account.base_url)
        sock = Connector(self._commands, self._network, time.monotonic).connect(place)
        with contextlib.closing(sock):
            self._sock = sock
            sock.settimeout(SEND_S)
            if self._commands.aborted:
                raise Stopped
            connection = http.client.HTTPConnection(place.host, place.port)
            connection.default_port = 443 if place.secure else 80
            connection.sock = sock
            self._tell(UploadProgressed(self.number, 0))
            path = urlsplit(self._grant.account.base_url).path.rstrip("/") + PATH
            try:
                connection.request("POST", path, self._counted(form), self._headers(form))
            except (BrokenPipeError, ConnectionResetError):
                # Refused before it was all there: the reason may have arrived.
                log.info("%s ended the upload after %d bytes", self._host, self._sent)
            sock.settimeout(ANSWER_S)
            with connection.getresponse() as response:
                sock.settimeout(SEND_S)
                headers = {name.lower(): value for name, value in response.getheaders()}
                return response.status, headers, self._read(response)

    def _headers(self, form: MultipartForm) -> dict[str, str]:
        return {
            "User-Agent": f"saywrite/{__version__}",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Authorization": f"Bearer {self._grant.access_token}",
            "Content-Type": form.content_type,
            "Content-Length": str(form.length),
            "Connection": "close",
        }

    def _counted(self, form: MultipartForm) -> Iterator[bytes]:
        for piece in form.pieces():
            if self._commands.aborted:
                raise Stopped
            yield piece
            self._sent += len(piece)  # the piece before has gone out when the next is asked for
            now = time.monotonic()
            if now - self._told_at >= TELL_EVERY_S or self._sent == form.length:
                self._told_at = now
                self._tell(UploadProgressed(self.number, self._sent))

    def _read(self, response: http.client.HTTPResponse) -> bytes:
        until = time.monotonic() + ANSWER_S
        body = bytearray()
        while piece := response.read1(_PIECE):
            body += piece
            if len(body) > ANSWER_LIMIT or time.monotonic() > until:
                raise makes_no_sense(self._host, UPLOADING)
        if response.length:
            raise ServiceUnreachable(f"The connection to {self._host} was lost.", "It is made again by itself.")
        return bytes(body)


def _fields(request: Request) -> dict[str, str]:
    return {
        "language": language(request.language).wire,
        "keywords": json.dumps(dict(request.keywords)),
        "vad_config": json.dumps(asdict(request.voice)),
    }


def _kind(path: Path) -> str:
    return _KINDS.get(path.suffix.lower(), "application/octet-stream")


def _transcribed(number: int, body: bytes) -> FileTranscribed | None:
    """The transcript in an answer; None when there is none."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(answer, dict) or not isinstance(answer.get("transcript"), str):
        return None
    places = answer.get("segments")
    spans = [span for place in (places if isinstance(places, list) else []) if (span := _span(place))]
    start_s = min((start for start, _ in spans), default=0.0)
    end_s = max((end for _, end in spans), default=None)
    return FileTranscribed(number, answer["transcript"].strip(), start_s, end_s, len(body))


def _span(place: Any) -> tuple[float, float] | None:
    """Seconds in the file; None for what cannot be that."""
    if not isinstance(place, dict):
        return None
    found = [place.get(name) for name in ("start", "end")]
    numbers = [float(value) for value in found if isinstance(value, (int, float)) and 0 <= value < LONGEST_S]
    return (numbers[0], numbers[1]) if len(numbers) == 2 and numbers[0] <= numbers[1] else None
