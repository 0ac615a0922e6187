"""No text of the window goes into an f-string, a string's `join()` or a `+=`, which lose its template.

What they make stays in the language in which it was made; in English, if it comes from a package below the window.
`joined()`, `changed()` and `tr()` with values keep the template.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

APP = Path(__file__).resolve().parents[2] / "app/saywrite"

Function = tuple[str, str]
"""A module and the name of a function in it."""

MAKERS: frozenset[Function] = frozenset(
    {("saywrite.foundation.messages", name) for name in ("message", "message_count", "filled", "joined")}
    | {("saywrite.ui.toolkit.translation", name) for name in ("tr", "tr_count", "joined", "bare", "error_text")}
)
SAID = frozenset({"what", "remedy"})
"""The attributes of errors, events and notices that are texts."""
PASSING = frozenset({"map", "str", "sorted", "list", "tuple", "reversed", "filter", "zip", "enumerate"})
"""Builtins that hand on the texts in their arguments."""


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(APP.parent).with_suffix("").parts)


def known_names(tree: ast.Module, module: str) -> dict[str, Function]:
    """The functions that a module calls by their bare names: its own, and those that it imports."""
    known = {node.name: (module, node.name) for node in tree.body if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            known |= {each.asname or each.name: (node.module, each.name) for each in node.names}
    return known


def outcomes(node: ast.expr | None) -> Iterator[ast.expr]:
    """The expressions that can be the value of an expression."""
    if isinstance(node, ast.IfExp):
        yield from (*outcomes(node.body), *outcomes(node.orelse))
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from outcomes(value)
    elif node is not None:
        yield node


def makers_in(trees: Mapping[str, ast.Module]) -> frozenset[Function]:
    """`MAKERS`, and the functions of these modules that return what one of them makes."""
    names = {module: known_names(tree, module) for module, tree in trees.items()}
    called = {
        (module, function.name): {
            names[module].get(outcome.func.id)
            for node in ast.walk(function)
            if isinstance(node, ast.Return)
            for outcome in outcomes(node.value)
            if isinstance(outcome, ast.Call) and isinstance(outcome.func, ast.Name)
        }
        for module, tree in trees.items()
        for function in tree.body
        if isinstance(function, ast.FunctionDef)
    }
    makers = set(MAKERS)
    while new := {function for function, others in called.items() if makers & others} - makers:
        makers |= new
    return frozenset(makers)


def is_text(node: ast.AST | None, texts: set[str]) -> bool:
    """Whether an expression is a text or a collection with texts. `texts`: names of texts and of their makers."""
    match node:
        case ast.Name(id=name):
            return name in texts
        case ast.Attribute(attr=name):
            return name in SAID
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return name in texts or (name in PASSING and any(is_text(each, texts) for each in arguments))
        case ast.Subscript(value=value) | ast.Starred(value=value) | ast.NamedExpr(value=value):
            return is_text(value, texts)
        case ast.GeneratorExp(elt=value) | ast.ListComp(elt=value) | ast.SetComp(elt=value):
            return is_text(value, texts)
        case ast.List(elts=values) | ast.Tuple(elts=values) | ast.Dict(values=values) | ast.BoolOp(values=values):
            return any(is_text(each, texts) for each in values)
        case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, right=other):
            return is_text(one, texts) or is_text(other, texts)
    return False


def text_names(scope: ast.AST, texts: set[str]) -> set[str]:
    """`texts`, and the names in a scope that stand for texts or collections with texts."""
    before: set[str] = set()
    while before != texts:
        before = set(texts)
        for node in ast.walk(scope):
            match node:
                case ast.Assign(targets=targets, value=value) if is_text(value, texts):
                    texts = texts | {each.id for each in targets if isinstance(each, ast.Name)}
                case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                    if is_text(value, texts):
                        texts = texts | {each.id for each in ast.walk(target) if isinstance(each, ast.Name)}
                case (
                    ast.NamedExpr(target=ast.Name(id=name), value=value)
                    | ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[value])
                ) if is_text(value, texts):
                    texts = texts | {name}
    return texts


def lost_texts(tree: ast.Module, module: str, makers: frozenset[Function]) -> list[int]:
    """The lines of a module where an f-string, a `join()` or a `+=` takes a text."""
    names = {name for name, function in known_names(tree, module).items() if function in makers}
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    constants = text_names(ast.Module([node for node in tree.body if isinstance(node, ast.Assign)], []), names)
    lost = set()
    for scope in functions:
        texts = text_names(scope, constants)
        for node in ast.walk(scope):
            match node:
                case ast.JoinedStr(values=parts):
                    taken = [part.value for part in parts if isinstance(part, ast.FormattedValue)]
                case ast.Call(func=ast.Attribute(value=ast.Constant(), attr="join"), args=taken):
                    pass
                case ast.AugAssign(op=ast.Add(), value=value):
                    taken = [each for each in outcomes(value) if isinstance(each, ast.Call)]  # no lists of texts
                case _:
                    continue
            if any(is_text(each, texts) for each in taken):
                lost.add(node.lineno)
    return sorted(lost)


def test_no_text_of_the_window_loses_its_template() -> None:
    trees = {
        module_name(path): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(APP.rglob("*.py"))
        if path.relative_to(APP).parts[0] != "cli"  # it is English
    }
    makers = makers_in(trees)
    found = [
        f"{module}:{line}"
        for module, tree in trees.items()
        if module.startswith("saywrite.ui.")
        for line in lost_texts(tree, module, makers)
    ]
    assert not found, "\n".join(found)


def test_a_lost_template_is_found() -> None:
    made = """from saywrite.foundation.messages import message
def size(n):
    return message("{n} MB", n=n) if n else ""
"""
    used = """from saywrite.ui.toolkit.translation import joined, tr
from made import size
STATES = {1: tr("Done"), 2: tr("Waiting")}
def show(event, error, names):
    words = STATES[event.state]
    a = f"{words}. {event.name}"
    b = "; ".join(size(each) for each in event.sizes)
    parts = []
    parts.append(tr("One") if error else "")
    c = " ".join(map(str, parts))
    d = ", ".join(sorted(names))
    e = f"{error.what}"
    f = f"{len(words)} {joined(' ', 'a', 'b')!r:>{event.width}}" + " ".join(names)
    g = "\\n".join(map(size, event.sizes))
    g += tr(", more") if error else ""
    parts += [tr("Two")]
"""
    trees = {"made": ast.parse(made), "used": ast.parse(used)}
    makers = makers_in(trees)
    assert ("made", "size") in makers
    assert lost_texts(trees["used"], "used", makers) == [6, 7, 10, 12, 13, 14, 15]


def test_errors_and_events_have_the_attributes_that_are_checked() -> None:
    for name in ("errors", "events"):
        code = (APP / f"foundation/{name}.py").read_text(encoding="utf-8")
        assert all(f"{each}: str" in code for each in SAID)


def grouped_numbers(tree: ast.Module) -> list[int]:
    """The lines of f-strings that write a number with the commas of English; `number_text()` has the language's."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.FormattedValue)
        and node.format_spec is not None
        and "," in ast.unparse(node.format_spec)
    ]


def test_no_number_of_the_window_has_the_commas_of_english() -> None:
    found = [
        f"{path.relative_to(APP)}:{line}"
        for path in sorted((APP / "ui").rglob("*.py"))
        for line in grouped_numbers(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not found, "\n".join(found)


def test_a_number_with_commas_is_found() -> None:
    assert grouped_numbers(ast.parse('a = f"{n:,}"\nb = f"{n:.0f}, {m}"\nc = tr("{n:,}", n=n)\n')) == [1]
