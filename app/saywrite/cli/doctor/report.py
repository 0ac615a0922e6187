"""`saywrite devices` and `saywrite doctor` on the terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from saywrite.audio.backend.devices import list_devices
from saywrite.cli.ending.exit_codes import DONE, FAILED
from saywrite.foundation.errors import AudioError
from saywrite.foundation.events import Device


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. `ok` is False for what stops dictation, None for what is merely missing."""

    name: str
    ok: bool | None
    what: str
    remedy: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def as_line(self) -> str:
        mark = {True: "✓", None: "–", False: "✗"}[self.ok]
        remedy = f"\n    → {self.remedy}" if self.remedy else ""
        return f"{mark} {self.name:<12} {self.what}{remedy}"


def print_devices(as_json: bool) -> int:
    """The microphones by the names `--device` takes."""
    try:
        devices = list_devices()
    except AudioError as error:
        if as_json:
            print(json.dumps({"devices": [], "problem": error.what, "remedy": error.remedy}))
        print(f"saywrite: {error}", file=sys.stderr)
        return FAILED
    if as_json:
        print(json.dumps({"devices": [asdict(device) for device in devices]}, ensure_ascii=False, indent=1))
    elif not devices:
        print("saywrite: no microphone is connected. Connect one, then run this again.", file=sys.stderr)
        return FAILED
    else:
        for device in devices:
            print(_line(device))
    return DONE


def _line(device: Device) -> str:
    mark = "*" if device.is_default else " "
    return f"{mark} {device.label}  [{device.key}]  {device.host_api}, {device.rate} Hz, {device.channels} ch"


def print_checks(checks: Iterable[Check], as_json: bool) -> int:
    """The findings, each as it comes; 1 when something stops dictation."""
    code = DONE
    done: list[Check] = []
    for check in checks:
        done.append(check)
        if check.ok is False:
            code = FAILED
        if not as_json:
            print(check.as_line(), flush=True)
    if as_json:
        print(json.dumps({"checks": [check.as_json() for check in done]}, ensure_ascii=False, indent=1))
    return code
