"""Whether the bytes of the present network connection cost money, as the system knows it.

Linux: NetworkManager's `Metered` property (1 yes, 3 guessed yes; NMMetered in its D-Bus reference). On other
systems, and without an answer, the connection counts as free. May take `LIMIT_S`; any thread.
"""

from __future__ import annotations

import logging
import sys

LIMIT_S = 2.0

_METERED = frozenset({1, 3})

log = logging.getLogger(__name__)


def is_metered() -> bool:
    """Whether the system knows, or guesses, that this connection is metered."""
    if sys.platform != "linux":
        return False
    from jeepney import DBusAddress, DBusErrorResponse, Properties
    from jeepney.io.blocking import open_dbus_connection
    from jeepney.wrappers import unwrap_msg

    manager = DBusAddress(
        "/org/freedesktop/NetworkManager", "org.freedesktop.NetworkManager", "org.freedesktop.NetworkManager"
    )
    try:
        with open_dbus_connection("SYSTEM") as connection:
            answer = connection.send_and_get_reply(Properties(manager).get("Metered"), timeout=LIMIT_S)
            ((_signature, value),) = unwrap_msg(answer)
            return value in _METERED
    except (OSError, KeyError, ValueError, RuntimeError, StopIteration, DBusErrorResponse) as error:
        log.info("it is unknown whether the connection is metered: %s", type(error).__name__)
        return False
