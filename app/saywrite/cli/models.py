"""`saywrite models` on the terminal: what is there, downloads, removals and checks. Everything on the main thread.

Results go to standard output, progress and problems to standard error. Ctrl-C ends a download; what has arrived stays
for the next one.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import IO

from saywrite.cli.ending.exit_codes import DONE, FAILED, USAGE
from saywrite.cli.ending.interrupts import INTERRUPTED, Interrupted
from saywrite.foundation.errors import ModelError, ModelUnknown
from saywrite.foundation.events import ModelInfo, ModelState
from saywrite.foundation.formatting import amount, megabytes
from saywrite.speech.local.model_store.http_files import HttpFiles
from saywrite.speech.local.model_store.sources import ModelSource, make_sources
from saywrite.speech.local.model_store.store import ModelStore, Watcher
from saywrite.speech.local.model_store.transfer import StopTransfer
from saywrite.speech.network.network import Network

LINE_EVERY_S = 0.1
PLAIN_LINE_EVERY_S = 5.0
"""Seconds between two lines of progress where standard error is not a terminal."""


_STATES = {
    ModelState.ABSENT: "not downloaded",
    ModelState.PAUSED: "partly downloaded",
    ModelState.READY: "ready",
    ModelState.DAMAGED: "damaged",
}


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """`model`: as named, None where it was not; `chosen`: that of the settings. `source`: a folder or address to ask
    first, or "".
    """

    action: str
    model: str | None
    chosen: str
    source: str = ""
    as_json: bool = False


def find_sources(address: str, stop: StopTransfer, *, stay_offline: bool = False) -> Sequence[ModelSource]:
    """Where models are downloaded from. `stay_offline`: from folders of this computer only."""
    return make_sources(address, HttpFiles(Network(stay_offline=lambda: stay_offline), stop))


def run(
    request: ModelRequest,
    store: ModelStore,
    sources: Callable[[str, StopTransfer], Sequence[ModelSource]] = find_sources,
) -> int:
    """One `saywrite models` command; its exit code."""
    stop, action, model, chosen, as_json = (
        StopTransfer(),
        request.action,
        request.model,
        request.chosen,
        request.as_json,
    )
    try:
        if action == "list":
            return _list(store, chosen, as_json)
        if action == "remove" and model is None:
            print("saywrite: name the model to remove; `saywrite models` lists them.", file=sys.stderr)
            return USAGE
        if action == "verify" and model is None:
            return _verify(store, _present(store), stop, as_json)
        if action == "verify":
            return _verify(store, [model or chosen], stop, as_json)
        if action == "download":
            download(store, model or chosen, sources(request.source, stop), stop)
        else:
            store.remove(model or chosen)
        return _result(store, model or chosen, as_json)
    except ModelError as error:
        _complain(error, model or chosen, as_json)
        return FAILED
    except Interrupted:
        kept = " What has arrived is kept; the same command goes on from there." if action == "download" else ""
        print(f"saywrite: interrupted.{kept}", file=sys.stderr)
        return INTERRUPTED


class ProgressPrinter:
    """One line that is rewritten on a terminal, a line now and then elsewhere. `label`: what is downloaded."""

    def __init__(self, label: str, out: IO[str]) -> None:
        self._label = label
        self._out = out
        self._rewrites = out.isatty()
        self._due = 0.0
        self._shown = ""
        self._is_open = False

    def show(self, done: int, total: int) -> None:
        """Print the progress in bytes, at most once per interval and when it is complete."""
        now = time.monotonic()
        if now < self._due and done != total:
            return
        self._due = now + (LINE_EVERY_S if self._rewrites else PLAIN_LINE_EVERY_S)
        share = 100 * done // max(total, 1)
        text = f"{self._label}: {amount(done, total)}, {share} %"
        if text == self._shown:
            return
        self._shown = text
        self._write(f"\r{text}\x1b[K" if self._rewrites else f"{text}\n")
        self._is_open = self._rewrites

    def say(self, text: str) -> None:
        """A line of its own."""
        self.close()
        self._write(f"{text}\n")

    def close(self) -> None:
        """End the line that was rewritten, so that the next text begins on a new one."""
        if self._is_open:
            self._write("\n")
            self._is_open = False

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()


def download(store: ModelStore, model: str, sources: Sequence[ModelSource], stop: StopTransfer) -> None:
    """Download with progress on standard error. Raises ModelError."""
    label = store.model(model).label
    printer = ProgressPrinter(label, sys.stderr)
    watcher = Watcher(
        printer.show,
        lambda: printer.say(f"{label}: everything has arrived, converting."),
        lambda: printer.say(f"{label}: another Saywrite is downloading it; waiting."),
    )
    with closing(printer):
        store.download(model, sources, stop, watcher)


def _list(store: ModelStore, chosen: str, as_json: bool) -> int:
    infos = store.infos()
    if as_json:
        _print_json({"models": [_as_json(store, info, chosen) for info in infos]})
        return DONE
    for info in infos:
        mark = "*" if info.id == chosen else " "
        print(f"{mark} {info.id:<24} {_STATES[info.state]:<18} {_sizes(info)}")
        print(f"    {info.judgement}")
    return DONE


def _sizes(info: ModelInfo) -> str:
    numbers = (info.download_bytes, info.disk_bytes, info.memory_bytes)
    download, disk, memory = map(megabytes, numbers)
    return f"download {download}, on disk {disk}, in memory {memory}, {info.license}"


def _present(store: ModelStore) -> list[str]:
    present = [info.id for info in store.infos() if info.state in (ModelState.READY, ModelState.DAMAGED)]
    if not present:
        raise ModelUnknown("There is no model on this computer.", "Download one: saywrite models download")
    return present


def _verify(store: ModelStore, models: Sequence[str], stop: StopTransfer, as_json: bool) -> int:
    """Each model by itself: a damaged one is reported, and the others are still checked."""
    code, results = DONE, []
    for model in models:
        try:
            folder = store.verify(model, stop)
        except ModelError as error:
            code = FAILED
            results.append({"id": model, "ok": False, "what": error.what, "remedy": error.remedy})
            print(f"saywrite: {error}", file=sys.stderr)
        else:
            results.append({"id": model, "ok": True, "folder": str(folder)})
            if not as_json:
                print(f"{model}: every byte is the published one  {folder}")
    if as_json:
        _print_json({"models": results})
    return code


def _result(store: ModelStore, model: str, as_json: bool) -> int:
    info = next(info for info in store.infos() if info.id == model)
    if as_json:
        _print_json(_as_json(store, info, ""))
    else:
        folder = store.folder(store.model(model))
        print(f"{model}: {_STATES[info.state]}" + (f"  {folder}" if folder is not None else ""))
    return DONE


def _complain(error: ModelError, model: str, as_json: bool) -> None:
    if as_json:
        _print_json({"id": model, "problem": error.what, "remedy": error.remedy})
    print(f"saywrite: {error}", file=sys.stderr)


def _as_json(store: ModelStore, info: ModelInfo, chosen: str) -> dict[str, object]:
    folder = store.folder(store.model(info.id))
    return {**asdict(info), "chosen": info.id == chosen, "folder": str(folder) if folder is not None else None}


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1))
