"""The man page and the completions of bash, zsh and fish, made from the parser of the command line. Pure.

They cannot lag behind the program: a command or option that the parser has is in all four.
"""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Iterator
from typing import NamedTuple

NAME = "saywrite"


class Option(NamedTuple):
    """One option or positional argument. `names` is empty for a positional argument."""

    names: tuple[str, ...]
    values: tuple[str, ...]
    metavar: str
    help: str
    takes_value: bool


class Command(NamedTuple):
    """A command with its options; the name "" is the program itself."""

    name: str
    help: str
    options: tuple[Option, ...]


def commands(parser: argparse.ArgumentParser) -> list[Command]:
    """The program and its commands, in the order of the help."""
    found = [Command("", parser.description or "", tuple(_options(parser)))]
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {choice.dest: choice.help or "" for choice in action._choices_actions}
            found += [
                Command(name, helps.get(name, ""), tuple(_options(each))) for name, each in action.choices.items()
            ]
    return found


def _options(parser: argparse.ArgumentParser) -> Iterator[Option]:
    for action in parser._actions:
        if action.help == argparse.SUPPRESS or isinstance(action, argparse._SubParsersAction):
            continue
        metavar = action.metavar or (action.dest.upper() if action.option_strings else action.dest)
        values = tuple(str(each) for each in action.choices or ())
        takes = action.nargs != 0
        said = metavar if isinstance(metavar, str) else metavar[0]
        yield Option(tuple(action.option_strings), values, said, action.help or "", takes)


# The man page


def man_page(parser: argparse.ArgumentParser, version: str, date: int) -> str:
    """The page saywrite(1). `date`: seconds since 1970."""
    day = datetime.datetime.fromtimestamp(date, datetime.UTC).strftime("%Y-%m-%d")
    lines = [
        f'.TH SAYWRITE 1 "{day}" "Saywrite {version}" "User Commands"',
        ".SH NAME",
        r"saywrite \- dictation with a live transcript",
        ".SH SYNOPSIS",
        r".B saywrite",
        r"[\fIOPTION\fR]... [\fICOMMAND\fR [\fIOPTION\fR]...]",
        ".SH DESCRIPTION",
        _roff(parser.description or ""),
    ]
    for command in commands(parser):
        lines += [".SH OPTIONS"] if not command.name else [f".SS {command.name}", _roff(_sentence(command.help))]
        if not command.name:
            lines += [line for option in command.options for line in _man_option(option)] + [".SH COMMANDS"]
            continue
        lines += [
            line for option in command.options if option.names != ("-h", "--help") for line in _man_option(option)
        ]
    lines += [".SH EXIT STATUS AND ENVIRONMENT"]
    lines += [line for each in (parser.epilog or "").splitlines() for line in (_roff(each), ".br")]
    lines += [".SH SEE ALSO", r"The program itself: Help \(-> About. Problems: \fBsaywrite doctor\fR."]
    return "\n".join(lines) + "\n"


def _man_option(option: Option) -> list[str]:
    value = "|".join(option.values) if option.values and len(option.values) < 6 else option.metavar
    names = ", ".join(rf"\fB{_roff(name)}\fR" for name in option.names)
    head = f"{names} \\fI{_roff(value)}\\fR" if names and option.takes_value else names or rf"\fI{_roff(value)}\fR"
    said = _sentence(option.help) or f"One of: {', '.join(option.values)}."
    return [".TP", head, _roff(said)]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "." if text else ""


def _roff(text: str) -> str:
    text = text.replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{text}" if text.startswith((".", "'")) else text


# The completions


