"""The user's keywords: a file that cannot be read completely is reported with a remedy and not overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from saywrite.foundation.errors import KeywordsError, SettingsError
from saywrite.storage.settings.keyword_list import load_keywords, read_keyword_file, save_keywords
from saywrite.text.keywords import Keyword

ACME = Keyword("acme", "ACME, Inc.")

BROKEN = [b"", b"rubbish", b'{"acme": 1}', b'{"acme"', b"[" * 100_000, b"\xff\xfe", b'["acme"]', b'"acme"', b"null"]
"""Files without a readable keyword. Saywrite writes no empty file."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "keywords.json"


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)


def contents(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.parent.iterdir()}


def test_keywords_come_back_as_they_were_saved(path: Path) -> None:
    assert load_keywords(path) == ((), ())
    save_keywords(path, (ACME,))
    assert load_keywords(path) == ((ACME,), ())
    save_keywords(path, ())
    assert load_keywords(path) == ((), ())
    assert list(contents(path)) == ["keywords.json"], "our own file is not set aside"


@pytest.mark.parametrize("content", BROKEN)
def test_broken_file_is_set_aside_at_the_start(path: Path, content: bytes) -> None:
    write(path, content)
    keywords, problems = load_keywords(path)
    assert keywords == ()
    assert len(problems) == 1
    assert "kept as keywords.json.broken-1" in problems[0]
    assert "import it" in problems[0]
    save_keywords(path, (ACME,))
    assert contents(path)["keywords.json.broken-1"] == content
    assert load_keywords(path) == ((ACME,), ())


@pytest.mark.parametrize("content", BROKEN)
def test_file_that_broke_since_the_start_is_set_aside_before_saving(path: Path, content: bytes) -> None:
    write(path, content)
    save_keywords(path, (ACME,))
    assert contents(path)["keywords.json.broken-1"] == content
    assert load_keywords(path) == ((ACME,), ())


def test_bad_rows_are_reported_and_kept_when_the_keywords_are_saved(path: Path) -> None:
    content = b'{\n"acme": "ACME, Inc.",\n"lost": 5\n}\n'
    write(path, content)
    keywords, problems = load_keywords(path)
    assert keywords == (ACME,)
    assert "line 3: the written form is not a text." in problems[0]
    assert "Correct the file" in problems[1]
    assert contents(path) == {"keywords.json": content}, "reading changes nothing"
    save_keywords(path, keywords)
    assert contents(path)["keywords.json.broken-1"] == content
    assert load_keywords(path) == ((ACME,), ())


def test_unreadable_file_is_reported_and_not_replaced(path: Path) -> None:
    path.mkdir(parents=True)
    keywords, problems = load_keywords(path)
    assert keywords == ()
    assert "cannot be read" in problems[0]
    assert "Make the file readable" in problems[0]
    with pytest.raises(SettingsError) as raised:
        save_keywords(path, (ACME,))
    assert raised.value.remedy
    assert path.is_dir()


def test_broken_file_that_cannot_be_renamed_is_reported_and_stays(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(path, b"rubbish")

    def refuse(*_paths: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.rename", refuse)
    assert "It was left as it is" in load_keywords(path)[1][0]
    with pytest.raises(SettingsError, match="may not write"):
        save_keywords(path, (ACME,))
    assert contents(path) == {"keywords.json": b"rubbish"}


def test_broken_file_named_on_the_command_line_is_not_changed_by_reading(tmp_path: Path) -> None:
    named = tmp_path / "mine.json"
    named.write_bytes(b"rubbish")
    with pytest.raises(KeywordsError, match=r"mine\.json: This is not a JSON file"):
        read_keyword_file(named)
    with pytest.raises(KeywordsError, match="cannot be read"):
        read_keyword_file(tmp_path / "gone.json")
    assert named.read_bytes() == b"rubbish"


@pytest.mark.parametrize("name", ["mine.json", "mine.csv", "MINE.CSV"])
def test_file_named_on_the_command_line_gets_its_edits_and_keeps_its_format_and_permissions(
    tmp_path: Path, name: str
) -> None:
    named = tmp_path / name
    save_keywords(named, (), private=False)
    named.chmod(0o644)
    tmp_path.chmod(0o755)
    save_keywords(named, (ACME,), private=False)
    assert read_keyword_file(named) == ((ACME,), ())
    assert named.read_bytes().startswith(b"{") == name.endswith("json")
    assert (named.stat().st_mode & 0o777, tmp_path.stat().st_mode & 0o777) == (0o644, 0o755)
