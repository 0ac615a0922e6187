"""What the packages contain: the lists of the frozen folder, icons, signed releases, manifests, the workflow."""

from __future__ import annotations

import base64
import ctypes
import hashlib
import os
import plistlib
import re
import shutil
import struct
import subprocess
from pathlib import Path

import contents
import elf
import freeze
import icons
import pytest
import release
import reproducible
import tree
import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from saywrite import __version__
from saywrite.foundation import program
from saywrite.foundation.catalog import APP_ID
from saywrite.foundation.program import Release
from saywrite.speech.network.updates import read_release

ROOT = Path(__file__).resolve().parents[2]
INSTALLERS = ROOT / "packaging/installers"
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("path", "source", "kept"),
    [
        ("PySide6/Qt/plugins/platforms/libqxcb.so", "/venv/libqxcb.so", True),
        ("PySide6/Qt/plugins/platforms/libqeglfs.so", "/venv/libqeglfs.so", False),
        ("PySide6/Qt/plugins/tls/libqopensslbackend.so", "/venv/x.so", False),
        ("PySide6\\Qt\\plugins\\platforms\\qwindows.dll", "C:\\venv\\qwindows.dll", True),
        ("PySide6/Qt/translations/qtbase_de.qm", "/venv/qtbase_de.qm", True),
        ("PySide6/Qt/translations/qtbase_cs.qm", "/venv/qtbase_cs.qm", False),
        ("PySide6/Qt/translations/qt_de.qm", "/venv/qt_de.qm", False),
        ("saywrite/_resources/translations/saywrite_de.qm", "/src/saywrite_de.qm", True),
        ("saywrite/_resources/translations/saywrite_de.ts", "/src/saywrite_de.ts", False),
        ("libssl.so.3", "/usr/lib/x86_64-linux-gnu/libssl.so.3", False),
        ("libpython3.13.so.1.0", "/opt/python/lib/libpython3.13.so.1.0", True),
        ("libpython3.11.so.1.0", "/usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0", True),
        ("python3.11/lib-dynload/_ssl.so", "/usr/lib/python3.11/lib-dynload/_ssl.so", True),
        ("av-18.1.0.dist-info/licenses/__pycache__/x.pyc", "/venv/x.pyc", False),
        ("saywrite/_resources/icons/add.svg", "/src/add.svg", True),
    ],
)
def test_folder_takes_what_the_program_loads(path: str, source: str, kept: bool) -> None:
    assert contents.is_kept(path, source, "linux") is kept


def test_system_libraries_of_other_systems_are_not_left_out() -> None:
    assert contents.is_kept("libssl.dylib", "/usr/lib/libssl.dylib", "darwin")


@pytest.mark.skipif(shutil.which("objdump") is None or os.name != "posix", reason="Only with binutils")
def test_needed_libraries_are_found_and_a_missing_one_is_named(tmp_path: Path) -> None:
    import numpy

    (source,) = Path(numpy.__file__).parent.glob("_core/_multiarray_umath*.so")
    shutil.copy(source, tmp_path / source.name)
    assert "libc.so.6" in elf.needed(tmp_path / source.name)
    missing = elf.missing_libraries(tmp_path, contents.SYSTEM_LIBRARIES, lambda _path: False)
    assert len(missing) == 1
    assert missing[0].startswith("libscipy_openblas")
    assert elf.missing_libraries(tmp_path, contents.SYSTEM_LIBRARIES, lambda _path: True) == []
    assert (2, 17) <= elf.newest_version([source], "GLIBC") <= (2, 35)


@pytest.mark.skipif(shutil.which("objdump") is None or os.name != "posix", reason="Only with binutils")
def test_search_path_of_the_building_machine_is_removed_and_the_library_still_loads(tmp_path: Path) -> None:
    import av  # loads the libraries that the copy is linked to

    (source,) = Path(av.__file__).parents[1].glob("av.libs/libswscale-*")
    content = source.read_bytes()
    assert content.count(b"\0$ORIGIN\0") == 1
    library = tmp_path / source.name
    library.write_bytes(content)
    assert elf.remove_search_paths(tmp_path) == []  # it is relative
    assert library.read_bytes() == content
    library.write_bytes(content.replace(b"\0$ORIGIN\0", b"\0/ORIGIN\0"))
    assert elf.remove_search_paths(tmp_path) == [source.name]
    shown = subprocess.run(["objdump", "-p", library], capture_output=True, text=True, check=True).stdout
    assert "/ORIGIN" not in shown
    assert "RPATH" not in shown
    assert elf.needed(library) == elf.needed(source)
    assert ctypes.CDLL(str(library)).swscale_version() >> 16 >= 8


