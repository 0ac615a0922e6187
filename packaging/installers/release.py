"""Signs the file that "Check for updates" reads, and fills the manifests of package managers.

The key is an Ed25519 key in base64 (32 bytes), in the variable SAYWRITE_UPDATE_KEY: a secret of the release workflow,
and a copy on paper or on a stick that is never online. The program holds its public half
(`app/saywrite/speech/network/updates.py`, PUBLIC_KEY). A new pair: `--new-key FILE` writes the private half and prints
the public one. A program with the old half refuses files of the new key and says so, so that a lost or stolen key
costs its users one look at the page. Never sign on a machine that builds pull requests.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from freeze import ROOT, PackagingError

from saywrite import __version__
from saywrite.speech.network.updates import PAGES, PUBLIC_KEY

VARIABLE = "SAYWRITE_UPDATE_KEY"
MANIFESTS = {
    "windows/winget/version.yaml": "winget/Saywrite.Saywrite.yaml",
    "windows/winget/installer.yaml": "winget/Saywrite.Saywrite.installer.yaml",
    "windows/winget/locale.yaml": "winget/Saywrite.Saywrite.locale.en-US.yaml",
    "macos/saywrite.rb": "saywrite.rb",
}


def new_key(path: Path) -> str:
    """Write a new private key into `path`, which must not exist; the public half."""
    key = Ed25519PrivateKey.generate()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(base64.b64encode(key.private_bytes_raw()).decode() + "\n")
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def sign(dist: Path, public: str = PUBLIC_KEY, private: str | None = None) -> Path:
    """Write `saywrite-latest.json` for this version; its path. Raises PackagingError where the key is not the one."""
    private = os.environ.get(VARIABLE, "") if private is None else private
    try:
        key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(private, validate=True))
    except ValueError:
        raise PackagingError(f"{VARIABLE} holds no Ed25519 key.") from None
    payload = json.dumps({"version": __version__, "page": f"{PAGES}releases/tag/v{__version__}"})
    signature = key.sign(payload.encode())
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(public)).verify(signature, payload.encode())
    except InvalidSignature:
        raise PackagingError(f"{VARIABLE} is not the key that the program trusts.") from None
    dist.mkdir(exist_ok=True)
    path = dist / "saywrite-latest.json"
    content = {"payload": payload, "signature": base64.b64encode(signature).decode()}
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return path


def checksums(dist: Path) -> Path:
    """Write SHA256SUMS of every result in `dist`; its path."""
    path = dist / "SHA256SUMS"
    files = sorted(each for each in dist.iterdir() if each.is_file() and each != path)
    lines = [f"{hashlib.sha256(each.read_bytes()).hexdigest()}  {each.name}\n" for each in files]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def manifests(dist: Path) -> list[Path]:
    """Fill the manifests of winget and Homebrew with this version and the hashes of the installers in `dist`."""
    values = {"VERSION": __version__}
    for name, file in (("WINDOWS", f"saywrite-{__version__}-setup.exe"), ("MACOS", f"Saywrite-{__version__}.dmg")):
        installer = dist / file
        values[f"{name}_SHA256"] = hashlib.sha256(installer.read_bytes()).hexdigest() if installer.exists() else "?"
    written = []
    for source, target in MANIFESTS.items():
        text = (ROOT / "packaging/installers" / source).read_text(encoding="utf-8")
        for name, value in values.items():
            text = text.replace(f"@{name}@", value)
        path = dist / target
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written
