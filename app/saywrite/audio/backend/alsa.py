"""Checks ALSA's configuration on Linux before PortAudio reads it.

PortAudio ends the process (an assertion, measured with 19.6) where ALSA's configuration has no devices: a variable
names a file that is missing or empty, or the files of ALSA are not installed. With a configuration that cannot be read
it does not start. libasound is asked instead of the files, because these include others.
"""

from __future__ import annotations

import ctypes
import os
import sys
from functools import cache
from typing import Any

from saywrite.foundation.errors import AlsaMisconfigured
from saywrite.foundation.messages import message

_VARIABLES = ("ALSA_CONFIG_PATH", "ALSA_CONFIG_DIR")
_NEEDED = (b"pcm.default", b"pcm.dmix")
"""Devices of which PortAudio's assertion needs one; it opens them after all others."""


def check_configuration() -> None:
    """Raise AlsaMisconfigured where PortAudio would end the process or not start.

    libasound writes to standard error which file and line it cannot read.
    """
    if not sys.platform.startswith("linux"):
        return
    try:
        library = _load()
    except (OSError, AttributeError):  # there is none, or one from before 2016
        return
    top, found = ctypes.c_void_p(), ctypes.c_void_p()
    usable = library.snd_config_update_ref(ctypes.byref(top)) >= 0
    if usable:
        usable = any(library.snd_config_search(top, name, ctypes.byref(found)) >= 0 for name in _NEEDED)
        library.snd_config_unref(top)
    if not usable:
        raise AlsaMisconfigured(message("The configuration of the sound system ALSA is missing or damaged."), _remedy())


def _remedy() -> str:
    for name in _VARIABLES:
        if os.environ.get(name):
            return message("Correct or remove the environment variable {name}, then start Saywrite again.", name=name)
    return message(
        "Correct or remove ~/.asoundrc, ~/.config/alsa/asoundrc and /etc/asound.conf, or install ALSA's configuration "
        "again (Debian, Ubuntu: libasound2-data; Fedora, Arch: alsa-lib)."
    )


@cache
def _load() -> Any:
    library = ctypes.CDLL("libasound.so.2")
    number, pointer = ctypes.c_int, ctypes.c_void_p
    library.snd_config_update_ref.restype = number
    library.snd_config_update_ref.argtypes = [pointer]
    library.snd_config_search.restype = number
    library.snd_config_search.argtypes = [pointer, ctypes.c_char_p, pointer]
    library.snd_config_unref.restype = None
    library.snd_config_unref.argtypes = [pointer]
    return library
