"""Builds each recognizer when it is first asked for. Dictation thread only.

The recognizers of a service on the network import ssl and some forty modules: a program that recognizes on this
computer starts sooner and needs less memory without them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from saywrite.audio.vad import Segmenter
from saywrite.speech.engine import Recognizer

if TYPE_CHECKING:
    from saywrite.speech.aiola.account import Account
    from saywrite.speech.network.network import Network


class LateRecognizers(Mapping[str, Recognizer]):
    """The recognizers by their names. All names are known; only what is built is iterated over."""

    def __init__(self, builders: Mapping[str, Callable[[], Recognizer]]) -> None:
        self.built: dict[str, Recognizer] = {}
        self._builders = builders

    def __getitem__(self, name: str) -> Recognizer:
        if name not in self.built:
            self.built[name] = self._builders[name]()
        return self.built[name]

    def __contains__(self, name: object) -> bool:
        return name in self._builders

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self.built))  # an event of one recognizer may build another

    def __len__(self) -> int:
        return len(self.built)


@dataclass(frozen=True, slots=True)
class ServiceRecognizers:
    """Builds the recognizers of aiOla's service.

    `post` delivers messages of their threads. `account` is asked for at each sign-in. `watch_network` takes what to
    call when the network changes. `linger_s`: seconds that a connection stays open behind a dictation.
    """

    post: Callable[[object], None]
    account: Callable[[], Account]
    network: Network
    watch_network: Callable[[Callable[[], None]], None]
    linger_s: Callable[[], float]

    def stream(self) -> Recognizer:
        """Return the recognizer of live sound."""
        from saywrite.speech.aiola.engine import AiolaRecognizer

        return AiolaRecognizer(
            self.post,
            self.account,
            Segmenter,
            self.network,
            watch_network=self.watch_network,
            linger_s=self.linger_s,
        )

    def upload(self) -> Recognizer:
        """Return the recognizer of whole files."""
        from saywrite.speech.aiola.upload_engine import UploadRecognizer

        return UploadRecognizer(self.post, self.account, self.network)
