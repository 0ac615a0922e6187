"""A spin box that shows a number of the settings with its unit, and special numbers as words. GUI thread."""

from __future__ import annotations

import math
import re
from decimal import Decimal

from PySide6.QtGui import QValidator, QWheelEvent
from PySide6.QtWidgets import QSpinBox

from saywrite.storage.settings.option import Option
from saywrite.ui.toolkit.translation import tr, tr_count

MILLISECOND = "millisecond"
"""The unit that is shown, and typed, in seconds."""

STEP_MS = 50
_GROUPED = re.compile(r"(?<!\d)\d{1,3}([.,'’\s])\d{3}(?:\1\d{3})*(?![\d.,])")
"""A whole number with its thousands apart, as each language writes them."""
_NUMBER = re.compile(r"[^\d.,-]*(\d+(?:[.,]\d*)?)[^\d.,-]*")
"""A number with its unit, which languages write with several words or a sign, behind the number or before it."""


def words_for(option: Option, value: int) -> str:
    """Return a value as people read it: “7 days”, “0.25 seconds”, or the words of a special value."""
    if value in dict(option.special):
        return tr(dict(option.special)[value])
    if option.unit == "percent":
        return tr("{value} percent", value=value)
    if option.unit == MILLISECOND:
        seconds, rest = divmod(value, 1000)
        if rest:
            return tr("{seconds:g} seconds", seconds=value / 1000)
        return tr_count("{n} second", "{n} seconds", seconds)
    if option.unit == "day":
        return tr_count("{n} day", "{n} days", value)
    if option.unit == "minute":
        return tr_count("{n} minute", "{n} minutes", value)
    return tr_count("{n} second", "{n} seconds", value)


def value_of(option: Option, text: str) -> int | None:
    """Return the value that a typed text means, None where it means none. The unit may be left out."""
    for value, words in option.special:
        if text.strip().casefold() in (words.casefold(), tr(words).casefold()):
            return value
    if option.unit != MILLISECOND:  # "1.000 days" are not one day
        text = _GROUPED.sub(lambda found: re.sub(r"\D", "", found[0]), text)
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    number = Decimal(match[1].replace(",", "."))  # a float of many digits is infinite
    # Up, because 0 often means something else than a small amount.
    return round(number * 1000) if option.unit == MILLISECOND else math.ceil(number)


class AmountBox(QSpinBox):
    """Edits a number of the settings within its bounds. The wheel scrolls the page around it and changes nothing."""

    def __init__(self, option: Option) -> None:
        super().__init__()
        self._option = option
        self.setRange(option.minimum, option.maximum)
        self.setSingleStep(STEP_MS if option.unit == MILLISECOND else 1)
        self.setKeyboardTracking(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def textFromValue(self, value: int) -> str:
        return words_for(self._option, value)

    def valueFromText(self, text: str) -> int:
        found = value_of(self._option, text)
        return self.value() if found is None else found

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Accept what means an allowed value; everything else may become one while the user types."""
        found = value_of(self._option, text)
        allowed = found is not None and self._option.minimum <= found <= self._option.maximum
        return QValidator.State.Acceptable if allowed else QValidator.State.Intermediate, text, position

    def fixup(self, text: str) -> str:
        """Return the nearest allowed value for what was typed."""
        found = value_of(self._option, text)
        value = self.value() if found is None else min(max(found, self.minimum()), self.maximum())
        return self.textFromValue(value)
