"""Man page and completions: everything that the command line has is in them, and the shells accept them."""

from __future__ import annotations

import argparse
import shutil
import subprocess
from pathlib import Path

import documents
import pytest

from saywrite.cli.arguments import VERBS, build_parser

PARSER = build_parser()
COMMANDS = documents.commands(PARSER)
OPTIONS = {name for command in COMMANDS for option in command.options for name in option.names}


def complete(folder: Path, *words: str) -> set[str]:
    """What bash offers after these words; the last one is begun."""
    script = folder / "completion"
    script.write_text(documents.bash_completion(PARSER), encoding="utf-8")
    code = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _saywrite; printf "%s\\n" "${COMPREPLY[@]}"'
    command = ["bash", "-c", code, "bash", script, "saywrite", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    assert done.stderr == ""
    return set(done.stdout.split())


def test_commands_are_those_of_the_command_line_and_hidden_options_stay_hidden() -> None:
    assert {"listen", "transcribe", "devices", "doctor", "ledger", "models", *VERBS} == {
        each.name for each in COMMANDS
    } - {""}
    assert "--worker" not in OPTIONS
    assert {"--version", "--events", "--self-test", "--from", "-v"} <= OPTIONS


def test_every_command_and_option_is_in_the_man_page_and_in_each_completion() -> None:
    page = documents.man_page(PARSER, "1.2.3", 0).replace("\\-", "-")
    bash, zsh = documents.bash_completion(PARSER), documents.zsh_completion(PARSER)
    fish = documents.fish_completion(PARSER)
    for command in COMMANDS[1:]:
        assert f".SS {command.name}\n" in page
        assert f"        {command.name}) " in bash
        assert f"'{command.name}:" in zsh
        assert f"-a {command.name} -d" in fish
    for name in OPTIONS:
        assert name in page
        assert name in zsh
        assert (f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}") in fish
        assert name in bash or not name.startswith("--")


def test_an_option_added_to_the_command_line_is_documented_without_a_further_edit() -> None:
    parser = argparse.ArgumentParser(description="d", epilog="e")
    parser.add_argument("--new-thing", choices=("one", "two"), help="what's new")
    assert r"\-\-new\-thing" in documents.man_page(parser, "1", 0)
    assert "--new-thing) mapfile" in documents.bash_completion(parser)
    assert "'--new-thing[what'\\''s new]:NEW_THING:(one two)'" in documents.zsh_completion(parser)
    assert r"-l new-thing -x -a 'one two' -d 'what\'s new'" in documents.fish_completion(parser)


@pytest.mark.skipif(shutil.which("bash") is None, reason="Only where there is bash")
def test_bash_completes_commands_options_and_values(tmp_path: Path) -> None:
    assert complete(tmp_path, "tr") == {"transcribe"}
    assert complete(tmp_path, "listen", "--ev") == {"--events"}
    assert complete(tmp_path, "--engine", "") == {"local", "aiola"}
    assert complete(tmp_path, "models", "ver") == {"verify"}
    assert complete(tmp_path, "transcribe", "") == set()  # files


def test_man_page_is_the_same_for_the_same_date_and_protects_lines_that_begin_with_a_dot() -> None:
    assert documents.man_page(PARSER, "1", 5) == documents.man_page(PARSER, "1", 5)
    parser = argparse.ArgumentParser(description=".hidden")
    assert "\n\\&.hidden\n" in documents.man_page(parser, "1", 0)
