"""Every text that a user sees can be translated, and the files of translations have exactly these texts."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.packaging_modules import load_script

ROOT = Path(__file__).resolve().parents[2]
UI = ROOT / "app/saywrite/ui"

SETTERS = frozenset(
    {"setText", "setToolTip", "setWindowTitle", "setPlaceholderText", "setAccessibleName", "setAccessibleDescription"}
    | {"setTitle", "setInformativeText", "setIconText", "setHeaderLabels", "setLabelText", "addItem", "addRow"}
    | {"addAction", "addMenu", "addButton", "set_text", "worded", "notify", "show_message"}
    | {"QLabel", "PlainLabel", "NoteLabel", "ThemedLabel", "QPushButton", "QCheckBox", "QRadioButton", "QAction"}
    | {"QMenu", "QGroupBox", "icon_button", "announce"}
)
"""Calls whose arguments a user sees or hears."""

SHOWN = frozenset(
    node.name
    for file in ("errors", "events")
    for node in ast.parse((ROOT / f"app/saywrite/foundation/{file}.py").read_text(encoding="utf-8")).body
    if isinstance(node, ast.ClassDef)
) | {"KeyProblem", "KeyConflict", "OSErrorMessage", "Problem", "RecognizerProblem", "SourceError"}
"""Classes whose parameters a user sees or hears: the errors, the events, and what they are made from."""

SAME_EVERYWHERE = frozenset({"Saywrite", "● Saywrite"})
_IDENTIFIER = re.compile(r"[a-z0-9_. -]*|(Ctrl|Alt|Shift|F\d)\S*")
"""Names of icons, colors and notices, and keys."""


TOOL = load_script("translations")
TEXTS = TOOL.program_texts()


def untranslatable(code: str) -> list[str]:
    """The literals that a module shows as they are, with their lines."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name not in SETTERS:
            continue
        for argument in node.args:
            parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
            for part in parts:
                text = part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else ""
                shown = re.search("[A-Za-z]{2}", text) and not _IDENTIFIER.fullmatch(text)
                if shown and text not in SAME_EVERYWHERE:
                    found.append(f"{node.lineno}: {text}")
    return found


def fragments(code: str) -> list[str]:
    """The English literals in the values of a text and in the parameters of an error or an event, with their lines."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given: list[ast.expr] = []
        if name in (*TOOL.SINGLE, *TOOL.COUNTED):
            given = [each.value for each in node.keywords]
        elif name in SHOWN:
            given = [*node.args, *(each.value for each in node.keywords)]
        for text in (text for each in given for text in literals(each)):
            if re.search("[A-Za-z]{2}.* |^ .*[a-z]", text):
                found.append(f"{node.lineno}: {text}")
    return found


def literals(node: ast.expr) -> list[str]:
    """The strings that an expression can be, those of f-strings included."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.JoinedStr):
        return ["".join(part.value if isinstance(part, ast.Constant) else "x" for part in node.values)]
    if isinstance(node, ast.IfExp):
        return literals(node.body) + literals(node.orelse)
    if isinstance(node, ast.BinOp):
        return literals(node.left) + literals(node.right)
    return []


def fields(template: str) -> list[tuple[str, str]]:
    """The fields of a template with their formats, sorted."""
    return sorted((name, form or "") for _, name, form, _ in string.Formatter().parse(template) if name is not None)


def in_the_window(check: Callable[[str], list[str]]) -> list[str]:
    """What a check finds in the modules of the window, with their names."""
    return [
        f"{path.relative_to(UI)}:{line}"
        for path in sorted(UI.rglob("*.py"))
        for line in check(path.read_text(encoding="utf-8"))
    ]


def test_every_text_of_the_window_can_be_translated() -> None:
    found = in_the_window(untranslatable)
    assert not found, "\n".join(found)


OF_QT = frozenset({"QPushButton", "QLabel", "QCheckBox", "QRadioButton", "QGroupBox"})
"""Classes of Qt whose constructor takes a text, which it shows as it is."""


FOLLOWING = frozenset({"set_text", "worded", "add_item", "PlainLabel", "ThemedLabel", "NoteLabel", "tr", "joined"})
"""Calls whose texts follow the language if they are made by `tr()` and its like; an f-string is a plain string."""