def test_folder_is_built_again_where_a_source_changed(tmp_path: Path) -> None:
    (tmp_path / "app/saywrite").mkdir(parents=True)
    (tmp_path / "app/saywrite/main.py").write_text("1")
    first = freeze.source_state(tmp_path)
    (tmp_path / "app/saywrite/__pycache__").mkdir()
    (tmp_path / "app/saywrite/__pycache__/main.pyc").touch()
    assert freeze.source_state(tmp_path) == first
    (tmp_path / "app/saywrite/main.py").write_text("2")
    second = freeze.source_state(tmp_path)
    (tmp_path / "app/saywrite/main.py").rename(tmp_path / "app/saywrite/other.py")
    assert len({first, second, freeze.source_state(tmp_path)}) == 3


def test_icons_hold_the_images_at_the_places_that_they_name(tmp_path: Path) -> None:
    icons.write(tmp_path, ROOT / "resources/icons")
    content = (tmp_path / "saywrite.ico").read_bytes()
    _, kind, count = struct.unpack_from("<HHH", content)
    assert (kind, count) == (1, 6)
    for number in range(count):
        length, offset = struct.unpack_from("<II", content, 6 + 16 * number + 8)
        assert content[offset : offset + 8] == b"\x89PNG\r\n\x1a\n"
        assert content[offset + length - 8 : offset + length - 4] == b"IEND"
    content = (tmp_path / "saywrite.icns").read_bytes()
    assert struct.unpack_from(">4sI", content) == (b"icns", len(content))


def test_signed_release_is_what_the_program_reads(tmp_path: Path) -> None:
    public = release.new_key(tmp_path / "key")
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0
    signed = release.sign(tmp_path / "dist", public, (tmp_path / "key").read_text("ascii").strip())
    page = f"https://github.com/saywrite/saywrite/releases/tag/v{__version__}"
    assert read_release(signed.read_bytes(), public) == Release(__version__, page)
    with pytest.raises(FileExistsError):
        release.new_key(tmp_path / "key")


