"""Asks an X11 window manager to bring a window to the front in the user's name. Any thread; a moment's connection.

Qt asks as an application does, and window managers refuse that while the user works elsewhere (seen with Metacity).
But this is a wish of the user: "2" is what task lists say for one.
"""

from __future__ import annotations

FROM_THE_USER = 2
"""Source indication of _NET_ACTIVE_WINDOW (Extended Window Manager Hints)."""


def activate(window: int) -> None:
    """Bring the window with this id to the front and give it the focus. Raises OSError and Xlib's errors."""
    from Xlib import X
    from Xlib.display import Display
    from Xlib.protocol.event import ClientMessage

    display = Display()
    try:
        root = display.screen().root
        message = ClientMessage(
            window=display.create_resource_object("window", window),
            client_type=display.intern_atom("_NET_ACTIVE_WINDOW"),
            data=(32, [FROM_THE_USER, X.CurrentTime, 0, 0, 0]),
        )
        root.send_event(message, event_mask=X.SubstructureRedirectMask | X.SubstructureNotifyMask)
        display.sync()
    finally:
        display.close()
