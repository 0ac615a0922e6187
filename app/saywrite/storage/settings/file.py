"""The settings file `saywrite.toml`: reads it, and saves changes to it. Any thread.

The user may edit the file: saving keeps comments, order and unknown keys. An invalid value is reported and replaced by
its default. A file that is no TOML is set aside under another name.
"""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from saywrite.foundation.catalog import permitted_engine
from saywrite.foundation.errors import SettingsError
from saywrite.foundation.files import os_error_message, os_error_reason, set_aside, write_atomic
from saywrite.foundation.messages import Message, filled, joined, message
from saywrite.foundation.paths import private_folder
from saywrite.storage.settings.option import Value
from saywrite.storage.settings.schema import FORMER_VALUES, OPTIONS, Settings
from saywrite.text.characters import decode

log = logging.getLogger(__name__)

VERSION = 1
"""Version of the file's layout. A file of a newer version keeps its number."""

_NEW = f"""\
# Saywrite's settings. Edit them while Saywrite is closed; comments and what you add stay.
# The API key is not here: it is in the system's keyring.
version = {VERSION}
"""


UNREAD = replace(Settings(), keep_recordings_days=-1)
"""The settings in place of those of the user that cannot be read: no recording is removed."""

_CAREFUL: Mapping[str, tuple[Value, Message]] = {
    "keep_recordings_days": (
        UNREAD.keep_recordings_days,
        message("{file}: {name} {problem}. Recordings are kept until it is corrected."),
    ),
    "stay_offline": (True, message("{file}: {name} {problem}. Nothing leaves this computer until it is corrected.")),
}
"""The options whose default would remove or send what the user may want to keep: the value instead of it, in words."""

_KEPT = message("Recordings are kept until you choose in the settings for how long.")


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """Settings that can be used in any case. `problems`: a sentence for the user about each unused value."""

    settings: Settings
    problems: tuple[str, ...] = ()


def load(path: Path, *, repair: bool = True) -> LoadedSettings:
    """Read the settings, or return the defaults. Raises nothing for their content.

    `repair`: set a broken file aside; without it nothing is changed.
    """
    try:
        content = tomllib.loads(decode(path.read_bytes()))
    except FileNotFoundError:
        return LoadedSettings(Settings())
    except OSError as error:
        problem = message(
            "{path} cannot be read ({reason}). The defaults are used.",
            path=path,
            reason=os_error_reason(error),
        )
        problem = joined(" ", problem, message("Make the file readable for your user."), _KEPT)
        return LoadedSettings(UNREAD, (problem,))
    except (ValueError, RecursionError) as error:
        problem = joined(" ", _broken(path, error, repair), _KEPT)
        if repair:
            with suppress(SettingsError):  # else the next start finds no file, and uses the defaults
                save(path, UNREAD)
        return LoadedSettings(UNREAD, (problem,))
    return _check(content, path.name)


def save(path: Path, settings: Settings) -> None:
    """Write the settings into the file and keep the rest of its content. Raises SettingsError.

    An option with its default value is written only if the file has it, so that a later default takes effect.
    """
    text = _text(path)
    before = _parse(text)
    changed: dict[str, str | int | bool] = {}
    for name, option in OPTIONS.items():
        value = getattr(settings, name)
        if name in before:
            if before[name] != value or type(before[name]) is not option.kind:
                changed[name] = value
        elif value != option.default:
            changed[name] = value
    write_private(path, _merge(text, changed, path).encode("utf-8"))


def keep_stored(changed: Settings, shown: Settings, stored: Settings) -> Settings:
    """Return `changed` with the stored value of every setting that the user left as it was `shown`.

    An option of the command line replaces a setting for one run: it is shown, but not saved with another setting.
    """
    left = {name for name in OPTIONS if getattr(changed, name) == getattr(shown, name)}
    return replace(changed, **{name: getattr(stored, name) for name in left})