@pytest.mark.parametrize("private", ["", "none", base64.b64encode(bytes(31)).decode(), None])
def test_release_is_not_signed_with_another_key(
    tmp_path: Path, private: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()
    monkeypatch.setenv(release.VARIABLE, other)
    with pytest.raises(freeze.PackagingError):
        release.sign(tmp_path, private=private)
    assert not list(tmp_path.iterdir())


def test_manifests_name_this_version_and_the_hash_of_its_installer(tmp_path: Path) -> None:
    installer = tmp_path / f"saywrite-{__version__}-setup.exe"
    installer.write_bytes(b"an installer")
    written = {path.name: path for path in release.manifests(tmp_path)}
    manifest = yaml.safe_load(written["Saywrite.Saywrite.installer.yaml"].read_text("utf-8"))
    (entry,) = manifest["Installers"]
    assert entry["InstallerSha256"] == hashlib.sha256(b"an installer").hexdigest()
    assert entry["InstallerUrl"].endswith(f"/v{__version__}/{installer.name}")
    assert (manifest["Scope"], manifest["PackageVersion"]) == ("user", __version__)
    for path in written.values():
        assert "@" not in re.sub(r"[\w.]+@[\w.]+", "", path.read_text("utf-8"))


def test_windows_setup_asks_for_no_administrator_and_starts_with_the_value_of_the_settings() -> None:
    script = (INSTALLERS / "windows/saywrite.iss").read_text(encoding="utf-8")
    assert "PrivilegesRequired=lowest" in script
    assert r"DefaultDirName={localappdata}\Programs" in script
    autostart = (ROOT / "app/saywrite/desktop/autostart.py").read_text(encoding="utf-8")
    assert 'NAME = "Saywrite"' in autostart
    assert script.count(r'Subkey: "Software\Microsoft\Windows\CurrentVersion\Run"; ') == 2


def test_macos_asks_for_the_microphone_with_a_reason_and_may_use_it() -> None:
    info = plistlib.loads((INSTALLERS / "macos/Info.plist").read_bytes())
    entitlements = plistlib.loads((INSTALLERS / "macos/entitlements.plist").read_bytes())
    assert "dictate" in info["NSMicrophoneUsageDescription"]
    assert entitlements["com.apple.security.device.audio-input"] is True


def test_flatpak_has_no_access_to_files_and_all_devices() -> None:
    manifest = yaml.safe_load((ROOT / f"packaging/linux/{APP_ID}.yml").read_text(encoding="utf-8"))
    assert manifest["id"] == APP_ID
    assert {"--socket=wayland", "--socket=pulseaudio"} <= set(manifest["finish-args"])
    assert not [each for each in manifest["finish-args"] if "filesystem" in each or "device=all" in each]
    assert not [each for each in manifest["finish-args"] if "org.freedesktop.Flatpak" in each]


def test_everything_that_the_release_builds_is_a_command_of_the_checkout() -> None:
    steps = [step["run"] for job in WORKFLOW["jobs"].values() for step in job["steps"] if "run" in step]
    building = [step for step in steps if not step.startswith(("python packaging/dev.py ", "build/frozen/"))]
    assert len(building) == 3
    assert {step.split()[0] for step in building} == {"winget", "bash", "gh"}
    options = {option for step in steps for option in re.findall(r"--[a-z-]+", step) if "dev.py package" in step}
    assert {"--deb", "--archive", "--windows", "--macos", "--sign-release"} <= options


def test_every_kind_that_a_package_records_has_a_name() -> None:
    sources = "".join(path.read_text("utf-8") for path in INSTALLERS.rglob("*.py"))
    kinds = set(re.findall(r'write_record\(.*"(\w+)"\)', sources))
    assert kinds == {"folder", "deb", "archive", "appimage", "windows", "macos"}
    assert kinds <= program.KINDS.keys()
    assert freeze.RECORD == program.RECORD


def test_builds_that_differ_are_told_apart(tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name / "sub").mkdir(parents=True)
        (tmp_path / name / "same").write_bytes(b"1")
        (tmp_path / name / "sub/other").write_text(name)
        (tmp_path / name / "link").symlink_to("same")
    (tmp_path / "first/extra").touch()
    assert reproducible.differences(tmp_path / "first", tmp_path / "second") == ["extra", "sub/other"]


@pytest.mark.skipif(os.name != "posix", reason="Only on POSIX: the shell")
def test_portable_archive_is_installed_for_the_user_and_removed_without_a_trace(tmp_path: Path) -> None:
    unpacked, home = tmp_path / "with space/saywrite-1", tmp_path / "home"
    tree.share(unpacked)
    (unpacked / "saywrite").write_text("#!/bin/sh\necho ran\n")
    (unpacked / "saywrite").chmod(0o755)
    shutil.copy(ROOT / "packaging/linux/install.sh", unpacked / "install.sh")
    home.mkdir()
    environment = {"HOME": str(home), "PATH": os.environ["PATH"]}

    def install(option: str, folder: Path = unpacked) -> int:
        done = subprocess.run([folder / "install.sh", option], env=environment, capture_output=True, check=False)
        return done.returncode

    assert install("--nothing") == 2
    assert install("--install") == 0
    assert install("--install") == 0  # an upgrade
    program_path = home / ".local/bin/saywrite"
    assert subprocess.run([program_path], capture_output=True, check=True).stdout == b"ran\n"
    entry = (home / f".local/share/applications/{APP_ID}.desktop").read_text("utf-8")
    assert f'Exec="{home}/.local/lib/saywrite/saywrite"\n' in entry
    (home / ".local/share/saywrite").mkdir()
    (home / ".local/share/saywrite/history.sqlite3").touch()
    assert install("--remove", home / ".local/lib/saywrite") == 0
    left = [path.name for path in home.rglob("*") if path.is_file() and path.name != "mimeinfo.cache"]
    assert left == ["history.sqlite3"]


def test_packed_files_have_the_date_of_the_commit_and_fixed_modes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    (tmp_path / "tree/sub").mkdir(parents=True)
    (tmp_path / "tree/sub/data.txt").touch(mode=0o600)
    (tmp_path / "tree/program").touch(mode=0o700)
    tree.normalize(tmp_path / "tree")
    for path in [tmp_path / "tree", *(tmp_path / "tree").rglob("*")]:
        assert path.stat().st_mtime == 1_000_000_000
    assert oct((tmp_path / "tree/sub/data.txt").stat().st_mode)[-3:] == "644"
    assert oct((tmp_path / "tree/program").stat().st_mode)[-3:] == "755"
