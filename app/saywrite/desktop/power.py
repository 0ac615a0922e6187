"""Whether the computer saves power: the user's power mode, or a battery that is nearly empty.

`saves_power()` asks the system and may take a second (D-Bus, a program): call it on a thread of its own. Where the
system does not tell, the answer is False.
"""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

ANSWER_S = 1.0
"""Seconds a service or a program has for its answer."""

PLATFORM_PROFILE = Path("/sys/firmware/acpi/platform_profile")

LOW_BATTERY = 3
"""UPower's `WarningLevel`: 3 low, 4 critical, 5 action."""

PROFILES = (
    # power-profiles-daemon and tuned-ppd; the second name is that of versions before 0.20 (2024)
    ("org.freedesktop.UPower.PowerProfiles", "/org/freedesktop/UPower/PowerProfiles"),
    ("net.hadess.PowerProfiles", "/net/hadess/PowerProfiles"),
)


def saves_power(platform: str = sys.platform) -> bool:
    """Ask this system; never raises."""
    try:
        if platform == "win32":
            return _windows()
        if platform == "darwin":
            return low_power_mode(_run("pmset", "-g"))
        return _linux()
    except Exception:
        # The outermost edge of this query: services may send anything.
        log.info("the power mode cannot be read", exc_info=True)
        return False


def low_power_mode(settings: str) -> bool:
    """Whether `pmset -g` of macOS prints "lowpowermode 1" (on computers with a high power mode 3 as well)."""
    for line in settings.splitlines():
        name, _, value = line.strip().partition(" ")
        if name == "lowpowermode":
            return value.strip().startswith("1")
    return False


def is_saving(profile: str | None, acpi_profile: str | None, battery_warning: int | None) -> bool:
    """Whether Linux saves power. None stands for an unknown value.

    `profile`: the active one of the power profiles service. `acpi_profile`: that of the firmware, used without such a
    service. `battery_warning`: UPower's warning level of the battery.
    """
    if battery_warning is not None and battery_warning >= LOW_BATTERY:
        return True
    if profile is not None:
        return profile == "power-saver"
    return acpi_profile in ("low-power", "quiet")


def _linux() -> bool:
    from saywrite.desktop.dbus import connect

    acpi: str | None = None
    with suppress(OSError, ValueError):
        acpi = PLATFORM_PROFILE.read_text("ascii").strip()
    try:
        connection = connect("SYSTEM", limit_s=ANSWER_S)
    except OSError:
        return is_saving(None, acpi, None)
    with connection:
        ask = _properties(connection)
        profile = next(
            (value for name, path in PROFILES if (value := ask(name, path, name, "ActiveProfile")) is not None), None
        )
        upower = "org.freedesktop.UPower"
        warning = ask(upower, "/org/freedesktop/UPower/devices/DisplayDevice", f"{upower}.Device", "WarningLevel")
    return is_saving(profile if isinstance(profile, str) else None, acpi, warning if isinstance(warning, int) else None)


def _properties(connection: Any) -> Callable[[str, str, str, str], object]:
    """Reads a property of a service: its value, None where there is no such service or it does not answer."""
    from jeepney import DBusAddress, MessageType, Properties

    def ask(service: str, path: str, interface: str, name: str) -> object:
        call = Properties(DBusAddress(path, service, interface)).get(name)
        with suppress(OSError, TimeoutError, ValueError):
            reply = connection.send_and_get_reply(call, timeout=ANSWER_S)
            if reply.header.message_type is MessageType.method_return:
                value: object = reply.body[0][1]
                return value
        return None

    return ask


def _windows() -> bool:
    import ctypes

    class Status(ctypes.Structure):
        """`SYSTEM_POWER_STATUS`; `saver` (SystemStatusFlag) is 1 while battery saver is on."""

        _fields_ = (
            ("mains", ctypes.c_ubyte),
            ("battery", ctypes.c_ubyte),
            ("percent", ctypes.c_ubyte),
            ("saver", ctypes.c_ubyte),
            ("left_s", ctypes.c_ulong),
            ("full_s", ctypes.c_ulong),
        )

    status = Status()
    ask: Any = ctypes.WinDLL("kernel32").GetSystemPowerStatus  # type: ignore[attr-defined]
    ask.restype, ask.argtypes = ctypes.c_int, (ctypes.c_void_p,)
    return bool(ask(ctypes.byref(status))) and status.saver == 1


def _run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, timeout=ANSWER_S, check=False).stdout
