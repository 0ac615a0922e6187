"""Whether the computer saves power, from what each system says."""

import pytest

from saywrite.desktop.power import is_saving, low_power_mode, saves_power

PMSET = """\
System-wide power settings:
Currently in use:
 standby              1
 lowpowermode         {}
 sleep                1 (sleep prevented by coreaudiod)
"""


@pytest.mark.parametrize(("value", "saving"), [("1", True), ("0", False), ("2", False)])
def test_low_power_mode_of_macos(value: str, saving: bool) -> None:
    assert low_power_mode(PMSET.format(value)) is saving


def test_a_mac_without_low_power_mode_does_not_save() -> None:
    assert not low_power_mode("System-wide power settings:\n standby 1\n")


@pytest.mark.parametrize(
    ("profile", "acpi", "battery", "saving"),
    [
        ("power-saver", None, None, True),
        ("balanced", "low-power", None, False),  # the service knows better than the firmware's last word
        (None, "low-power", None, True),
        (None, "quiet", None, True),
        (None, "balanced", None, False),
        ("performance", None, 3, True),
        ("balanced", None, 4, True),
        ("balanced", None, 1, False),
        (None, None, None, False),
    ],
)
def test_power_modes_of_linux(profile: str | None, acpi: str | None, battery: int | None, saving: bool) -> None:
    assert is_saving(profile, acpi, battery) is saving


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_a_system_that_does_not_answer_does_not_save_power(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    monkeypatch.setenv("PATH", "/nonexistent")
    assert saves_power(platform) is False
