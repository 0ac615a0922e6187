"""Sends one file to the service's batch endpoint and receives its transcript, on a thread of its own.

The file is read from disk while it is sent. Imports httpx: import this module when a file is to be sent.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

import httpx

from saywrite.foundation.catalog import language
from saywrite.foundation.errors import AudioFileError, SaywriteError, ServiceFailed
from saywrite.foundation.files import os_error_reason
from saywrite.foundation.messages import message
from saywrite.speech.aiola.account import check_address
from saywrite.speech.aiola.net.error_mapping import UPLOADING, from_exception, from_http, host_of
from saywrite.speech.aiola.net.http import headers_of, lower_case, read_body
from saywrite.speech.aiola.token_provider import Grant, log_unforeseen
from saywrite.speech.aiola.upload_messages import FileTranscribed, UploadFailed, UploadProgressed
from saywrite.speech.engine import Post, Request
from saywrite.speech.network.http_client import make_client, never, open_response
from saywrite.speech.network.network import Network

PIECE: Final = 16_384
"""Bytes read and sent at once: two seconds of a slow line, so that progress shows and an abort is noticed."""

PATH: Final = "/api/speech-to-text/file"

CONNECT_S: Final = 10.0
SEND_S: Final = 30.0
"""Seconds one piece may take to go out."""

ANSWER_S: Final = 600.0
"""Seconds the service may take over a file of any length, once it has all of it; and for the answer's body."""

ANSWER_LIMIT: Final = 16_777_216
"""Bytes of an answer: a day of speech has a million."""

PROGRESS_EVERY_S: Final = 0.25

LONGEST_S: Final = 1e7

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


class UploadAborted(Exception):
    """The upload is no longer wanted."""


