"""The About dialog lists every part with its license, in a checkout and in an installed program."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from test_window_reach import unnamed

from saywrite.ui.main_window.about_dialog import AboutDialog, overview
from saywrite.ui.toolkit.licenses import components, needed_packages, package_lines, requirements

ROOT = Path(__file__).resolve().parents[2]


def test_in_a_checkout_the_packages_come_from_its_project_file() -> None:
    lines = requirements(ROOT / "pyproject.toml")
    assert any(line.startswith("ctranslate2") for line in lines)
    assert {"ctranslate2", "av", "numpy", "pyside6-essentials"} <= needed_packages(lines)


def test_packages_are_listed_in_every_kind_of_start() -> None:
    assert len(requirements()) > 10
    assert len(package_lines()) > 15


def test_requirements_of_packages_are_listed_without_extras() -> None:
    assert {"requests", "urllib3", "certifi"} <= needed_packages(["requests>=2.32"])
    assert "pysocks" not in needed_packages(["requests>=2.32"])  # requests[socks]


def test_a_package_that_is_not_installed_is_left_out() -> None:
    assert needed_packages(["no-such-package; sys_platform == 'plan9'"]) == {"no-such-package"}
    assert not [line for line in package_lines() if line.startswith("no-such")]


@pytest.mark.parametrize("content", ["", "[project]\nname = 'x'\n", "not toml ["])
def test_project_file_without_dependencies_gives_an_empty_list(tmp_path: Path, content: str) -> None:
    (tmp_path / "pyproject.toml").write_text(content)
    assert requirements(tmp_path / "pyproject.toml") == []
    assert requirements(tmp_path / "missing.toml") == []


@pytest.mark.parametrize(
    ("name", "license_"),
    [
        ("Whisper base", "MIT"),
        ("CTranslate2", "MIT"),
        ("FFmpeg", "LGPL 3"),
        ("x264 and x265", "GPL 2 or later"),
        ("OpenCC", "Apache 2.0"),
    ],
)
def test_the_models_and_native_libraries_are_named(name: str, license_: str) -> None:
    assert re.search(rf"^{name}.* – {license_}$", overview(), re.MULTILINE)
    assert "OpenAI" in overview()
    assert "Systran" in overview()


def test_every_native_library_of_pyav_is_named() -> None:
    """The wheel's own libraries, by their file names; FFmpeg's own (libav…, libsw…) and parts of others aside."""
    names = {
        "x264": "x264", "x265": "x265", "mp3lame": "LAME", "gnutls": "GnuTLS", "nettle": "Nettle", "hogweed": "Nettle",
        "gmp": "GMP", "unistring": "libunistring", "asound": "ALSA", "opus": "Opus", "vpx": "libvpx", "webp": "libwebp",
        "webpmux": "libwebp", "sharpyuv": "libwebp", "dav1d": "dav1d", "SvtAv1Enc": "SVT-AV1", "drm": "libdrm",
        "vpl": "libvpl", "opencore": "OpenCORE AMR", "xcb": "libxcb", "Xau": "libxcb",
    }  # fmt: skip
    files = [Path(str(file)).name for file in metadata.files("av") or [] if "av.libs" in str(file)]
    if not files:
        pytest.skip("this wheel of PyAV keeps its libraries elsewhere")
    for file in files:
        stem = re.sub(r"^lib", "", file).split("-")[0].split(".")[0]
        if not stem.startswith(("av", "sw")):
            assert names[stem] in overview(), file


def test_text_of_each_license_is_shipped() -> None:
    paths = {path for part in components() for path in part.texts}
    assert len(paths) >= 7
    for path in paths:
        assert len(path.read_text(encoding="utf-8")) > 1_000, path


def test_a_license_can_be_read_in_the_window(qtbot: Any) -> None:
    dialog = AboutDialog()
    qtbot.addWidget(dialog)
    assert unnamed(dialog) == []
    assert dialog.text.toPlainText().startswith("Saywrite is under the MIT license.")
    dialog.chooser.setCurrentIndex(dialog.chooser.findText("Text: GPL-2.0"))
    assert "GNU GENERAL PUBLIC LICENSE" in dialog.text.toPlainText()
    dialog.chooser.setCurrentIndex(0)
    assert "Python packages" in dialog.text.toPlainText()


def test_what_a_part_does_is_told_in_the_language_of_the_program(in_language: Callable[[str], None]) -> None:
    english = [part.about for part in components()]
    in_language("fr")
    assert not [about for about in english if about in overview()]
    assert "modèles vocaux d'OpenAI" in overview()
