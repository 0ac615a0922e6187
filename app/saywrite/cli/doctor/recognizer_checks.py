"""Checks of the recognizer on this computer for `saywrite doctor`: program, processor, model, memory.

Reads the whole model (0.2 s for Whisper base) and changes nothing. Any thread that may wait.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from saywrite.cli.doctor.report import Check
from saywrite.foundation.files import os_error_reason
from saywrite.foundation.formatting import megabytes
from saywrite.speech.local.model_store.store import ModelStore
from saywrite.speech.local.model_store.transfer import StopTransfer
from saywrite.speech.local.models import Model
from saywrite.speech.local.problems import explain

CPU_INFO = Path("/proc/cpuinfo")
MEMORY_INFO = Path("/proc/meminfo")


def check_recognizer(model: str, data: Path) -> Iterator[Check]:
    """The findings for the model of the settings, each as soon as it is known. `data`: the user's data folder."""
    store = ModelStore(data)
    yield _runtime(model)
    yield check_processor(platform.machine(), _read(CPU_INFO))
    yield check_model(store, model)
    yield check_memory(store.model(model), available_memory(_read(MEMORY_INFO)))


def _runtime(model: str) -> Check:
    if importlib.util.find_spec("ctranslate2") is None:
        problem = explain("ModuleNotFoundError:", model)
        return Check("engine", False, problem.what, problem.remedy)
    with suppress(importlib.metadata.PackageNotFoundError):
        return Check("engine", True, f"CTranslate2 {importlib.metadata.version('ctranslate2')} is installed.")
    return Check("engine", True, "CTranslate2 is part of this program.")


def check_processor(machine: str, cpu_info: str) -> Check:
    """`cpu_info`: the text of /proc/cpuinfo, "" where there is none.

    CTranslate2 needs SSE 4.1 on x86 (its documentation, "Hardware support") and is fast with AVX2.
    """
    if machine.lower() not in ("x86_64", "amd64"):
        return Check("processor", True, f"{machine}.")
    flags = next((line.partition(":")[2].split() for line in cpu_info.splitlines() if line.startswith("flags")), None)
    if flags is None:
        return Check("processor", True, f"{machine}; this system does not list its instructions.")
    if "sse4_1" not in flags:
        return Check(
            "processor",
            False,
            "It is too old for the recognizer on this computer: no SSE 4.1.",
            "Use aiOla as the recognizer.",
        )
    best = next((name for name in ("avx512f", "avx2", "avx") if name in flags), None)
    if best is None:
        return Check(
            "processor", None, "Recognition is slow on it: no AVX.", "Use aiOla as the recognizer, or a newer computer."
        )
    if best == "avx":
        return Check("processor", True, "It has AVX but not AVX2: recognition takes longer than on newer ones.")
    return Check("processor", True, f"It has {best.upper().removesuffix('F')}.")


def check_model(store: ModelStore, id: str) -> Check:
    """Whether the model is installed and every byte is the published one."""
    model, again = store.model(id), f"saywrite models download {id}"
    try:
        folder, damaged = store.inspect(id, StopTransfer())
    except OSError as error:
        return Check(
            "model", False, f"{model.label} cannot be read: {os_error_reason(error)}.", f"Check the disk, then: {again}"
        )
    if folder is None:
        return Check(
            "model",
            None,
            f"{model.label} is not on this computer ({megabytes(model.download_bytes)} to download).",
            f"Open Saywrite with a network, or: {again}",
        )
    if damaged:
        first = f"saywrite models verify {id}, then: " if store.folder(model) is not None else ""
        return Check("model", False, f"{model.label} is damaged: {', '.join(damaged)}.", first + again)
    if store.folder(model) is None:
        return Check(
            "model", None, f"{model.label} was copied or changed since it was checked.", f"saywrite models verify {id}"
        )
    return Check("model", True, f"{model.label}: every byte is the published one ({folder}).")


def check_memory(model: Model, available: int | None) -> Check:
    """`available`: bytes of memory that programs can still take, None where the system does not report it."""
    needed = f"{model.label} takes {megabytes(model.memory_bytes)} at work"
    if available is None:
        return Check("memory", True, f"{needed}.")
    what = f"{needed}; {megabytes(available)} are free."
    if available < model.memory_bytes:
        return Check(
            "memory", None, what, "Close other programs, or choose a smaller model, or aiOla as the recognizer."
        )
    return Check("memory", True, what)


def available_memory(memory_info: str) -> int | None:
    """Bytes, from the text of /proc/meminfo or from Windows; None where the system does not report it."""
    for line in memory_info.splitlines():
        name, _, value = line.partition(":")
        if name == "MemAvailable":
            with suppress(ValueError, IndexError):
                return int(value.split()[0]) * 1024
    return _available_on_windows() if sys.platform == "win32" else None


def _available_on_windows() -> int | None:
    """`ullAvailPhys` of GlobalMemoryStatusEx."""
    import ctypes

    class MemoryStatus(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            ("total", ctypes.c_ulonglong),
            ("available", ctypes.c_ulonglong),
            ("rest", ctypes.c_ulonglong * 5),
        )

    status = MemoryStatus(length=ctypes.sizeof(MemoryStatus))
    ask = getattr(ctypes, "WinDLL")("kernel32").GlobalMemoryStatusEx  # noqa: B009 - only Windows has it
    ask.restype, ask.argtypes = ctypes.c_int, (ctypes.c_void_p,)
    return int(status.available) if ask(ctypes.byref(status)) else None


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError:
        return ""