def keep_offline(settings: Settings) -> Settings:
    """Return the settings to use: where nothing may leave this computer, it recognizes."""
    return replace(
        settings,
        engine=permitted_engine(settings.engine, stay_offline=settings.stay_offline),
        second_engine=permitted_engine(settings.second_engine, stay_offline=settings.stay_offline),
    )


def write_private(path: Path, data: bytes) -> None:
    """Put `data` in place of a file of the user's settings (0600), in a folder made for it. Raises SettingsError."""
    try:
        private_folder(path.parent)
        write_atomic(path, data)
    except OSError as error:
        raise unwritable(path, error) from error


def _check(content: Mapping[str, Any], file: str) -> LoadedSettings:
    values: dict[str, Any] = {}
    problems: list[str] = []
    for name, option in OPTIONS.items():
        if name not in content:
            continue
        value = content[name]
        if isinstance(value, str):
            value = FORMER_VALUES.get((name, value), value)
        if not (problem := option.problem(value)):
            values[name] = value
        elif name in _CAREFUL:
            values[name], told = _CAREFUL[name]
            problems.append(filled(told, file=file, name=name, problem=problem))
        else:
            problems.append(
                message(
                    "{file}: {name} {problem}. Its default is used: {shown}.",
                    file=file,
                    name=name,
                    problem=problem,
                    shown=_shown(option.default),
                )
            )
    version = content.get("version", VERSION)
    if type(version) is int and version > VERSION:
        problems.append(
            message("{file} was written by a newer version of Saywrite; what this one knows is used.", file=file)
        )
    return LoadedSettings(Settings(**values), tuple(problems))


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def _broken(path: Path, error: Exception, repair: bool) -> str:
    reason = (
        message("{path} is not a settings file ({error}).", path=path, error=error)
        if isinstance(error, tomllib.TOMLDecodeError)
        else ""
    )
    reason = reason or message("{path} is not a settings file.", path=path)
    with suppress(OSError):
        if repair:
            name = set_aside(path).name
            return joined(" ", reason, message("It was kept as {name} beside it; the defaults are used.", name=name))
    return joined(" ", reason, message("It was left as it is; the defaults are used. Repair or move it."))


def _parse(text: str) -> dict[str, Any]:
    return tomllib.loads(text, parse_float=str)  # as text, so that every value equals itself, unlike nan


def _text(path: Path) -> str:
    """Read the file without its byte order mark; a new text when it is missing, or broken and set aside."""
    try:
        text = decode(path.read_bytes())
        _parse(text)
        return text
    except FileNotFoundError:
        return _NEW
    except OSError as error:
        raise unwritable(path, error) from error
    except (ValueError, RecursionError):
        try:
            set_aside(path)
        except OSError as error:
            raise unwritable(path, error) from error
        return _NEW


def _merge(text: str, changed: Mapping[str, str | int | bool], path: Path) -> str:
    """Set values in `text` and check that nothing else has changed. Raises SettingsError when it has."""
    import tomlkit  # late: only saving needs it
    from tomlkit.exceptions import TOMLKitError

    wanted = {**_parse(text), **changed}
    try:
        document = tomlkit.parse(text)
        document.update(changed)
        if _is(merged := document.as_string(), wanted):
            return merged
    except TOMLKitError as error:
        log.warning("the settings file cannot be changed: %s", type(error).__name__)
    raise SettingsError(
        message("{path} cannot be changed by Saywrite.", path=path), message("Edit it, or move it to another place.")
    )


def _is(text: str, wanted: Mapping[str, Any]) -> bool:
    try:
        return _parse(text) == wanted
    except ValueError:
        return False


def unwritable(path: Path, error: OSError) -> SettingsError:
    """Explain why a file of the user's settings could not be saved."""
    refused = os_error_message(error, path.parent)
    return SettingsError(message("{path} was not saved: {reason}.", path=path, reason=refused.reason), refused.remedy)
