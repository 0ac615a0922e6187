"""The window; the only package that imports Qt."""

import builtins
import sys
from typing import Any

_IMPORT = builtins.__import__  # before PySide6 replaces it

import PySide6.QtCore  # noqa: E402, F401  (it installs the hooks that `_end_feature_search` replaces)


def _end_feature_search() -> None:
    """Stop PySide6 from looking for `from __feature__ import …`, which renames Qt's methods.

    It reads the source of each module that is imported, which stays in memory: a tenth of the start and 14 MB. And it
    replaces `__import__` by one that makes each import statement take 5 µs instead of 0.7 µs, also where the module is
    loaded, as in functions that run for every block of sound (PySide6 6.12). No module of this program uses
    `__feature__`, so that all of them get what PySide6 gives to one that could and does not.
    """
    hook: Any = sys.modules.get("shibokensupport.feature")
    if hasattr(hook, "_mod_uses_pyside"):
        hook._mod_uses_pyside = lambda module: True
    if builtins.__import__ is getattr(builtins, "__feature_import__", None):
        builtins.__import__ = _IMPORT


_end_feature_search()
