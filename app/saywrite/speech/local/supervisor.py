"""Starts, watches and ends the one worker process with the wanted model, and reports its state.

Dictation thread only. The work for a dictation (its sound, its texts, its attempts) is in `engine.py`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from saywrite.foundation.catalog import LOCAL
from saywrite.foundation.events import EngineChanged, EngineState
from saywrite.speech.engine import Incoming, Post
from saywrite.speech.local.audio_feed import Watch
from saywrite.speech.local.child_process import WorkerExited, WorkerMessage, WorkerProcess
from saywrite.speech.local.problems import (
    NOT_STARTED,
    RecognizerProblem,
    explain,
    explain_exit,
    find_missing_package,
    no_model,
)

log = logging.getLogger(__name__)

PATIENCE_S = 15.0
"""Seconds without a message, while one is awaited, until a worker counts as hung. While it decodes an utterance it
sends one every 3 s (`heartbeat.py`), so this holds for a large model on a slow computer, too.
"""

LOADING_S = 90.0
"""The same while it loads its model; measured: 0.3 s for the base model, 20 times that from a slow disk."""


@dataclass(frozen=True, slots=True)
class Exited:
    """The worker that was in use has ended. `problem`: why, where it is known."""

    problem: RecognizerProblem | None = None


class WorkerSupervisor:
    """Owns the one worker process.

    `model`: the id of the wanted model, and its folder or None while it is not on this computer. `command`: the command
    line of a worker with the model in a folder.
    """

    def __init__(
        self,
        post: Post,
        emit: Callable[[EngineChanged], None],
        command: Callable[[Path], Sequence[str]],
        model: Callable[[], tuple[str, Path | None]],
        *,
        patience_s: float = PATIENCE_S,
        loading_s: float = LOADING_S,
    ) -> None:
        """`post` is called on the threads of the worker's pipes; `emit` takes the events of a call here."""
        self.state = EngineState.UNLOADED
        self.process: WorkerProcess | None = None
        self.problem: RecognizerProblem | None = None
        """Why there is no worker; not valid while there is one."""
        self._post = post
        self._emit = emit
        self._command = command
        self._model = model
        self._patience_s = patience_s
        self._loading_s = loading_s
        self._watch = Watch()
        self._numbers = 0
        self._loaded: Path | None = None
        self._loaded_name = ""
        self._aborted: int | None = None
        self._broken: tuple[Path, int] | None = None
        self._reported = (EngineState.UNLOADED, "", "", False)

    @property
    def has_wanted_model(self) -> bool:
        """Whether the worker, if there is one, uses the model that is wanted now.

        The files of that model may have been removed: the worker has it in memory.
        """
        name, folder = self._model()
        return self._loaded is None or (name == self._loaded_name and folder in (self._loaded, None))

    @property
    def can_start(self) -> bool:
        """Whether the wanted model is there, and not as it was when it failed to load."""
        folder = self._model()[1]
        return folder is not None and _version(folder) != self._broken

    def start(self) -> bool:
        """Start a worker unless there is one. False where none can be started: then `problem` says why."""
        if self.process is not None:
            return True
        if self.problem is not None and self.problem.lasting:
            return False
        name, folder = self._model()
        if folder is None:
            self.fail(find_missing_package() or no_model(name))
        elif _version(folder) != self._broken:
            return self._spawn(name, folder)
        return False

    def models_changed(self) -> None:
        """Allow another attempt with a model that could not be loaded, because the models have changed."""
        self._broken = None

    def stop(self) -> None:
        """Kill the worker. It has nothing to save, and one that hangs would not end on request."""
        if self.process is not None:
            self.process.kill()
            self.process = None
        self._loaded = self._aborted = None

    def abort(self, session: int) -> None:
        """Let the worker drop a session. It has to say so: one that hangs is found between short dictations, too."""
        if self.process is not None:
            self.process.drop_unsent()
            self.process.send({"op": "abort", "session": session})
            self._aborted = session

    def fail(self, problem: RecognizerProblem) -> None:
        """End the worker because of `problem`, and report it once."""
        self.stop()
        self.problem = problem
        self.set_state(EngineState.UNAVAILABLE)

    def receive(self, message: object) -> Mapping[str, Any] | Exited | None:
        """Take a message; return what concerns the dictation.

        None: the message came from a former worker, or concerned no dictation that runs.
        """
        if self.process is None or getattr(message, "worker", None) != self.process.number:
            return None
        self._watch.alive()
        if isinstance(message, WorkerExited):
            return self._exited(message.code)
        assert isinstance(message, WorkerMessage)
        body = message.body
        if body.get("kind") == "ready":
            log.info("loaded in %s s, %s kB", body.get("load_s"), body.get("rss_kb"))
            self.set_state(EngineState.READY)
        elif body.get("kind") == "unavailable":
            reason = str(body.get("reason"))
            log.warning("the recognizer is not available: %s", reason)
            problem = explain(reason, self._loaded_name)
            self._broken = _version(self._loaded) if problem.awaits_model and self._loaded else None
            self.fail(problem)
        elif body.get("kind") == "aborted":
            if body.get("session") == self._aborted:
                self._aborted = None
        else:
            return body
        return None

    def hang_due(self, outstanding: bool, now: float) -> float | None:
        """The time at which the worker counts as hung; up to `now`: it hangs. None: no answer is awaited."""
        if self.process is None:
            return None
        loading = self.state is EngineState.LOADING
        is_awaited = loading or outstanding or self._aborted is not None
        return self._watch.due(is_awaited, self._loading_s if loading else self._patience_s, now)

    def set_state(self, state: EngineState) -> None:
        """Change the state, and report it where the last report differs."""
        self.state = state
        problem = self.problem if state is EngineState.UNAVAILABLE else None
        report = (state, problem.what, problem.remedy, problem.awaits_model) if problem else (state, "", "", False)
        if report != self._reported:
            self._reported = report
            self._emit(EngineChanged(LOCAL, *report))

    def _spawn(self, name: str, folder: Path) -> bool:
        self._numbers += 1
        try:
            self.process = WorkerProcess(
                self._numbers, self._command(folder), lambda message: self._post(Incoming(LOCAL, message))
            )
        except OSError:
            log.exception("cannot start the worker")
            self.fail(NOT_STARTED)
            return False
        self._loaded, self._loaded_name = folder, name
        self._watch.alive()
        self.set_state(EngineState.LOADING)
        return True

    def _exited(self, code: int) -> Exited | None:
        log.info("the worker ended with %d", code)
        problem = explain_exit(code, self._loaded_name)
        if problem is not None and problem.lasting:
            self.fail(problem)
            return None
        return Exited(problem)


def _version(folder: Path) -> tuple[Path, int]:
    """A value that changes when another process replaces files of the model in `folder`."""
    try:
        return folder, folder.stat().st_mtime_ns
    except OSError:
        return folder, 0