def fixed(code: str) -> list[str]:
    """Texts that stay in the language in which they were made: `worded()` and `joined()` make such that follow it."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        first = node.args[0]
        is_parent = isinstance(first, ast.Attribute) or (isinstance(first, ast.Name) and first.id in ("self", "parent"))
        is_icon = isinstance(first, ast.Call) and getattr(first.func, "id", "") == "icon"
        if name in OF_QT and not is_parent and not is_icon:
            found.append(f"{node.lineno}: {name}")
        values = [
            part.value
            for each in node.args
            if isinstance(each, ast.JoinedStr)
            for part in each.values
            if isinstance(part, ast.FormattedValue)
        ]
        if name in FOLLOWING and any(isinstance(value, ast.Name) for value in values):
            found.append(f"{node.lineno}: f-string")
    return found


def test_every_text_of_the_window_follows_the_language() -> None:
    found = in_the_window(fixed)
    assert not found, "\n".join(found)


def test_a_text_that_stays_in_its_language_is_found() -> None:
    code = 'QPushButton(text)\nset_text(a.setText, f"{text}: {label}")\nQPushButton(icon("undo"), "")\nQLabel(self)\n'
    assert fixed(code) == ["1: QPushButton", "2: f-string"]


MAKERS = frozenset({"message", "message_count", "joined", "filled", "tr", "tr_count", "set_text", "worded"})


def shadowed(code: str) -> list[str]:
    """Calls of a function that makes texts, where a local variable or a parameter has its name."""
    found = set()
    for function in ast.walk(ast.parse(code)):
        if not isinstance(function, ast.FunctionDef):
            continue
        nodes = list(ast.walk(function))
        local = {node.arg for node in nodes if isinstance(node, ast.arg)}
        local |= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        names = [node.func for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
        found |= {f"{name.lineno}: {name.id}" for name in names if name.id in MAKERS & local}
    return sorted(found)


def test_no_local_name_hides_a_function_that_makes_texts() -> None:
    found = {}
    for path in sorted((ROOT / "app/saywrite").rglob("*.py")):
        code = path.read_text(encoding="utf-8")
        if "foundation.messages import" in code or "toolkit.translation import" in code:
            found[path.name] = shadowed(code)
    assert not {name: lines for name, lines in found.items() if lines}


def test_a_hidden_function_is_found() -> None:
    assert shadowed("def read(bus):\n    message = bus.get()\n    raise E(message('Gone.'))\n") == ["3: message"]
    assert shadowed("def read(bus):\n    answer = bus.get()\n    raise E(message('Gone.'))\n") == []


def test_a_text_that_cannot_be_translated_is_found() -> None:
    code = 'label.setText("Press me")\nQPushButton(f"Keep {n} files")\nset_text(a.setText, tr("Fine"))\nicon("undo")\n'
    assert untranslatable(code) == ["1: Press me", "2: Keep "]


def test_every_text_of_an_error_can_be_translated() -> None:
    """The command line is English; its texts may be plain."""
    app = UI.parent
    found = [
        f"{path.relative_to(app)}:{line}"
        for path in sorted(app.rglob("*.py"))
        if path.relative_to(app).parts[0] != "cli"
        for line in fragments(path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)


def test_an_english_value_of_a_text_is_found() -> None:
    code = (
        'message("It {why}.", why="is not there")\n'
        'NoMicrophone(f"{name} is gone.", message("Choose another."))\n'
        'message("Using {other}{until}", other=label, until=" until then" if back else "")\n'
        'NoMicrophone(message("{name} is gone.", name=name))\n'
    )
    assert fragments(code) == ["1: is not there", "2: x is gone.", "3:  until then"]


def test_the_texts_of_the_program_are_found() -> None:
    sources = {text.source for text in TEXTS}
    assert {"Settings", "Language of the program", "There is no microphone.", "“{name}” exists already."} <= sources
    assert len(sources) > 1_000


def test_a_text_in_pieces_is_refused() -> None:
    with pytest.raises(TOOL.ExtractionError, match=r"a\.py:1"):
        list(TOOL.texts_of('tr(f"Keep {n} files")', "a.py"))


@pytest.mark.parametrize("language", sorted(TOOL.PLURALS))
def test_the_files_of_translations_have_the_texts_of_the_program(language: str, tmp_path: Path) -> None:
    """`python3 packaging/dev.py translations` writes what is missing."""
    path = TOOL.FOLDER / f"saywrite_{language}.ts"
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes())
    missing = TOOL.write_ts(copy, language, TEXTS)
    assert copy.read_text(encoding="utf-8") == path.read_text(encoding="utf-8")
    assert not missing


@pytest.mark.parametrize("language", sorted(TOOL.PLURALS))
def test_a_translation_has_the_fields_of_its_text(language: str) -> None:
    texts = {text.source: text for text in TEXTS}
    wrong = []
    for source, forms in TOOL.read_ts(TOOL.FOLDER / f"saywrite_{language}.ts").items():
        for form in forms:
            given = set(fields(form)) if "{" in source else set()
            wanted = set(fields(source)) if "{" in source else set()
            optional = {field for field in wanted if field[0] == "n"} if texts[source].one else set()
            if not wanted - optional <= given <= wanted:
                wrong.append(f"{source} → {form}")
    assert not wrong, "\n".join(wrong)


def test_a_translation_stays_and_an_old_text_goes(tmp_path: Path) -> None:
    path = tmp_path / "saywrite_de.ts"
    assert TOOL.write_ts(path, "de", [TOOL.Text("Start"), TOOL.Text("Old"), TOOL.Text("{n} files", "{n} file")]) == 3
    new = path.read_text(encoding="utf-8")
    new = new.replace(
        'Start</source>\n        <translation type="unfinished">', "Start</source>\n        <translation>Los"
    )
    path.write_text(new, encoding="utf-8")
    assert TOOL.write_ts(path, "de", [TOOL.Text("Start"), TOOL.Text("{n} files", "{n} file")]) == 1
    assert TOOL.read_ts(path) == {"Start": ("Los",)}
    assert path.read_text(encoding="utf-8").count("<numerusform>") == 2
