#!/usr/bin/env python3
"""Measure how easy the code is to find one's way in: sizes, folders, duplicate names, import cycles, comments.

    python3 packaging/measure_structure.py [FOLDER]     a table of the figures; FOLDER is app/saywrite by default

`dev.py check` prints the table, and tests/structure holds the figures that have a limit. Standard library only.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

SHORT_MODULE = 60
PACKAGE = "saywrite"


def sources(root: Path) -> dict[str, str]:
    """The text of every module below `root`, by its path relative to it."""
    return {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in sorted(root.rglob("*.py"))}


def module_name(path: str) -> str:
    """`audio/levels.py` is `saywrite.audio.levels`; a package is named after its folder."""
    parts = [PACKAGE, *Path(path).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def entries_per_folder(root: Path) -> dict[str, int]:
    """Modules and packages in each folder; `__init__.py` and caches are not counted."""
    counted: dict[str, int] = {}
    for folder in [root, *(path for path in sorted(root.rglob("*")) if path.is_dir())]:
        if folder.name == "__pycache__":
            continue
        names = [path.name for path in folder.iterdir() if path.name not in ("__init__.py", "__pycache__")]
        counted[str(folder.relative_to(root))] = len(names)
    return counted


def public_classes(texts: Mapping[str, str]) -> dict[str, list[str]]:
    """Where each public class is defined, by its name."""
    found: dict[str, list[str]] = defaultdict(list)
    for path, text in texts.items():
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(path)
    return dict(found)


def imports(text: str, known: set[str]) -> set[str]:
    """The modules out of `known` that a module imports, also late and under TYPE_CHECKING."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            members = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (members & known) or {node.module}
            if not members <= known:
                found.add(node.module)
    return found & known


def cycles(texts: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Groups of modules that import each other, directly or around a corner (strongly connected components)."""
    known = {module_name(path) for path in texts}
    graph = {module_name(path): imports(text, known) - {module_name(path)} for path, text in texts.items()}
    return [tuple(sorted(group)) for group in _components(graph) if len(group) > 1]


def _components(graph: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Tarjan's algorithm, with a stack of its own instead of recursion."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    path: list[str] = []
    found: list[list[str]] = []
    for root in graph:
        work = [(root, iter(graph[root]))] if root not in index else []
        if work:
            index[root] = low[root] = len(index)
            path.append(root)
        while work:
            node, targets = work[-1]
            for target in targets:
                if target not in index:
                    index[target] = low[target] = len(index)
                    path.append(target)
                    work.append((target, iter(graph[target])))
                    break
                if target in path:
                    low[node] = min(low[node], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    at = path.index(node)
                    found.append(path[at:])
                    del path[at:]
    return found


def comment_lines(text: str) -> int:
    """Lines that hold a comment, alone or behind code."""
    return sum(token.type == tokenize.COMMENT for token in tokenize.generate_tokens(io.StringIO(text).readline))


def code_lines(text: str) -> int:
    """Lines that hold code: neither blank nor only a comment or a docstring (of a module, class, function or value)."""
    held: set[int] = set()
    layout = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in layout:
            held.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            held.difference_update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(held)


def table(root: Path) -> list[tuple[str, str]]:
    """The figures, each with its name."""
    texts = sources(root)
    lengths = {path: len(text.splitlines()) for path, text in texts.items()}
    lines = sum(lengths.values())
    modules = [path for path in texts if not path.endswith("__init__.py")]
    folders = Counter(entries_per_folder(root))
    largest, count = folders.most_common(1)[0]
    repeated = {name: paths for name, paths in public_classes(texts).items() if len(paths) > 1}
    comments = sum(map(comment_lines, texts.values()))
    longest = max(lengths, key=lambda path: lengths[path])
    return [
        ("lines", f"{lines:,}"),
        ("lines of code without blanks, comments and docstrings", f"{sum(map(code_lines, texts.values())):,}"),
        ("modules", str(len(modules))),
        ("most entries in a folder", f"{count} ({largest})"),
        ("longest module", f"{lengths[longest]} ({longest})"),
        (f"modules under {SHORT_MODULE} lines", str(sum(lengths[path] < SHORT_MODULE for path in modules))),
        ("class names used twice or more", str(len(repeated))),
        ("import cycles", str(len(cycles(texts)))),
        ("comment lines", f"{100 * comments / lines:.1f} %"),
    ]


def main(arguments: list[str]) -> int:
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent / "app" / PACKAGE
    figures = table(root)
    width = max(len(name) for name, _figure in figures)
    for name, figure in figures:
        print(f"{name:{width}}  {figure}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
