"""The line of a search hit in the list of the history: its marks are seen, and what has no room ends in an ellipsis."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFont, QFontMetrics, QTextCharFormat, QTextLayout
from PySide6.QtWidgets import QApplication

from saywrite.ui.history.dictation_list import ELLIPSIS, marked_layout
from saywrite.ui.toolkit.document_text import index_at_utf16

TEXT = "It was the best of times, it was the worst of times, it was the age of wisdom"
TIMES = [(19, 24), (46, 51)]
FOUND = QTextCharFormat()
FOUND.setFontWeight(QFont.Weight.Bold)


def width_of(text: str) -> int:
    return QFontMetrics(QApplication.font()).horizontalAdvance(text)


def marked(text: str, marks: list[tuple[int, int]], width: int) -> QTextLayout:
    return marked_layout(text, marks, QApplication.font(), FOUND, width)


def bold_parts(layout: QTextLayout) -> list[str]:
    text = layout.text()
    ends = [(part.start, part.start + part.length) for part in layout.formats()]
    return [text[index_at_utf16(text, start) : index_at_utf16(text, end)] for start, end in ends]


def test_a_line_that_fits_is_left_as_it_is(qapp: QApplication) -> None:
    layout = marked(TEXT, TIMES, 2 * width_of(TEXT))
    assert layout.text() == TEXT
    assert bold_parts(layout) == ["times", "times"]


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7, 0.9])
@pytest.mark.parametrize(
    ("text", "marks"),
    [
        (TEXT, TIMES),
        ("😀 " + TEXT, [(21, 26), (48, 53)]),
        ("最良の時であり、最悪の時でもあった。", [(3, 4)]),
    ],
)
def test_a_line_without_room_ends_in_an_ellipsis(
    qapp: QApplication, text: str, marks: list[tuple[int, int]], share: float
) -> None:
    """It was cut in the middle of a letter."""
    width = round(share * width_of(text))
    layout = marked(text, marks, width)
    shown = layout.text()
    assert layout.lineAt(0).naturalTextWidth() <= width
    assert shown.endswith(ELLIPSIS)
    assert shown.strip(ELLIPSIS) in text
    found = text[marks[0][0] : marks[0][1]]
    assert bold_parts(layout)[0] == found
    assert all(found.startswith(part) for part in bold_parts(layout))


def test_a_hit_far_behind_the_beginning_is_seen(qapp: QApplication) -> None:
    layout = marked(TEXT, [(71, 77)], width_of(TEXT) // 2)
    assert layout.text().startswith(ELLIPSIS)
    assert layout.text().endswith("of wisdom")
    assert bold_parts(layout) == ["wisdom"]
