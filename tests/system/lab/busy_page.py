"""A program that reads the clipboard the way busy web pages do; run as a process of its own.

    python -m tests.system.lab.busy_page TITLE PLAN

PLAN: what it reads after a paste chord and when, such as "TARGETS@0 TEXT@0 TEXT@1.5" in seconds after the keys. With
"!" in front the requests carry the time of the key event, as GTK's do, else none, as Chromium's. Every line on
standard output is what one read gave, as JSON; null: nothing. `ready` once the window is there.
"""

from __future__ import annotations

import json
import select
import sys
import time
from typing import Any

from Xlib import XK, X, display


class Page:
    def __init__(self, title: str, plan: str) -> None:
        self.display = display.Display()
        screen = self.display.screen()
        self.window = screen.root.create_window(
            20, 20, 300, 200, 0, screen.root_depth, event_mask=X.KeyPressMask | X.PropertyChangeMask
        )
        self.window.set_wm_name(title)
        self.window.set_wm_class("busy-page", "Busy-page")
        self.window.map()
        self.display.sync()
        self.timed = plan.startswith("!")
        steps = (step.split("@") for step in plan.removeprefix("!").split())
        self.plan = [(float(after), what) for what, after in steps]
        self.due: list[tuple[float, str, int]] = []
        self.asked = 0

    def atom(self, name: str) -> int:
        return int(self.display.intern_atom(name))

    def take(self, event: Any) -> None:
        if event.type == X.MappingNotify:
            self.display.refresh_keyboard_mapping(event)
        elif event.type == X.KeyPress:
            key = self.display.keycode_to_keysym(event.detail, 0)
            pastes = key == XK.XK_v and event.state & X.ControlMask
            if pastes or (key == XK.XK_Insert and event.state & X.ShiftMask):
                now = time.monotonic()
                self.due += [(now + after, what, event.time if self.timed else 0) for after, what in self.plan]
                self.due.sort()
        elif event.type == X.SelectionNotify:
            value = None
            if event.property != X.NONE:
                reply = self.window.get_full_property(event.property, X.AnyPropertyType)
                self.window.delete_property(event.property)
                is_text = reply is not None and reply.format == 8
                value = reply.value.decode() if is_text else f"{len(reply.value)} formats"
            say(json.dumps(value))

    def ask(self, what: str, at: int) -> None:
        target = self.atom("TARGETS" if what == "TARGETS" else "UTF8_STRING")
        self.asked += 1
        place = self.atom(f"PAGE_{what}_{self.asked}")  # the answer to an earlier question may still be there
        self.window.convert_selection(self.atom("CLIPBOARD"), target, place, at or X.CurrentTime)
        self.display.flush()

    def run(self) -> None:
        while True:
            while self.display.pending_events():
                self.take(self.display.next_event())
            while self.due and self.due[0][0] <= time.monotonic():
                _, what, at = self.due.pop(0)
                self.ask(what, at)
            left = max(0.0, self.due[0][0] - time.monotonic()) if self.due else None
            readable, _, _ = select.select([self.display.fileno(), sys.stdin], [], [], left)
            if sys.stdin in readable:
                return


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    page = Page(sys.argv[1], sys.argv[2])
    say("ready")
    page.run()