class FileReader:
    """A file as httpx reads it into a form: `size` bytes from its start, in pieces of `PIECE` at most.

    `read` raises AudioFileError when the file cannot be read or has become shorter; what was added to it is left out.
    """

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._size = size
        self._left = size

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Only to the end, which tells the size, and back to the start."""
        self._left = 0 if whence == os.SEEK_END else self._size
        if whence == os.SEEK_SET:
            self._file.seek(0)
        return self.tell()

    def tell(self) -> int:
        return self._size - self._left

    def read(self, size: int = PIECE) -> bytes:
        """The next piece, at most `PIECE` bytes; empty at the end."""
        wanted = min(size, PIECE, self._left)
        if wanted == 0:
            return b""
        try:
            piece = self._file.read(wanted)
        except OSError as error:
            raise AudioFileError(
                message("The file cannot be read: {reason}.", reason=os_error_reason(error)),
                message("Check the disk."),
            ) from None
        if not piece:
            raise AudioFileError(
                message("The file became shorter while it was sent."), message("Send it again when it is complete.")
            )
        self._left -= len(piece)
        return piece


class FileRequest(threading.Thread):
    """One upload. Posts `UploadProgressed`, and last `FileTranscribed` or `UploadFailed`; nothing after `abort`."""

    def __init__(self, number: int, request: Request, grant: Grant, network: Network, post: Post) -> None:
        super().__init__(name=f"aiola upload {number}", daemon=True)
        self.number = number
        self._request = request
        self._grant = grant
        self._network = network
        self._post_to_inbox = post
        self._host = host_of(grant.account.base_url)
        self._aborted = threading.Event()
        self._sock: socket.socket | None = None
        self._sent = 0
        self._reported_at = 0.0

    def abort(self) -> None:
        """End at once in any state of the connection; only an attempt to connect runs to its time limit.

        Safe on every thread.
        """
        self._aborted.set()
        sock = self._sock
        if sock is not None:
            with contextlib.suppress(OSError):
                # Not the SSL object's own method: it belongs to the thread that is sending.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def run(self) -> None:
        """Upload the file, and post its transcript or the error."""
        try:
            self._post(self._transcribe())
        except UploadAborted:
            pass
        except SaywriteError as error:
            self._post(UploadFailed(self.number, error))
        except Exception as error:  # noqa: BLE001 - the edge of the thread
            if not self._aborted.is_set():
                log_unforeseen("sending a file", error)
            what = message("The file could not be sent to {host} ({name}).", host=self._host, name=type(error).__name__)
            self._post(UploadFailed(self.number, ServiceFailed(what, message("The log tells more."))))

    def _post(self, message: object) -> None:
        if not self._aborted.is_set():
            self._post_to_inbox(message)

    def _transcribe(self) -> FileTranscribed:
        path = self._request.file
        assert path is not None
        try:
            with path.open("rb") as file:
                status, headers, body = self._send(path, FileReader(file, os.fstat(file.fileno()).st_size))
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise from_exception(error, self._host, UPLOADING) from None
        except OSError as error:
            if error.filename is not None:
                raise AudioFileError(
                    message(
                        "{name} cannot be read: {reason}.",
                        name=path.name,
                        reason=os_error_reason(error),
                    ),
                    message("Check the file."),
                ) from None
            raise from_exception(error, self._host, UPLOADING) from None
        transcribed = _transcribed(self.number, body) if 200 <= status < 300 else None
        if transcribed is None:
            raise from_http(status, headers, body, self._host, UPLOADING)
        return transcribed

    def _send(self, path: Path, file: FileReader) -> tuple[int, dict[str, str], bytes]:
        """Send the form and read the answer: status, headers and body."""
        url = check_address(self._grant.account.base_url) + PATH
        form = form_request(url, _fields(self._request), file, f"audio{path.suffix.lower()[:8]}", _kind(path))
        total = int(form.headers["Content-Length"])
        assert isinstance(form.stream, httpx.SyncByteStream)
        request = httpx.Request(
            "POST",
            url,
            headers={**form.headers, **headers_of(self._grant.access_token), "Connection": "close"},
            content=self._counted(form.stream, total),
            extensions={
                "timeout": httpx.Timeout(ANSWER_S, connect=CONNECT_S, write=SEND_S).as_dict(),
                "trace": self._watch_connection,
            },
        )
        with make_client(self._network) as client, open_response(client, request, never, 0) as response:
            body = read_body(response, self._host, UPLOADING, ANSWER_LIMIT, ANSWER_S)
            return response.status_code, lower_case(response.headers), body

    def _watch_connection(self, event: str, info: Mapping[str, Any]) -> None:
        """httpx's trace: keeps the socket for `abort`, and reports the connection before anything is sent."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._sock = info["return_value"].get_extra_info("socket")
        if self._aborted.is_set():
            raise UploadAborted
        if event == "http11.send_request_headers.started" and info["request"].method == b"POST":
            self._post(UploadProgressed(self.number, 0))

    def _counted(self, stream: httpx.SyncByteStream, total: int) -> Iterator[bytes]:
        for piece in stream:
            if self._aborted.is_set():
                raise UploadAborted
            yield piece
            self._sent += len(piece)  # the piece before has gone out when the next is asked for
            now = time.monotonic()
            if now - self._reported_at >= PROGRESS_EVERY_S or self._sent == total:
                self._reported_at = now
                self._post(UploadProgressed(self.number, self._sent))


def form_request(url: str, fields: Mapping[str, str], file: FileReader, name: str, kind: str) -> httpx.Request:
    """A multipart form of `fields` and a file of that name and media type, with its length in its headers."""
    readable = cast("BinaryIO", file)  # httpx calls no more of it
    return httpx.Request("POST", url, data=fields, files={"file": (name, readable, kind)})


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
    segments = answer.get("segments")
    spans = [span for segment in (segments if isinstance(segments, list) else []) if (span := _span(segment))]
    start_s = min((start for start, _ in spans), default=0.0)
    end_s = max((end for _, end in spans), default=None)
    return FileTranscribed(number, answer["transcript"].strip(), start_s, end_s, len(body))


def _span(segment: Any) -> tuple[float, float] | None:
    """Start and end of a segment, in seconds of the file; None when they cannot be that."""
    if not isinstance(segment, dict):
        return None
    found = [segment.get(name) for name in ("start", "end")]
    numbers = [float(value) for value in found if isinstance(value, (int, float)) and 0 <= value < LONGEST_S]
    return (numbers[0], numbers[1]) if len(numbers) == 2 and numbers[0] <= numbers[1] else None
