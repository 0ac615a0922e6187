"""Files over HTTP, from an offset on. The only module of the model store that uses httpx, which it imports late.

TLS trust and proxies are those of the system (`speech.network`). Nothing secret is sent. Runs on the thread that
downloads.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from saywrite.foundation.errors import NetworkForbidden, ProxyRefused
from saywrite.foundation.messages import message
from saywrite.speech.local.model_store.transfer import SourceError, StopTransfer, Stream
from saywrite.speech.local.models import ModelFile

if TYPE_CHECKING:
    import httpx

    from saywrite.speech.network.network import Network

CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 20.0
"""Seconds without a byte after which a connection counts as dead."""

MOST_REDIRECTS = 5

_SIGN_IN = message("Open a web page in the browser and sign in to the network, then try again.")
_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
_NOT_HERE = frozenset({404, 410})


class HttpFiles:
    """Reads files of web servers. `timeouts_s`: to connect, and between two bytes."""

    def __init__(
        self,
        network: Network,
        stop: StopTransfer,
        timeouts_s: tuple[float, float] = (CONNECT_TIMEOUT_S, READ_TIMEOUT_S),
    ) -> None:
        self._network = network
        self._stop = stop
        self._timeouts_s = timeouts_s
        self._client: httpx.Client | None = None
        self._connections: list[Any] = []

    def open(self, urls: Sequence[str], file: ModelFile, offset: int) -> AbstractContextManager[Stream]:
        """Read `file` from the first of `urls`, which are of one server, that has it.

        Opening and reading raise SourceError and TransferStopped.
        """
        return self._open(urls, file, offset)

    @contextmanager
    def _open(self, urls: Sequence[str], file: ModelFile, offset: int) -> Iterator[Stream]:
        headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={offset}-"} if offset else {})}
        failure: SourceError | None = None
        for url in urls:
            with ExitStack() as stack:
                # A server may answer with anything for an address it does not know: 403, a page to sign in.
                try:
                    response = stack.enter_context(self._get(url, headers))
                    if response.status_code in _NOT_HERE:
                        continue
                    start = _check_answer(response, file, offset)
                except SourceError as error:
                    if error.transient:
                        raise  # it does not answer now, under whatever address
                    failure = failure or error
                    continue
                yield Stream(start, _chunks(response))
                return
        raise failure or SourceError(message("it does not have the file"))

    def json(self, url: str, accept: str) -> Any:
        """The JSON document at `url`. Raises SourceError and TransferStopped."""
        with self._get(url, {"Accept": accept}) as response:
            if response.status_code != 200:
                raise _refusal(response)
            try:
                with _translating_errors():
                    response.read()
                    return response.json()
            except (ValueError, RecursionError):
                raise SourceError(message("it answers with something else than asked for"), _SIGN_IN) from None

    @contextmanager
    def _get(self, url: str, headers: dict[str, str]) -> Iterator[httpx.Response]:
        """The response to a request; a request to stop ends waiting for it and for its body."""
        import httpx

        from saywrite.speech.network.http_client import make_client, open_response

        if self._client is None:
            self._client = make_client(self._network)
        connect_s, read_s = self._timeouts_s
        with ExitStack() as stack:
            stack.enter_context(self._stop.interrupting(self._interrupt))
            with _translating_errors():
                timeout, watch = httpx.Timeout(read_s, connect=connect_s), {"trace": self._note_connection}
                request = self._client.build_request("GET", url, headers=headers, timeout=timeout, extensions=watch)
                opening = open_response(self._client, request, _may_follow, MOST_REDIRECTS)
                response = stack.enter_context(opening)
            yield response

    def _note_connection(self, event: str, info: dict[str, Any]) -> None:
        """Take an event of httpcore, by its extension `trace`."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._connections.append(info["return_value"])
            self._stop.check()

    def _interrupt(self) -> None:
        """End a read that waits on another thread. One that has just ended by itself is no error."""
        for connection in list(self._connections):
            with suppress(OSError):
                # Not the SSL object's own method: it belongs to the thread that is reading.
                socket.socket.shutdown(connection.get_extra_info("socket"), socket.SHUT_RDWR)


def _may_follow(before: httpx.URL, after: httpx.URL) -> bool:
    """Redirects lead to other hosts, too: official hosts keep large files elsewhere. Never from https to http.

    That is safe here, because nothing secret is sent and every byte is checked.
    """
    secure = after.scheme == "https" or (after.scheme == "http" and before.scheme == "http")
    return secure and bool(after.host)


def _check_answer(response: httpx.Response, file: ModelFile, offset: int) -> int:
    """Where the bytes of the answer begin in the file. Raises SourceError for anything but the file asked for."""
    if response.status_code not in (200, 206):
        raise _refusal(response)
    if response.headers.get("Content-Type", "").lower().startswith("text/html"):
        raise SourceError(message("it answers with a web page"), _SIGN_IN)
    start, size = 0, response.headers.get("Content-Length")
    if response.status_code == 206:
        found = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
        if found is None or int(found[1]) != offset:
            raise SourceError(message("it sends another part of the file than asked for"))
        start, size = offset, found[2]
    encoded = response.headers.get("Content-Encoding", "identity") != "identity"
    if size is not None and size != "*" and not encoded and size != str(file.size):
        raise SourceError(message("it has another file under this name"))
    return start


def _refusal(response: httpx.Response) -> SourceError:
    status = response.status_code
    if status == 416:
        return SourceError(message("it has another file under this name"))
    if status in (401, 403, 407):
        return SourceError(message("it refuses access (HTTP {status})", status=str(status)))
    if 300 <= status < 400:
        return SourceError(message("it points to an address that is not secure"))
    return SourceError(
        message("it answers with an error (HTTP {status})", status=str(status)), transient=status in _TRANSIENT
    )


def _chunks(response: httpx.Response) -> Iterator[bytes]:
    """The file as it arrives, so that a broken connection loses nothing that has arrived."""
    with _translating_errors():
        yield from response.iter_bytes()


@contextmanager
def _translating_errors() -> Iterator[None]:
    """Raises what httpx and the network raise as SourceError."""
    import httpx

    from saywrite.speech.network.http_client import is_about_tls

    try:
        yield
    except NetworkForbidden as error:
        raise SourceError(message("nothing may leave this computer"), error.remedy) from error
    except ProxyRefused as error:
        raise SourceError(message("the proxy cannot be used"), error.remedy) from error
    except httpx.ProxyError as error:
        raise SourceError(
            message("the proxy refuses the connection"), message("Check the proxy in the system's settings.")
        ) from error
    except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
        raise SourceError(
            message("its address cannot be read"), message("Correct the address in Settings > Recognition.")
        ) from error
    except httpx.TooManyRedirects as error:
        raise SourceError(message("it redirects without end")) from error
    except httpx.TimeoutException as error:
        raise SourceError(message("it does not answer"), transient=True) from error
    except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError, httpx.DecodingError) as error:
        raise SourceError(message("the connection was cut"), transient=True) from error
    except (httpx.HTTPError, OSError) as error:
        if is_about_tls(error):
            raise SourceError(
                message("it cannot prove that it is the right server"),
                message("Check the clock of this computer; in a company, ask for its certificate to be installed."),
            ) from error
        raise SourceError(message("it cannot be reached"), transient=True) from error
