"""The user's part of the Windows registry, through the standard library. Any thread. Imported on Windows only."""

from __future__ import annotations

import contextlib
import importlib
from typing import Any


class UserRegistry:
    """Implements `autostart.Registry` on HKEY_CURRENT_USER."""

    def __init__(self) -> None:
        self._winreg: Any = importlib.import_module("winreg")

    def read(self, key: str, name: str) -> object:
        reg = self._winreg
        try:
            with reg.OpenKey(reg.HKEY_CURRENT_USER, key) as opened:
                return reg.QueryValueEx(opened, name)[0]
        except FileNotFoundError:
            return None

    def write(self, key: str, name: str, value: str) -> None:
        reg = self._winreg
        with reg.CreateKeyEx(reg.HKEY_CURRENT_USER, key, 0, reg.KEY_SET_VALUE) as opened:
            reg.SetValueEx(opened, name, 0, reg.REG_SZ, value)

    def delete(self, key: str, name: str) -> None:
        reg = self._winreg
        with (
            contextlib.suppress(FileNotFoundError),
            reg.OpenKey(reg.HKEY_CURRENT_USER, key, 0, reg.KEY_SET_VALUE) as opened,
        ):
            reg.DeleteValue(opened, name)
