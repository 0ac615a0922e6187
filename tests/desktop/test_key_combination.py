"""Key combinations are written in one way, read in many, and objected to where they would be in the way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.desktop.hotkeys.conflicts import _TAKEN, objections
from saywrite.desktop.hotkeys.key_combination import KeyCombination, Modifier, parse
from saywrite.desktop.hotkeys.key_names import KEYS
from saywrite.foundation.errors import SettingsError

CHORDS = st.builds(KeyCombination, st.sampled_from(list(KEYS)), st.frozensets(st.sampled_from(list(Modifier))))


@given(CHORDS)
def test_what_is_written_is_read_back(chord: KeyCombination) -> None:
    assert parse(str(chord)) == chord


@given(CHORDS, st.randoms(use_true_random=False))
def test_order_case_and_blanks_do_not_matter(chord: KeyCombination, chance) -> None:
    modifiers = [each.value for each in chord.modifiers]
    chance.shuffle(modifiers)
    text = " + ".join([*modifiers, chord.key.replace(" ", "  ")])
    assert parse(text.upper()) == parse(text.lower()) == chord


@given(st.text(max_size=30))
def test_any_text_is_a_chord_or_refused_with_a_reason(text: str) -> None:
    chord, error = None, None
    try:
        chord = parse(text)
    except SettingsError as refusal:
        error = refusal
    assert (chord and chord.key in KEYS) or (error and error.what and error.remedy)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("shift+ALT+ctrl+space", "Ctrl+Alt+Shift+Space"),
        ("cmd+option+d", "Alt+Super+D"),
        ("Control+Esc", "Ctrl+Escape"),
        ("right control", "Right Ctrl"),
        ("AltGr", "Right Alt"),
        ("Ctrl+,", "Ctrl+Comma"),
        ("win+pgdn", "Super+Page Down"),
    ],
)
def test_other_spellings_are_understood(text: str, written: str) -> None:
    assert str(parse(text)) == written


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "There is no key called “”."),
        ("Ctrl+", "There is no key called “”."),
        ("Hyper+F9", "“hyper” in “Hyper+F9” is not a modifier."),
        ("Ctrl+Control+F9", "“Ctrl+Control+F9” names a modifier twice."),
        ("F25", "There is no key called “f25”."),
        ("Ctrl++", "“” in “Ctrl++” is not a modifier."),
    ],
)
def test_what_is_no_chord_is_named(text: str, what: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse(text)
    assert caught.value.what == what


def test_every_key_has_codes_of_its_own() -> None:
    for codes in (
        [k.keysym or None for k in KEYS.values()],
        [k.windows for k in KEYS.values()],
        [k.mac for k in KEYS.values()],
    ):
        known = [code for code in codes if code is not None]
        assert len(known) == len(set(known))


@pytest.mark.parametrize(
    ("text", "platform", "refused", "words"),
    [
        ("A", "linux", True, "A is needed for writing: add Ctrl, Alt or Super."),
        ("Shift+A", "linux", True, "Shift+A is needed for writing: add Ctrl, Alt or Super."),
        ("Escape", "linux", True, "Escape cancels a dictation."),
        ("Right Ctrl", "win32", True, "This system does not report Right Ctrl to other programs."),
        ("Right Ctrl", "linux", False, "Right Ctrl no longer works in combinations with other keys."),
        ("Ctrl+Right Ctrl", "linux", True, "Right Ctrl can only be used alone, not with other keys."),
        ("Pause", "darwin", True, "This system does not report Pause to other programs."),
        ("Ctrl+Space", "linux", False, "Ctrl+Space usually switches the input method (IBus, Fcitx)."),
        ("Super+H", "win32", False, "Super+H usually is Windows' own dictation."),
        ("Super+V", "darwin", False, "Super+V usually pastes."),
        ("Ctrl+V", "linux", False, "Ctrl+V usually pastes."),
    ],
)
def test_objection_names_the_conflict(text: str, platform: str, refused: bool, words: str) -> None:
    (objection,) = objections(parse(text), platform)
    assert (objection.text, objection.refused) == (words, refused)


@pytest.mark.parametrize("text", ["Ctrl+Alt+Space", "F9", "Ctrl+Shift+D"])
@pytest.mark.parametrize("platform", ["linux", "win32", "darwin"])
def test_good_choices_have_no_objection(text: str, platform: str) -> None:
    assert objections(parse(text), platform, others=[parse("F8")]) == ()


def test_our_own_second_key_is_a_conflict() -> None:
    (objection,) = objections(parse("F9"), "linux", others=[parse("f9")])
    assert objection.refused
    assert objection.text == "F9 is already your other key."


def test_the_objection_reads_as_a_sentence_for_every_known_shortcut() -> None:
    for platform, taken in _TAKEN.items():
        for chord in taken:
            assert objections(chord, platform)[-1].text.endswith(".")
            assert not objections(chord, platform)[-1].refused
