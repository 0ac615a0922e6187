"""The reasons why the recognizer on this computer cannot run, each with its remedy for the user. Pure.

The worker reports the exception that its decoder raised while it loaded ("ImportError: …"), or ends by a signal. In a
dictation it ends with an exit code of its own where there is too little memory.
"""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from importlib.util import find_spec

from saywrite.foundation.messages import message

ILLEGAL_INSTRUCTION = frozenset({-4, 0xC000001D, 0xC000001D - (1 << 32)})
"""Exit codes of a process that met an instruction which the processor does not have: SIGILL, and Windows' status."""

OUT_OF_MEMORY = 3
"""Exit code of a worker that got too little memory to decode an utterance."""


@dataclass(frozen=True, slots=True)
class RecognizerProblem:
    """What happened and what to do.

    `awaits_model`: a complete model solves the problem, so a dictation continues to record and gets its text then.
    `lasting`: another attempt fails the same way until Saywrite is restarted.
    """

    what: str
    remedy: str
    awaits_model: bool = False
    lasting: bool = False


def no_model(model: str) -> RecognizerProblem:
    """The problem of a model that is not on this computer."""
    return RecognizerProblem(
        message("The recognition model is not on this computer yet."),
        message(
            "Download it in Settings > Recognition, or with `saywrite models download {model}`. What you "
            "dictate until then is recorded and becomes text when the model is there.",
            model=model,
        ),
        awaits_model=True,
    )


def damaged_model(model: str) -> RecognizerProblem:
    """The problem of a model that cannot be loaded."""
    return RecognizerProblem(
        message("The recognition model {model} is damaged: it cannot be loaded.", model=model),
        message(
            "Check it with `saywrite models verify {model}` and download it again: `saywrite models download {model}`. "
            "What you dictate until then is recorded and becomes text when the model is there.",
            model=model,
        ),
        awaits_model=True,
    )


NO_AVX = RecognizerProblem(
    message(
        "This computer's processor is too old for the recognizer: it lacks instructions that CTranslate2 needs (AVX)."
    ),
    message("Choose aiOla as the recognizer."),
    lasting=True,
)

NOT_STARTED = RecognizerProblem(
    message("The recognizer on this computer could not be started."),
    message("Restart Saywrite; if that does not help, install it again."),
)

NOT_KEPT_RUNNING = RecognizerProblem(
    message("The recognizer on this computer ended or stopped answering, three times in a row."),
    message("Start again; if that does not help, “saywrite doctor” and the log tell more."),
)


def explain(reason: str, model: str) -> RecognizerProblem:
    """The problem behind the worker's `reason`: the name of an exception, a colon and its message."""
    kind, _, detail = reason.partition(":")
    words = detail.casefold()
    if lacks_memory(reason):
        return _too_little_memory(model)
    if kind in ("ModuleNotFoundError", "ImportError"):
        return _not_installed(detail.strip())
    if "instruction set" in words or "avx" in words or "unsupported cpu" in words:
        return NO_AVX
    if kind == "FileNotFoundError":
        return no_model(model)
    return damaged_model(model)


def find_missing_package() -> RecognizerProblem | None:
    """The problem of a computer without CTranslate2, which no model can solve; None where it is installed.

    Looks for the package without loading it. A processor that is too old shows only when a model is loaded.
    """
    return None if find_spec("ctranslate2") else _not_installed("")


def explain_exit(code: int, model: str) -> RecognizerProblem | None:
    """The problem behind the exit code of a worker; None: no known one."""
    if code == OUT_OF_MEMORY:
        return _too_little_memory(model)
    return NO_AVX if code in ILLEGAL_INSTRUCTION else None


def lacks_memory(reason: str) -> bool:
    """Whether an exception, as in `explain`, is about memory."""
    kind, _, detail = reason.partition(":")
    words = detail.casefold()
    return kind == "MemoryError" or any(each in words for each in ("bad_alloc", "allocate memory", "out of memory"))


def _too_little_memory(model: str) -> RecognizerProblem:
    return RecognizerProblem(
        message("There is too little free memory for the recognition model {model}.", model=model),
        message("Close other programs, or choose a smaller model in Settings > Recognition."),
    )


def _not_installed(detail: str) -> RecognizerProblem:
    if sys.platform == "win32" and platform.machine().upper() == "ARM64":
        return RecognizerProblem(
            message("There is no build of the recognizer (CTranslate2) for Windows on ARM."),
            message("Choose aiOla as the recognizer."),
            lasting=True,
        )
    return RecognizerProblem(
        message(
            "The recognizer (CTranslate2) is not installed or cannot be loaded ({error}).",
            error=detail or message("not found"),
        ),
        message("Install Saywrite again (“pip install ctranslate2”), or choose aiOla as the recognizer."),
        lasting=True,
    )
