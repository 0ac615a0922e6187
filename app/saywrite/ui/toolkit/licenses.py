"""Lists the parts of Saywrite with their licenses: Python packages, models and native libraries.

Any thread; reads files. The list comes from the metadata of an installed program, or from `pyproject.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from saywrite.foundation.paths import resource

DISTRIBUTION = "saywrite"
COMPONENTS = "licenses/components.toml"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Component:
    """A part that is not a Python package; `texts` are the files with its license."""

    name: str
    license: str
    about: str
    texts: tuple[Path, ...]
    is_model: bool = False


def components() -> tuple[Component, ...]:
    """The models and native libraries of `resources/licenses/components.toml`. Raises OSError without it."""
    listed = resource(COMPONENTS)
    entries = tomllib.loads(listed.read_text(encoding="utf-8"))["component"]
    return tuple(
        Component(
            each["name"],
            each["license"],
            each["about"],
            tuple((listed.parent / name).resolve() for name in each["texts"]),
            is_model=each.get("kind") == "model",
        )
        for each in entries
    )


def package_lines() -> list[str]:
    """Name, version and license of every installed Python package in use, sorted by name."""
    return [
        f"{found['Name']} {found['Version']} – {license_of(found)}"
        for name in sorted(needed_packages(requirements()), key=str.lower)
        if (found := _metadata(name)) is not None
    ]


def requirements(project: Path | None = None) -> list[str]:
    """The direct requirements of the program, one a line.

    They are read from `project`, a `pyproject.toml`; by default from the metadata of the installed program, or else
    from that file of the checkout. Where neither names any, every installed package counts.
    """
    if project is not None:
        return _project_requirements(project)
    checkout = resource("licenses").parents[1] / "pyproject.toml"
    return _installed_requirements() or _project_requirements(checkout) or _all_installed()


def _installed_requirements() -> list[str]:
    """Metadata without requirements (a link to a checkout, an older build) name none."""
    try:
        return metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return []


def _all_installed() -> list[str]:
    return [str(each.metadata["Name"]) for each in metadata.distributions() if each.metadata["Name"]]


def _project_requirements(project: Path) -> list[str]:
    try:
        found = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["dependencies"]
    except (OSError, tomllib.TOMLDecodeError, KeyError):
        return []
    return [str(line) for line in found]


def needed_packages(lines: Iterable[str]) -> set[str]:
    """The names of the packages in `lines` and of all their requirements, without extras.

    Names are lower case with hyphens. Some packages may not be installed because this system does not need them.
    """
    names: set[str] = set()
    waiting = list(lines)
    while waiting:
        line = waiting.pop()
        match = _NAME.match(line.strip())
        if match is None or "extra ==" in line:
            continue
        name = re.sub(r"[-_.]+", "-", match[0]).lower()
        if name not in names:
            names.add(name)
            found = _metadata(name)
            waiting += (found.get_all("Requires-Dist") or []) if found is not None else []
    return names


def license_of(found: metadata.PackageMetadata) -> str:
    """The license that the metadata of a package declares."""
    if "License-Expression" in found:
        return str(found["License-Expression"])
    classified = [
        line.rsplit("::", 1)[-1].strip()
        for line in found.get_all("Classifier") or []
        if line.startswith("License ::") and not line.endswith("OSI Approved")
    ]
    if classified:
        return ", ".join(classified)
    first = str(found["License"] or "").strip().splitlines()[:1] if "License" in found else []
    return first[0] if first else "see the package"


def _metadata(name: str) -> metadata.PackageMetadata | None:
    try:
        return metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
