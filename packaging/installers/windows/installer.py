"""Builds the installer for Windows with Inno Setup, and signs it where a certificate is named. Not run there yet.

SAYWRITE_SIGNTOOL is the command that signs a file, with $f for it, as Inno Setup takes it:
`signtool sign /fd sha256 /tr http://timestamp.digicert.com /td sha256 /sha1 <thumbprint> $f`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from freeze import FOLDER, PackagingError, run, write_record

from saywrite import __version__

USUAL_PLACE = Path(r"C:\Program Files (x86)\Inno Setup 6\ISCC.exe")
PROGRAMS = ("saywrite.exe", "saywrite-window.exe")


def build(dist: Path) -> Path:
    """Write the installer into `dist`; its path. The folder is frozen already. Raises PackagingError."""
    compiler = shutil.which("iscc") or (str(USUAL_PLACE) if USUAL_PLACE.exists() else "")
    if not compiler:
        raise PackagingError("Inno Setup 6 is needed: winget install JRSoftware.InnoSetup")
    write_record(FOLDER, "windows")
    command: list[str | Path] = [compiler, "/Qp", f"/DVersion={__version__}"]
    if tool := os.environ.get("SAYWRITE_SIGNTOOL"):
        for name in PROGRAMS:
            signing = tool.replace("$f", f'"{FOLDER / name}"')
            if subprocess.run(signing, check=False).returncode:
                raise PackagingError(f"{name} could not be signed.")
        command += [f"/Ssaywrite={tool}", "/DSign=saywrite"]
    run([*command, Path(__file__).with_name("saywrite.iss")])
    return dist / f"saywrite-{__version__}-setup.exe"
