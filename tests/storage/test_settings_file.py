"""The settings file: content of the user stays, invalid values are reported, broken files are kept."""

from __future__ import annotations

import stat
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.foundation.errors import SettingsError
from saywrite.storage.settings.file import LoadedSettings, keep_offline, keep_stored, load, save, write_private
from saywrite.storage.settings.option import Option
from saywrite.storage.settings.schema import OPTIONS, Settings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "saywrite.toml"


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def values(option: Option) -> st.SearchStrategy[object]:
    if option.choices:
        return st.sampled_from([value for value, _ in option.choices])
    if option.kind is bool:
        return st.booleans()
    if option.kind is int:
        return st.integers(option.minimum, option.maximum)
    return st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


any_settings = st.fixed_dictionaries({name: values(option) for name, option in OPTIONS.items()}).map(
    lambda chosen: Settings(**chosen)  # type: ignore[arg-type]
)


def test_without_a_file_there_are_the_defaults_and_no_complaint(path: Path):
    assert load(path) == LoadedSettings(Settings())
    assert not path.parent.exists()


def test_new_file_has_only_changed_options(path: Path):
    save(path, replace(Settings(), language="de"))
    assert tomllib.loads(path.read_text()) == {"version": 1, "language": "de"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [item.name for item in path.parent.iterdir()] == ["saywrite.toml"]


@given(first=any_settings, second=any_settings)
def test_saved_settings_are_loaded_unchanged(
    tmp_path_factory: pytest.TempPathFactory, first: Settings, second: Settings
):
    path = tmp_path_factory.mktemp("c") / "saywrite.toml"
    for settings in (first, second, Settings()):
        save(path, settings)
        assert load(path) == LoadedSettings(settings)


EDITED = """\
# my settings
version = 1

engine = "aiola"   # my account
future_option = [1, 2,  3] # of a newer Saywrite
show_waveform = false

[hotkeys]
# in a table we do not know
start = "F9"

[[more]]
odd = nan
"""


def test_comments_order_and_unknown_keys_survive(path: Path):
    written(path, EDITED)
    save(path, replace(load(path).settings, engine="local", theme="dark"))
    assert path.read_text("utf-8") == EDITED.replace('"aiola"  ', '"local"  ').replace(
        "show_waveform = false\n", 'show_waveform = false\ntheme = "dark"\n'
    )


def test_saving_without_a_change_changes_no_byte(path: Path):
    written(path, EDITED)
    save(path, load(path).settings)
    assert path.read_text("utf-8") == EDITED


def test_windows_line_ends_stay(path: Path):
    written(path, "").write_bytes(b'# mine\r\nlanguage = "de"\r\nother = 1\r\n')
    save(path, replace(Settings(), language="fr"))
    assert path.read_bytes() == b'# mine\r\nlanguage = "fr"\r\nother = 1\r\n'


@pytest.mark.parametrize(
    "text",
    [
        "[engine]\nname = 1\n",
        "other = 1\n[a]\nb = 1\n[engine]\nc = 1\n[theme]\nd = 1\n",
        "engine.name = 1\n",
        "[[engine]]\nx = 1\n[z]\ny = 2\n",
        "a.b = 1\n[a.c]\nd = 1\n",
        'language = """\nde"""\n',
        "# only a comment",
        "[last]",
    ],
)
def test_options_are_saved_at_the_top_level_of_any_file(path: Path, text: str):
    written(path, text)
    wanted = replace(load(path).settings, theme="dark", engine="aiola", language="it")
    others = {name: value for name, value in tomllib.loads(text).items() if name not in OPTIONS}
    save(path, wanted)
    assert load(path) == LoadedSettings(wanted)
    content = tomllib.loads(path.read_text("utf-8"))
    assert {name: value for name, value in content.items() if name not in OPTIONS} == others


def test_bad_values_are_named_and_replaced_and_the_good_ones_used(path: Path):
    written(path, 'engine = "magic"\nshow_waveform = "yes"\nidle_unload_minutes = 9999\nlanguage = "fr"\n')
    loaded = load(path)
    assert loaded.settings == replace(Settings(), language="fr")
    assert loaded.problems == (
        'saywrite.toml: engine must be one of "local", "aiola". Its default is used: "local".',
        "saywrite.toml: idle_unload_minutes must be between 1 and 1440. Its default is used: 10.",
        "saywrite.toml: show_waveform must be true or false. Its default is used: true.",
    )


@pytest.mark.parametrize("name", ["engine", "second_engine", "aiola_while_away"])
def test_former_name_of_the_local_engine_is_read_and_replaced_when_saving(path: Path, name: str):
    written(path, f'# mine\n{name} = "builtin"\n')
    loaded = load(path)
    assert (getattr(loaded.settings, name), loaded.problems) == ("local", ())
    save(path, loaded.settings)
    assert path.read_text("utf-8") == f'# mine\n{name} = "local"\n'


def test_former_engine_name_is_a_text_like_others_in_other_options(path: Path):
    written(path, 'microphone_name = "builtin"\n')
    assert load(path).settings.microphone_name == "builtin"


@pytest.mark.parametrize(
    "content",
    [
        b"engine = ",
        b"\xff\xfe\x00",
        b"a = 1\na = 2\n",
        b"[[[",
        b"x = " + b"[" * 5000,
        b"keep_recordings_days = " + b"1" * 5000,
    ],
)
def test_a_broken_file_is_set_aside_and_never_over_another(path: Path, content: bytes):
    written(path, "")
    path.with_name("saywrite.toml.broken-1").write_bytes(b"an older one")
    path.write_bytes(content)
    loaded = load(path)
    assert loaded.settings == replace(Settings(), keep_recordings_days=-1)
    assert "saywrite.toml.broken-2" in loaded.problems[0]
    assert tomllib.loads(path.read_text("utf-8")) == {"version": 1, "keep_recordings_days": -1}
    assert path.with_name("saywrite.toml.broken-1").read_bytes() == b"an older one"
    assert path.with_name("saywrite.toml.broken-2").read_bytes() == content


@pytest.mark.parametrize(
    "text",
    ["keep_recordings_days = -1\nlanguage = de\n", 'keep_recordings_days = "365"\n', "keep_recordings_days = 9999\n"],
)
def test_no_recording_is_removed_because_of_a_mistake_in_the_file(path: Path, text: str):
    """The default is a week: a quotation mark that is missing removed every older recording at the next start."""
    written(path, text)
    for _start in range(2):
        loaded = load(path)
        assert loaded.settings.keep_recordings_days == -1
    save(path, replace(loaded.settings, theme="dark"))
    assert load(path) == LoadedSettings(replace(Settings(), keep_recordings_days=-1, theme="dark"))


@pytest.mark.parametrize("text", ['stay_offline = "true"\n', "stay_offline = 1\n"])
def test_nothing_leaves_this_computer_because_of_a_mistake_in_the_file(path: Path, text: str):
    written(path, f'engine = "aiola"\n{text}')
    loaded = load(path)
    assert loaded.settings.stay_offline
    assert keep_offline(loaded.settings).engine == "local"
    (told,) = loaded.problems
    assert told.endswith("stay_offline must be true or false. Nothing leaves this computer until it is corrected.")


def test_what_becomes_of_recordings_is_said(path: Path):
    written(path, 'keep_recordings_days = "365"\n')
    (told,) = load(path).problems
    assert told.endswith("keep_recordings_days must be a whole number. Recordings are kept until it is corrected.")
    written(path, "keep_recordings_days = \n")
    (told,) = load(path).problems
    assert told.endswith("Recordings are kept until you choose in the settings for how long.")


def test_a_file_broken_while_we_run_is_set_aside_before_saving(path: Path):
    written(path, "engine = ")
    save(path, replace(Settings(), language="de"))
    assert path.with_name("saywrite.toml.broken-1").read_text() == "engine = "
    assert load(path) == LoadedSettings(replace(Settings(), language="de"))


@given(content=st.binary(max_size=200) | st.text(alphabet="[]=.#\"'\n ab1", max_size=40).map(str.encode))
def test_no_content_of_a_file_stops_the_start_or_is_lost(tmp_path_factory: pytest.TempPathFactory, content: bytes):
    path = tmp_path_factory.mktemp("c") / "saywrite.toml"
    path.write_bytes(content)
    loaded = load(path)
    aside = [item for item in path.parent.iterdir() if item != path]
    assert [item.read_bytes() for item in aside or [path]] == [content]
    save(path, loaded.settings)
    assert load(path).settings == loaded.settings


def test_a_value_of_the_wrong_type_is_corrected_when_saving(path: Path):
    """In Python 0 equals false and 1 equals true; in the file they differ."""
    written(path, "show_waveform = 1\nshow_keywords = 0\n")
    save(path, load(path).settings)
    assert path.read_text() == "show_waveform = true\nshow_keywords = true\n"


def test_file_is_not_written_when_other_content_would_change(path: Path, monkeypatch: pytest.MonkeyPatch):
    """The library that edits the file is checked each time; it has put keys into the wrong table before."""
    import tomlkit

    written(path, 'other = 1\nlanguage = "de"\n')
    monkeypatch.setattr(tomlkit.TOMLDocument, "as_string", lambda document: 'language = "fr"\n')
    with pytest.raises(SettingsError, match="cannot be changed"):
        save(path, replace(Settings(), language="fr"))
    assert path.read_text() == 'other = 1\nlanguage = "de"\n'


def test_a_file_of_a_newer_version_is_used_as_far_as_it_is_known_and_stays_newer(path: Path):
    written(path, 'version = 9\nlanguage = "de"\nnew = true\n')
    loaded = load(path)
    assert loaded.settings.language == "de"
    assert "newer version" in loaded.problems[0]
    save(path, replace(loaded.settings, language="fr"))
    assert tomllib.loads(path.read_text()) == {"version": 9, "language": "fr", "new": True}


def test_unreadable_settings_are_reported_and_not_replaced(path: Path):
    written(path, "").unlink()
    path.mkdir()
    loaded = load(path)
    assert loaded.settings == replace(Settings(), keep_recordings_days=-1)
    assert "cannot be read" in loaded.problems[0]
    with pytest.raises(SettingsError) as raised:
        save(path, Settings())
    assert raised.value.remedy
    assert path.is_dir()


def test_a_settings_file_that_is_a_link_stays_one(tmp_path: Path):
    """People who keep their settings in a repository have such links."""
    (tmp_path / "dotfiles").mkdir()
    real = written(tmp_path / "dotfiles" / "saywrite.toml", 'language = "de"\n')
    link = tmp_path / "saywrite.toml"
    link.symlink_to(real)
    save(link, replace(Settings(), language="fr"))
    assert link.is_symlink()
    assert real.read_text() == 'language = "fr"\n'


def test_circle_of_links_is_reported(tmp_path: Path):
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(SettingsError):
        write_private(loop, b"x")
    assert loop.is_symlink()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_with_a_byte_order_mark_is_read_and_kept(path: Path, encoding: str):
    """Notepad saves files with a byte order mark."""
    path.parent.mkdir(parents=True)
    path.write_bytes('# größe\nlanguage = "fr"\n'.encode(encoding))
    assert load(path) == LoadedSettings(replace(Settings(), language="fr"))
    save(path, replace(Settings(), language="de"))
    assert path.read_text("utf-8") == '# größe\nlanguage = "de"\n'
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_option_of_the_command_line_is_not_saved_with_another_setting() -> None:
    stored = Settings(language="de", engine="local")
    shown = replace(stored, language="fr")
    assert keep_stored(replace(shown, theme="dark"), shown, stored) == replace(stored, theme="dark")
    assert keep_stored(replace(shown, language="es"), shown, stored).language == "es"
    assert keep_stored(shown, shown, stored) == stored


@pytest.mark.parametrize(
    ("stored", "used"),
    [
        (Settings(engine="aiola", second_engine="aiola"), Settings(engine="aiola", second_engine="aiola")),
        (Settings(stay_offline=True, engine="aiola"), Settings(stay_offline=True, engine="local")),
        (
            Settings(stay_offline=True, second_engine="aiola", theme="dark"),
            Settings(stay_offline=True, second_engine="local", theme="dark"),
        ),
        (Settings(stay_offline=True, second_engine=""), Settings(stay_offline=True, second_engine="")),
    ],
)
def test_this_computer_recognizes_where_nothing_may_leave_it(stored: Settings, used: Settings) -> None:
    assert keep_offline(stored) == used
