"""Everything below the front end with hotkeys, a microphone that is kept open, and another program in front."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.dictation.conftest import Stage
from tests.dictation.keyboard_stage import Way

from saywrite.audio.microphone.preroll import PrerollController
from saywrite.desktop.hotkeys.base import FIRST, KeyPressed, KeyReleased
from saywrite.desktop.insertion.base import TargetWindow
from saywrite.desktop.insertion.programs import ProgramRules
from saywrite.desktop.insertion.worker import Insertion
from saywrite.dictation.api import DictationApplication
from saywrite.dictation.push_to_talk.controller import DesktopServices, PushToTalkController
from saywrite.dictation.push_to_talk.insertion_queue import InsertionQueue
from saywrite.dictation.push_to_talk.policy import BOUNCE_S
from saywrite.foundation.events import PrerollActive
from saywrite.storage.settings.schema import Settings

SETTINGS = Settings(hotkey="F9", second_hotkey="F8", second_language="de", hotkey_mode="hold", keep_recordings_days=-1)
EDITOR, OWN = TargetWindow(7, "kate"), TargetWindow(9, "saywrite", own=True)


class Inserter:
    """Records what it is given; `focused` is the window that has the focus."""

    def __init__(self) -> None:
        self.focused: TargetWindow | None = EDITOR
        self.given: list[Insertion] = []
        self.choices = ProgramRules()
        self.story: list[str] = []
        self.own: list[tuple[float, str]] = []

    def start(self) -> None:
        self.story.append("start")

    def note_own_key(self, at: float, *, down: bool | None) -> None:
        self.own.append((at, {True: "down", False: "up", None: "command"}[down]))

    def choose(self, choices: ProgramRules) -> None:
        self.choices = choices

    def focus(self) -> TargetWindow | None:
        return self.focused

    def insert(self, insertion: Insertion) -> None:
        self.given.append(insertion)

    def again(self) -> None:
        self.story.append("again")

    def take_back(self) -> None:
        self.story.append("take back")

    def close(self, limit_s: float) -> None:
        self.story.append("close")


class Watch:
    """Records the calls of the session watch."""

    def __init__(self, story: list[str]) -> None:
        self._story = story

    def capture(self, on: bool) -> None:
        self._story.append("capturing" if on else "not capturing")

    def close(self) -> None:
        self._story.append("ended")


class TalkStage(Stage):
    """The stage with hotkeys, and another program in front."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.inserter = Inserter()
        self.way = Way(supports_temporary_grabs=True)
        self.watch: list[str] = []
        self.commands.loop.settings = SETTINGS

        def submit(call: Callable[[], None]) -> None:
            self.disk.submit(call)

        insertion_queue = InsertionQueue(self.inserter, submit, self.inbox.post, lambda: self.now)
        self.standby = PrerollController(
            lambda: self._microphone(None), lambda device: self.told.append(PrerollActive(device))
        )
        opened = self.commands._hardware.microphone
        self.commands._hardware = replace(
            self.commands._hardware, microphone=lambda now: self.standby.hand_over() or opened(now)
        )
        desktop = DesktopServices(lambda: self.way, self._watch_session, insertion_queue, self.standby)
        self.push_to_talk = PushToTalkController(
            self.commands, desktop, lambda: self.now, self.told.append, self.recognizer
        )
        self.application = DictationApplication(self.commands, self.push_to_talk)
        self.push_to_talk.open()

    def _watch_session(self) -> Watch:
        self.watch.append("begun")
        return Watch(self.watch)

    def down(self, binding: str = FIRST) -> None:
        self.inbox.post(KeyPressed(binding, self.now))
        self.handle_messages()

    def up(self, binding: str = FIRST) -> None:
        self.inbox.post(KeyReleased(binding, self.now))
        self.handle_messages()
        self.pass_time(2 * BOUNCE_S)

    def speak(self, seconds: float = 2) -> None:
        self.source.open()
        self.handle_messages()
        self.say(seconds)

    def finish(self, text: str, seconds: float = 2) -> None:
        """The source ends, the recognizer has heard `text`."""
        self.source.end()
        self.handle_messages()
        self.recognizer.final(text, 0, seconds)
        self.recognizer.done()
        self.handle_messages()
        self.loop.wake(self.now)
        self.handle_messages()

    def dictate(self, text: str, binding: str = FIRST) -> None:
        self.down(binding)
        self.speak()
        self.pass_time(1)
        self.up(binding)
        self.finish(text)

    def inserted(self) -> list[str]:
        return [insertion.text for insertion in self.inserter.given]
