"""Which source is to be heard, and what it means to be found on another one."""

from __future__ import annotations

import pytest

from saywrite.audio.backend.pulse_server import ServerSnapshot, ServerSource, ServerStream
from saywrite.audio.microphone.source_router import SourceRouter, StreamLocation
from saywrite.foundation.events import Device

HEADSET = ServerSource(1, "usb.headset", "Headset", False, 1, 48_000)
INTERNAL = ServerSource(2, "pci.internal", "Built-in Audio", False, 2, 48_000)
MONITOR = ServerSource(3, "pci.monitor", "Monitor of Built-in Audio", True, 2, 48_000)
CHOSEN = Device("PulseAudio", "usb.headset", "Headset")
TAG = "7-1"


def snapshot(*sources: ServerSource, default: str = "pci.internal", on: ServerSource | None = None) -> ServerSnapshot:
    streams = (ServerStream(TAG, 9, on.index),) if on else ()
    return ServerSnapshot(True, sources, default, streams)


def test_chosen_source_has_precedence_over_the_default_and_the_default_over_others():
    assert SourceRouter(CHOSEN).target(snapshot(INTERNAL, HEADSET)) == HEADSET
    assert SourceRouter(CHOSEN).target(snapshot(MONITOR, INTERNAL)) == INTERNAL
    assert SourceRouter(None).target(snapshot(HEADSET, INTERNAL)) == INTERNAL
    assert SourceRouter(None).target(snapshot(HEADSET, default="gone")) == HEADSET


def test_a_monitor_is_never_a_target_not_even_as_the_default():
    assert SourceRouter(None).target(snapshot(MONITOR, default="pci.monitor")) is None
    assert SourceRouter(None).target(snapshot(MONITOR, HEADSET, default="pci.monitor")) == HEADSET


def opened(device: Device | None, source: ServerSource) -> SourceRouter:
    route = SourceRouter(device)
    route.opened(source, snapshot(HEADSET, INTERNAL, MONITOR))
    route.follow(snapshot(HEADSET, INTERNAL, MONITOR, on=source), TAG, 0.0)
    return route


def test_where_it_belongs_nothing_is_said():
    position = opened(CHOSEN, HEADSET).follow(snapshot(HEADSET, INTERNAL, on=HEADSET), TAG, 10)
    assert (position.place, position.move_to, position.note) == (StreamLocation.HEARD, None, "")


def test_unplugged_and_moved_to_another_microphone():
    route = opened(CHOSEN, HEADSET)
    position = route.follow(snapshot(INTERNAL, MONITOR, on=INTERNAL), TAG, 10)
    assert position.place is StreamLocation.HEARD
    assert position.note == "Headset was unplugged. Using Built-in Audio until it is back."


def test_back_again_it_is_moved_back_and_said_when_it_has_arrived():
    route = opened(CHOSEN, HEADSET)
    route.follow(snapshot(INTERNAL, on=INTERNAL), TAG, 10)
    position = route.follow(snapshot(INTERNAL, HEADSET, on=INTERNAL), TAG, 20)
    assert (position.move_to, position.note) == (HEADSET, "")
    position = route.follow(snapshot(INTERNAL, HEADSET, on=HEADSET), TAG, 21)
    assert (position.move_to, position.note) == (None, "Headset is back.")


def test_stream_on_a_monitor_is_moved_if_there_is_a_microphone():
    route = opened(CHOSEN, HEADSET)
    position = route.follow(snapshot(INTERNAL, MONITOR, on=MONITOR), TAG, 10)
    assert (position.place, position.move_to) == (StreamLocation.MONITOR, INTERNAL)
    position = route.follow(snapshot(MONITOR, on=MONITOR), TAG, 11)
    assert (position.place, position.move_to) == (StreamLocation.MONITOR, None)


def test_stream_moved_by_a_change_of_the_default_returns_to_the_chosen_source():
    route = opened(CHOSEN, HEADSET)
    moved = snapshot(HEADSET, INTERNAL, on=INTERNAL, default="usb.headset")
    assert route.follow(moved, TAG, 10).move_to == HEADSET


def test_the_default_may_change_a_moment_before_the_move():
    route = opened(CHOSEN, HEADSET)
    route.follow(snapshot(HEADSET, INTERNAL, on=HEADSET, default="usb.headset"), TAG, 10)
    moved = snapshot(HEADSET, INTERNAL, on=INTERNAL, default="usb.headset")
    assert route.follow(moved, TAG, 10.5).move_to == HEADSET


def test_moved_by_hand_in_the_sound_settings_it_stays_there():
    route = opened(CHOSEN, HEADSET)
    position = route.follow(snapshot(HEADSET, INTERNAL, on=INTERNAL), TAG, 10)
    assert (position.move_to, position.note) == (None, "Moved to Built-in Audio in the sound settings.")
    assert route.follow(snapshot(HEADSET, INTERNAL, on=INTERNAL), TAG, 11).move_to is None


def test_without_a_choice_a_new_default_is_followed():
    route = opened(None, INTERNAL)
    changed = snapshot(HEADSET, INTERNAL, on=INTERNAL, default="usb.headset")
    assert route.follow(changed, TAG, 10).move_to == HEADSET
    arrived = snapshot(HEADSET, INTERNAL, on=HEADSET, default="usb.headset")
    assert route.follow(arrived, TAG, 10.1).note == "The system's microphone is now Headset."


def test_stream_that_the_server_does_not_list_is_unknown_until_its_source_is_removed():
    route = opened(CHOSEN, HEADSET)
    assert route.follow(snapshot(HEADSET), TAG, 10).place is StreamLocation.UNKNOWN
    assert route.follow(snapshot(INTERNAL), TAG, 11).place is StreamLocation.GONE


def test_another_program_s_stream_is_not_ours():
    route = opened(CHOSEN, HEADSET)
    foreign = ServerSnapshot(True, (HEADSET, MONITOR), "", (ServerStream("8-1", 4, MONITOR.index),))
    assert route.follow(foreign, TAG, 10).place is StreamLocation.UNKNOWN


def test_opened_on_a_substitute_it_is_said():
    assert (
        SourceRouter(CHOSEN).opened(INTERNAL, snapshot(INTERNAL))
        == "Headset is not connected. Using Built-in Audio until it is."
    )
    assert SourceRouter(CHOSEN).opened(HEADSET, snapshot(HEADSET)) == ""
    assert SourceRouter(None).opened(HEADSET, snapshot(HEADSET)) == ""


@pytest.mark.parametrize("told", [snapshot(INTERNAL), snapshot(HEADSET, INTERNAL)])
def test_stream_that_is_opened_again_says_what_became_of_the_chosen_source(told: ServerSnapshot) -> None:
    """A stream may end before the server tells that its source is gone."""
    route = SourceRouter(CHOSEN)
    route.opened(HEADSET, snapshot(HEADSET))
    assert route.opened(INTERNAL, told) == "Headset was unplugged. Using Built-in Audio until it is back."
    assert route.opened(INTERNAL, told) == ""
    assert route.opened(HEADSET, told) == "Headset is back."
    assert route.opened(HEADSET, told) == ""


def test_stream_that_is_opened_again_on_another_default_says_why() -> None:
    route = SourceRouter(None)
    route.opened(INTERNAL, snapshot(INTERNAL))
    assert route.opened(HEADSET, snapshot(HEADSET)) == "Built-in Audio was unplugged. Using Headset."
    assert route.opened(HEADSET, snapshot(HEADSET)) == ""
    assert route.opened(INTERNAL, snapshot(HEADSET, INTERNAL)) == "The system's microphone is now Built-in Audio."
