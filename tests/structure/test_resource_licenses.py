"""Whatever is shipped in resources/ has its license beside it."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

RESOURCES = Path(__file__).resolve().parents[2] / "resources"


def unlicensed(folder: Path) -> list[str]:
    """Files that no LICENSE* of their folder names, by themselves or by a pattern in backquotes (`*.svg`)."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if path.name.startswith(("LICENSE", ".")):
            continue
        texts = [each.read_text(encoding="utf-8") for each in path.parent.glob("LICENSE*")]
        named = [name.replace("<size>", "*") for text in texts for name in text.split("`")[1::2]]
        if not any(fnmatch(path.name, pattern) for pattern in named):
            found.append(str(path.relative_to(folder)))
    return found


def test_every_resource_is_named_in_the_license_of_its_folder() -> None:
    assert not unlicensed(RESOURCES)


def test_a_resource_without_a_license_is_found(tmp_path: Path) -> None:
    icons = tmp_path / "icons"
    icons.mkdir()
    (icons / "LICENSE.md").write_text("MIT: `*.svg` and `app-<size>.png`, drawn here.\n")
    for name in ("a.svg", "app-16.png", "found-somewhere.png"):
        (icons / name).touch()
    (tmp_path / "sounds").mkdir()
    (tmp_path / "sounds" / "ping.wav").touch()
    assert unlicensed(tmp_path) == ["icons/found-somewhere.png", "sounds/ping.wav"]