def bash_completion(parser: argparse.ArgumentParser) -> str:
    """The completion of bash: commands, options and the values of options; files elsewhere."""
    every = commands(parser)
    names = " ".join(command.name for command in every if command.name)
    values: dict[str, str] = {}
    for command in every:
        for option in command.options:
            for name in option.names if option.values else ():
                values[name] = " ".join(option.values)
    files = sorted({n for c in every for o in c.options if o.takes_value and not o.values for n in o.names})
    lines = [f"# bash completion of {NAME}, made from its command line", f"_{NAME}() {{"]
    lines += ['    local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" command="" each']
    lines += ['    for each in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do']
    lines += [f'        case "$each" in {names.replace(" ", "|")}) command="$each"; break ;; esac', "    done"]
    lines += ["    COMPREPLY=()", '    case "$before" in']
    lines += [f"        {name}) {_compgen(values[name])}; return ;;" for name in sorted(values)]
    lines += [f"        {'|'.join(files)}) return ;;", "    esac", '    case "$command" in']
    for command in every:
        words = [name for option in command.options for name in option.names if name.startswith("--")]
        words += [value for option in command.options if not option.names for value in option.values]
        label = command.name or '""'
        said = " ".join(words) + (f" {names}" if not command.name else "")
        takes_files = any(not option.names and not option.values for option in command.options)
        guard = "[[ $word == -* ]] && " if takes_files else ""
        lines += [f"        {label}) {guard}{_compgen(said)} ;;"]
    lines += ["    esac", "}", f"complete -o default -F _{NAME} {NAME}"]
    return "\n".join(lines) + "\n"


def _compgen(words: str) -> str:
    return f'mapfile -t COMPREPLY < <(compgen -W "{words}" -- "$word")'


def zsh_completion(parser: argparse.ArgumentParser) -> str:
    """The completion of zsh, to be found as `_saywrite`."""
    main, *rest = commands(parser)
    lines = [
        f"#compdef {NAME}",
        f"# made from the command line of {NAME}",
        "",
        "local context state line",
        "local -a commands",
    ]
    lines += ["commands=("]
    lines += [f"    {_quoted(f'{command.name}:{command.help}')}" for command in rest] + [")"]
    lines += ["_arguments -C \\"] + [f"    {spec} \\" for spec in _zsh_options(main)]
    lines += ["    '1: :{_describe command commands}' \\", "    '*:: :->rest'", "", "case $words[1] in"]
    for command in rest:
        specs = _zsh_options(command)
        lines += [f"    {command.name})", "        _arguments \\"]
        lines += [f"            {spec}{' ' + chr(92) if spec != specs[-1] else ''}" for spec in specs]
        lines += ["        ;;"]
    return "\n".join([*lines, "esac"]) + "\n"


def _zsh_options(command: Command) -> list[str]:
    specs = []
    for option in command.options:
        said = option.help.replace("[", "(").replace("]", ")").replace(":", " -")
        value = f":{option.metavar}:({' '.join(option.values)})" if option.values else f":{option.metavar}:_files"
        if not option.names:
            specs.append(_quoted(f"*{value}"))
        for name in option.names:
            specs.append(_quoted(f"{name}[{said or option.metavar.lower()}]{value if option.takes_value else ''}"))
    return specs


def fish_completion(parser: argparse.ArgumentParser) -> str:
    """The completion of fish."""
    main, *rest = commands(parser)
    lines = [f"# fish completion of {NAME}, made from its command line"]
    for command in rest:
        lines.append(f"complete -c {NAME} -n __fish_use_subcommand -f -a {command.name} -d {_fish(command.help)}")
    for command in (main, *rest):
        condition = "__fish_use_subcommand" if not command.name else f"__fish_seen_subcommand_from {command.name}"
        for option in command.options:
            if not option.names:
                if option.values:
                    lines.append(f"complete -c {NAME} -n '{condition}' -f -a '{' '.join(option.values)}'")
                continue
            flags = " ".join(f"-l {n[2:]}" if n.startswith("--") else f"-s {n[1:]}" for n in option.names)
            value = f" -x -a '{' '.join(option.values)}'" if option.values else " -r" if option.takes_value else ""
            lines.append(f"complete -c {NAME} -n '{condition}' {flags}{value} -d {_fish(option.help)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _fish(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
