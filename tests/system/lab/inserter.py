"""An inserter on a screen of the tests, as the program has it, and what it told."""

from __future__ import annotations

import queue
from collections.abc import Callable

from tests.system.lab.desktop import LIMIT_S

from saywrite.desktop.insertion.base import InsertionBackend
from saywrite.desktop.insertion.context.accessible_text import AccessibleText
from saywrite.desktop.insertion.programs import ProgramRules
from saywrite.desktop.insertion.worker import Inserter, Insertion
from saywrite.foundation.events import InsertionEvent


class InserterBench:
    """Runs an inserter; `events` are the events that were not asked for yet."""

    def __init__(
        self,
        open_backend: Callable[[], InsertionBackend],
        rules: ProgramRules | None = None,
        text_before: AccessibleText | None = None,
    ) -> None:
        """`text_before`: it hears what programs tell assistive technology."""
        self.events: queue.SimpleQueue[InsertionEvent] = queue.SimpleQueue()
        self.inserter = Inserter(open_backend, self.events.put, text_before=text_before)
        self.inserter.start()
        if rules is not None:
            self.inserter.choose(rules)

    def insert(self, text: str, **more: object) -> InsertionEvent:
        self.inserter.insert(Insertion("d1", text, "en", **more))  # type: ignore[arg-type]
        return self.next()

    def take_back(self) -> InsertionEvent:
        self.inserter.take_back()
        return self.next()

    def next(self) -> InsertionEvent:
        return self.events.get(timeout=LIMIT_S)

    def close(self) -> None:
        self.inserter.close(LIMIT_S)
