"""`saywrite devices` and `saywrite doctor` on the terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict

from saywrite.audio.devices import list_devices
from saywrite.dictation.check import Check
from saywrite.errors import AudioError
from saywrite.events import Device

DONE, FAILED = 0, 1


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
