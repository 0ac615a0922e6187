"""Signs the application for macOS, builds its disk image and has Apple notarize it. Not run on macOS yet.

SAYWRITE_SIGNING_IDENTITY names the "Developer ID Application" certificate; PyInstaller signs every library with it,
with the hardened runtime and `entitlements.plist`. Files that are added afterwards need the bundle to be signed once
more, with the same entitlements: a signature without them takes the microphone away.
SAYWRITE_NOTARY_PROFILE names the credentials that `xcrun notarytool store-credentials` has put into the keychain.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from freeze import BUILD, FOLDER, run, say, write_record

from saywrite import __version__

BUNDLE = FOLDER.with_name("Saywrite.app")


def build(dist: Path) -> Path:
    """Write the disk image into `dist`; its path. The bundle is frozen already. Raises PackagingError."""
    write_record(BUNDLE / "Contents/MacOS", "macos")
    identity = os.environ.get("SAYWRITE_SIGNING_IDENTITY") or "-"  # "-": a signature without a name, for tests only
    entitlements = Path(__file__).with_name("entitlements.plist")
    sign: list[str | Path] = ["codesign", "--force", "--sign", identity, "--options", "runtime"]
    sign += ["--entitlements", entitlements, *(["--timestamp"] if identity != "-" else [])]
    run([*sign, BUNDLE])
    run(["codesign", "--verify", "--deep", "--strict", BUNDLE])
    stage, image = BUILD / "dmg", dist / f"Saywrite-{__version__}.dmg"
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(parents=True)
    run(["ditto", BUNDLE, stage / BUNDLE.name])
    (stage / "Applications").symlink_to("/Applications")
    dist.mkdir(exist_ok=True)
    run(["hdiutil", "create", "-volname", "Saywrite", "-srcfolder", stage, "-ov", "-format", "UDZO", image])
    if profile := os.environ.get("SAYWRITE_NOTARY_PROFILE"):
        run(["codesign", "--sign", identity, "--timestamp", image])
        run(["xcrun", "notarytool", "submit", image, "--keychain-profile", profile, "--wait"])
        run(["xcrun", "stapler", "staple", image])
    else:
        say("not notarized: SAYWRITE_NOTARY_PROFILE is not set")
    return image
