"""Chinese is written in simplified characters, whichever the model chose."""

from __future__ import annotations

import pytest

from saywrite.speech.local.decoder.simplified_chinese import to_simplified


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("漢語後來發生什麼事情", "汉语后来发生什么事情"),
        ("這個問題很難，請給我時間！", "这个问题很难，请给我时间！"),
        ("臺灣的圖書館", "台湾的图书馆"),
        ("天氣預報說明天會下雨", "天气预报说明天会下雨"),
        ("乾淨的麵條", "干净的面条"),
        ("㑯", "㑔"),
    ],
)
def test_traditional_characters_become_simplified(traditional: str, simplified: str) -> None:
    assert to_simplified(traditional) == simplified


@pytest.mark.parametrize("text", ["", "今天天气很好。", "Kubernetes 2.0, naïve café", "😀\n"])
def test_everything_else_stays(text: str) -> None:
    assert to_simplified(text) == text


def test_simplified_text_stays_when_converted_again() -> None:
    once = to_simplified("漢語後來發生什麼事情，這個問題很難")
    assert to_simplified(once) == once
