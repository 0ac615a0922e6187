"""The state of the window is saved as a whole, and a broken file is ignored."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.storage.settings.window_state import load_window_state, save_window_state


def test_it_comes_back_as_it_was_saved(tmp_path: Path):
    state = {"geometry": "AdnQywADAAA=", "splitter": [700, 200], "maximized": False}
    save_window_state(tmp_path / "state" / "window.json", state)
    assert load_window_state(tmp_path / "state" / "window.json") == state


@pytest.mark.usefixtures("caplog")
@given(content=st.binary(max_size=60) | st.sampled_from([b"[1]", b"1", b"null", b'"x"', b"[" * 100_000]))
def test_whatever_is_in_the_file_the_window_opens(tmp_path_factory: pytest.TempPathFactory, content: bytes):
    path = tmp_path_factory.mktemp("s") / "window.json"
    path.write_bytes(content)
    assert load_window_state(path) == {}


def test_without_a_file_there_is_no_state(tmp_path: Path):
    assert load_window_state(tmp_path / "window.json") == {}
