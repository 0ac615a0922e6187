"""Builds an AppImage of the frozen folder with `appimagetool`, which must be on PATH. Not run yet: no network to it.

The image runs where the portable archive runs. `appimagetool` and the runtime that it embeds come from
https://github.com/AppImage/appimagetool/releases; the release workflow compares them with a hash.
"""

from __future__ import annotations

import os
import platform
import shutil
from pathlib import Path

import tree
from freeze import BUILD, PackagingError, run, source_date, write_record

from saywrite import __version__
from saywrite.foundation.catalog import APP_ID

STAGE = BUILD / "appimage/Saywrite.AppDir"


def stage() -> Path:
    """Make the folder that the image contains."""
    shutil.rmtree(STAGE, ignore_errors=True)
    tree.copy_program(STAGE / "usr/lib/saywrite")
    write_record(STAGE / "usr/lib/saywrite", "appimage")
    tree.share(STAGE / "usr")
    notes = tree.license_notes("usr/lib/saywrite")
    (STAGE / "usr/lib/saywrite/licenses/REPLACING.txt").write_text(notes, encoding="utf-8")
    (STAGE / "AppRun").symlink_to("usr/lib/saywrite/saywrite")
    (STAGE / f"{APP_ID}.desktop").symlink_to(f"usr/share/applications/{APP_ID}.desktop")
    (STAGE / "saywrite.svg").symlink_to("usr/share/icons/hicolor/scalable/apps/saywrite.svg")
    (STAGE / ".DirIcon").symlink_to("usr/share/icons/hicolor/256x256/apps/saywrite.png")
    tree.normalize(STAGE)
    return STAGE


def build(dist: Path) -> Path:
    """Write the image into `dist`; its path. The folder is frozen already. Raises PackagingError."""
    if not shutil.which("appimagetool"):
        raise PackagingError("appimagetool is needed: https://github.com/AppImage/appimagetool/releases")
    path = dist / f"Saywrite-{__version__}-{platform.machine()}.AppImage"
    dist.mkdir(exist_ok=True)
    environment = os.environ | {"ARCH": platform.machine(), "SOURCE_DATE_EPOCH": str(source_date())}
    run(["appimagetool", "--no-appstream", stage(), path], env=environment)
    return path
