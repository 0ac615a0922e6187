"""What belongs into the frozen folder, and what the folder takes from the system. Pure.

PyInstaller collects more than Saywrite loads: every Qt plugin with the libraries it needs, and copies of libraries
of the system that built the folder. The lists here are complete: `freeze.py` stops at a library that no list has.
"""

from __future__ import annotations

import fnmatch
import re
from pathlib import PurePosixPath

EXCLUDED_MODULES = [
    *(f"PySide6.Qt{name}" for name in ("DBus", "Network", "PrintSupport", "Qml", "Quick")),
    *(f"PySide6.Qt{name}" for name in ("Sql", "SvgWidgets", "Test", "UiTools", "Xml")),
    *("PIL", "huggingface_hub", "matplotlib", "scipy", "tokenizers", "torch", "transformers"),
    *("_bz2", "_crypt", "_curses", "_dbm", "_gdbm", "_lzma", "_tkinter", "nis", "readline", "tkinter"),
    *("OpenGL", "h5py", "pip", "pytest", "setuptools"),
]
"""Modules that a library imports where it finds them; ours works without. `_bz2`: not every Linux has that library."""

PLUGINS = (
    "platforms/*xcb*",
    "platforms/*wayland*",
    "platforms/*offscreen*",
    "platforms/*windows*",
    "platforms/*cocoa*",
    "imageformats/*svg*",
    "imageformats/*ico*",
    "imageformats/*icns*",
    "iconengines/*svgicon*",
    "platforminputcontexts/*compose*",
    "platforminputcontexts/*ibus*",
    "platformthemes/*",
    "styles/*",
    "permissions/*",
    "wayland-decoration-client/*",
    "wayland-shell-integration/*xdg-shell*",
)
"""The Qt plugins of a program with widgets, without OpenGL, QML and network."""

TRANSLATIONS = (
    r"/Qt/translations/qtbase_(de|es|fr|it|ja|pt_BR|zh_CN)\.qm$|/_resources/translations/(\w+\.qm|LICENSE\.md)$"
)
"""The compiled translations, those of Qt for our languages only. Their sources stay out."""

SYSTEM_LIBRARIES = {
    "ld-linux-x86-64.so.2": "libc6",
    "libc.so.6": "libc6",
    "libdl.so.2": "libc6",
    "libm.so.6": "libc6",
    "libmvec.so.1": "libc6",
    "libpthread.so.0": "libc6",
    "librt.so.1": "libc6",
    "libgcc_s.so.1": "libgcc-s1",
    "libstdc++.so.6": "libstdc++6",
    "libz.so.1": "zlib1g",
    "libexpat.so.1": "libexpat1",
    "libzstd.so.1": "libzstd1",
    "libcrypto.so.3": "libssl3",
    "libssl.so.3": "libssl3",
    "libffi.so.8": "libffi8",
    "libsqlite3.so.0": "libsqlite3-0",
    "libuuid.so.1": "libuuid1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libOpenGL.so.0": "libopengl0",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
}
"""Libraries that the system has, and the Debian packages with them. The names hold for Debian 12 and 13 and for Ubuntu
22.04 and later, where packages that end in "t64" provide them."""

PARTS_OF_PYTHON = ("/python3", "/libpython3", "/libmpdec.so")
"""Parts of the paths of the system's own Python, which the folder keeps. Debian 12 and 13 have different libmpdec."""

OPTIONAL_FILES = ("platformthemes/libqgtk3*",)
"""Plugins that Qt tries and does without where their libraries are missing; these are not asked for."""

LOADED_BY_NAME = (
    "libportaudio2",
    "libpulse0",
    "libasound2-plugins | pipewire-alsa",
    "fonts-dejavu-core | fonts-noto-core | fonts-liberation | fonts-ubuntu",
)
"""Packages that no file of the folder is linked to: the sound libraries are opened by name."""

RECOMMENDED = ("default-dbus-session-bus | dbus-session-bus", "gnome-keyring | kwalletmanager")
SUGGESTED = ("wtype", "wl-clipboard")


def is_plugin_kept(path: str) -> bool:
    """Whether a file stays, by its path below a folder `plugins` of Qt. Other files stay."""
    _, found, plugin = PurePosixPath(path.replace("\\", "/")).as_posix().partition("/plugins/")
    return not found or "Qt" not in path or any(fnmatch.fnmatch(plugin, pattern) for pattern in PLUGINS)


def is_kept(path: str, source: str, platform: str) -> bool:
    """Whether PyInstaller's entry stays. `path`: in the folder; `source`: the file that it is a copy of."""
    path = path.replace("\\", "/")
    of_system = platform == "linux" and source.startswith(("/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/"))
    if of_system and not any(part in source for part in PARTS_OF_PYTHON):
        return False
    if re.search(r"/(tests|testing|__pycache__)/|/Qt/qml/|\.pyi$|\.pxd$|/converters/", path):
        return False
    if "/translations/" in path and not re.search(TRANSLATIONS, path):
        return False
    return is_plugin_kept(path)


def is_optional(path: str) -> bool:
    """Whether a file may lack libraries that it is linked to."""
    return any(fnmatch.fnmatch(path, f"*/{pattern}") for pattern in OPTIONAL_FILES)


def locked_names(lock: str) -> set[str]:
    """The distributions of a lock file, with `-` between the words and in lower case."""
    found = re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower() for name in found}
