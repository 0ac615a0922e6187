"""Loads the libraries and the account that the first dictation needs, on a thread of its own.

Nothing is sent: an idle Saywrite holds no connection and none of the account's concurrent sessions.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from saywrite.foundation.errors import SaywriteError
from saywrite.speech.aiola.token_provider import log_unforeseen

if TYPE_CHECKING:
    from saywrite.speech.aiola.account import Account
    from saywrite.speech.network.network import Network


@dataclass(frozen=True, slots=True)
class WarmedUp:
    """The preparation has ended. `problem`: why there is no account, with its remedy; None when there is one."""

    problem: SaywriteError | None = None


def prepare(post: Callable[[object], None], find_account: Callable[[], Account], network: Network) -> None:
    """Start to prepare; `WarmedUp` is posted at the end."""
    thread = threading.Thread(target=_prepare, args=(post, find_account, network), name="aiola prepare", daemon=True)
    thread.start()


def _prepare(post: Callable[[object], None], find_account: Callable[[], Account], network: Network) -> None:
    try:
        account = find_account()
        _load(account, network)
        post(WarmedUp())
    except SaywriteError as problem:
        post(WarmedUp(problem))
    except Exception as error:  # noqa: BLE001 - the edge of the thread
        log_unforeseen("the preparation", error)


def _load(account: Account, network: Network) -> None:
    """Do what the first connection would have to wait for: imports, trust store, proxy."""
    import saywrite.speech.aiola.net.connection_thread  # noqa: F401
    from saywrite.speech.network.http_client import make_client

    network.tls()
    network.proxy_for(account.base_url)
    make_client(network).close()
