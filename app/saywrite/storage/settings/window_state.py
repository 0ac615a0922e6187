"""The size, place and division of the window. Any thread.

A broken file is ignored and overwritten: the window then opens with its default size.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from saywrite.storage.settings.file import write_private
from saywrite.text.characters import decode

log = logging.getLogger(__name__)


def load_window_state(path: Path) -> dict[str, Any]:
    """Read the saved values, {} when there are none or the file is broken."""
    try:
        state = json.loads(decode(path.read_bytes()))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        log.warning("the window's state is not used: %s", type(error).__name__)
        return {}
    return state if isinstance(state, dict) else {}


def save_window_state(path: Path, state: Mapping[str, Any]) -> None:
    """Save values that JSON can represent. Raises SettingsError."""
    write_private(path, json.dumps(dict(state), indent=1).encode("utf-8"))
