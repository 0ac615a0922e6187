"""The Linux desktop entry and its metainfo fit each other, the project and the running program."""

from __future__ import annotations

import configparser
import tomllib
from pathlib import Path
from xml.etree import ElementTree

from saywrite import __version__
from saywrite.foundation.catalog import APP_ID

ROOT = Path(__file__).resolve().parents[2]
LINUX = ROOT / "packaging" / "linux"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def entry() -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(LINUX / f"{APP_ID}.desktop", encoding="utf-8")
    return parser["Desktop Entry"]


def test_the_entry_starts_an_installed_command_and_has_an_icon() -> None:
    assert entry()["Exec"].split()[0] in PROJECT["scripts"] | PROJECT["gui-scripts"]
    assert entry()["TryExec"] == entry()["Exec"].split()[0]
    assert (ROOT / "resources/icons" / f"{entry()['Icon']}.svg").exists()
    for name in ("Categories", "Keywords"):
        assert entry()[name].endswith(";")


def test_the_window_says_it_belongs_to_the_entry() -> None:
    source = (ROOT / "app/saywrite/ui/app/application.py").read_text(encoding="utf-8")
    assert "setDesktopFileName(APP_ID)" in source
    assert APP_ID == "io.github.saywrite.Saywrite"


def test_the_metainfo_names_the_entry_the_license_and_this_release() -> None:
    tree = ElementTree.parse(LINUX / f"{APP_ID}.metainfo.xml").getroot()
    assert tree.findtext("id") == APP_ID
    assert tree.findtext("launchable") == f"{APP_ID}.desktop"
    assert tree.findtext("provides/binary") in PROJECT["scripts"]
    assert tree.findtext("project_license") == PROJECT["license"]
    assert tree.findtext("summary") == entry()["Comment"]
    release = tree.find("releases/release")
    assert release is not None
    assert release.get("version") == __version__
