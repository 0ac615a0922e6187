"""What the recognizer says when it cannot run, and which of it a model cures."""

import pytest

from saywrite.speech.local import problems
from saywrite.speech.local.problems import explain, explain_exit


@pytest.mark.parametrize(
    ("reason", "what", "remedy"),
    [
        ("ModuleNotFoundError: No module named 'ctranslate2'", "not installed", "pip install ctranslate2"),
        ("ImportError: libgomp.so.1: cannot open shared object file", "libgomp", "aiOla"),
        ("ImportError: DLL load failed while importing _ext", "DLL load failed", "aiOla"),
        ("MemoryError: ", "too little free memory", "smaller model"),
        ("RuntimeError: std::bad_alloc", "too little free memory", "Close other programs"),
        ("OSError: [Errno 12] Cannot allocate memory", "too little free memory", "smaller model"),
        ("RuntimeError: This CPU does not support the AVX instruction set", "too old", "aiOla"),
        ("FileNotFoundError: model.bin", "not on this computer yet", "saywrite models download whisper-small"),
        ("RuntimeError: Unsupported model binary version", "damaged", "saywrite models verify whisper-small"),
        ("ValueError: not a tokenizer", "damaged", "saywrite models download whisper-small"),
    ],
)
def test_reason_of_the_worker_is_explained_with_its_remedy(reason: str, what: str, remedy: str) -> None:
    problem = explain(reason, "whisper-small")
    assert what in problem.what
    assert remedy in problem.remedy


@pytest.mark.parametrize(
    ("reason", "awaits_model", "lasting"),
    [
        ("ImportError: x", False, True),
        ("RuntimeError: AVX", False, True),
        ("MemoryError: ", False, False),
        ("RuntimeError: bad version", True, False),
        ("FileNotFoundError: x", True, False),
    ],
)
def test_only_a_missing_or_damaged_model_is_waited_for(reason: str, awaits_model: bool, lasting: bool) -> None:
    problem = explain(reason, "whisper-base")
    assert (problem.awaits_model, problem.lasting) == (awaits_model, lasting)


@pytest.mark.parametrize("code", [-4, 0xC000001D, -1073741795])
def test_illegal_instruction_is_a_processor_that_is_too_old(code: int) -> None:
    problem = explain_exit(code, "whisper-base")
    assert problem is not None
    assert "AVX" in problem.what


@pytest.mark.parametrize("code", [0, 1, -9, -11, 0xC0000005])
def test_other_exit_codes_are_no_problem_of_the_computer(code: int) -> None:
    assert explain_exit(code, "whisper-base") is None


def test_windows_on_arm_is_informed_that_there_is_no_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(problems.sys, "platform", "win32")
    monkeypatch.setattr(problems.platform, "machine", lambda: "ARM64")
    problem = explain("ModuleNotFoundError: No module named 'ctranslate2'", "whisper-base")
    assert "Windows on ARM" in problem.what
    assert problem.remedy == "Choose aiOla as the recognizer."


def test_a_computer_without_the_package_lacks_more_than_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    assert problems.find_missing_package() is None
    monkeypatch.setattr(problems, "find_spec", lambda name: None)
    problem = problems.find_missing_package()
    assert problem is not None
    assert problem.lasting
    assert not problem.awaits_model
    assert "aiOla" in problem.remedy
