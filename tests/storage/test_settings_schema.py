"""Options are declared once; a contradictory declaration fails at import."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from saywrite.storage.settings.option import PAGES, Option, check
from saywrite.storage.settings.schema import OPTIONS, Settings


def test_every_field_is_an_option_with_a_label_a_page_and_a_valid_default():
    assert list(OPTIONS) == [item.name for item in fields(Settings)]
    for name, option in OPTIONS.items():
        assert option.name == name
        assert option.default == getattr(Settings(), name)
        assert option.page in PAGES
        assert option.problem(option.default) == ""
        assert option.label[0].isupper()


def test_the_defaults_keep_the_promises():
    """The defaults need no account or network, play no sounds, and keep recordings for a week."""
    settings = Settings()
    assert (settings.engine, settings.language, settings.show_waveform) == ("local", "en", True)
    assert (settings.keep_recordings_days, settings.idle_unload_minutes) == (7, 10)
    assert (settings.microphone_host_api, settings.microphone_name) == ("", "")


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("engine", "local", ""),
        ("engine", "Builtin", 'must be one of "local", "aiola"'),
        ("engine", 1, "must be text in quotes"),
        ("show_waveform", 1, "must be true or false"),
        ("show_waveform", True, ""),
        ("idle_unload_minutes", True, "must be a whole number"),
        ("idle_unload_minutes", 1.5, "must be a whole number"),
        ("idle_unload_minutes", 0, "must be between 1 and 1440"),
        ("idle_unload_minutes", 1440, ""),
        ("keep_recordings_days", -1, ""),
        ("keep_recordings_days", -2, "must be between -1 and 3650"),
        ("export_folder", "x" * 5000, "must be text of at most 4096 characters"),
        ("export_folder", "a\0b", "must be text of at most 4096 characters"),
        ("export_folder", None, "must be text in quotes"),
    ],
)
def test_a_value_is_refused_with_its_reason(name: str, value: object, problem: str):
    assert OPTIONS[name].problem(value) == problem


GOOD = Option("x", "a", "Label", "", "Window", choices=(("a", "A"),))


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (replace(GOOD, default="b"), "default of x must be one of"),
        (replace(GOOD, label=""), "no label"),
        (replace(GOOD, page="Nowhere"), "on no page"),  # type: ignore[arg-type]
        (Option("x", 5, "Label", "", "Window", minimum=6, maximum=9), "between 6 and 9"),
    ],
)
def test_a_declaration_that_contradicts_itself_is_an_error(bad: Option, reason: str):
    check(GOOD)
    with pytest.raises(ValueError, match=reason):
        check(bad)


def test_an_option_declared_twice_is_an_error(monkeypatch: pytest.MonkeyPatch):
    """A second field of one name replaces the first silently in a dataclass."""
    from saywrite.storage.settings import schema

    schema._options()
    monkeypatch.setattr(schema, "declared", [*schema.declared, {}])
    with pytest.raises(ValueError, match="declared twice"):
        schema._options()
