# SPDX-License-Identifier: Apache-2.0
"""The Python sources of this tree, parsed, and what can be measured of them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tools.members import ROOT, members

Function = ast.FunctionDef | ast.AsyncFunctionDef

# Statements that indent what they hold.
BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.With, ast.AsyncWith, ast.Match)


@dataclass(frozen=True)
class Source:
    """One Python file."""

    path: Path

    @property
    def name(self) -> str:
        """The path from the root, as messages show it."""
        return str(self.path.relative_to(ROOT))

    @cached_property
    def text(self) -> str:
        return self.path.read_text()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.name)

    @property
    def lines(self) -> int:
        return self.text.count("\n")

    def functions(self) -> Iterator[Function]:
        """Yield every function and method, nested ones too."""
        for node in ast.walk(self.tree):
            if isinstance(node, Function):
                yield node


def product() -> list[Source]:
    """Return what gets installed: the core and every member."""
    folders = [ROOT / "synnefo_core", *(member.path / "src" for member in members())]
    return [Source(path) for folder in folders for path in sorted(folder.rglob("*.py"))]


def tests() -> list[Source]:
    """Return the tests and the laboratories."""
    return [Source(path) for path in sorted((ROOT / "tests").rglob("*.py"))]


def everything() -> list[Source]:
    """Return the product, the tests and the tools."""
    return [
        *product(),
        *tests(),
        *(Source(path) for path in sorted((ROOT / "tools").rglob("*.py"))),
    ]


def function_lines(function: Function) -> int:
    """Count the lines of a function from ``def`` to its end, its docstring not counted."""
    assert function.end_lineno is not None
    return function.end_lineno - function.lineno + 1 - docstring_lines(function)


def docstring_lines(function: Function) -> int:
    if ast.get_docstring(function, clean=False) is None:
        return 0
    docstring = function.body[0]
    assert docstring.end_lineno is not None
    return docstring.end_lineno - docstring.lineno + 1


def nesting(node: ast.AST) -> int:
    """Return how deep blocks lie in blocks; a function inside starts from nothing again."""
    return max((_depth(child) for child in ast.iter_child_nodes(node)), default=0)


def _depth(node: ast.AST) -> int:
    if isinstance(node, Function | ast.ClassDef | ast.Lambda):
        return 0
    if not isinstance(node, BLOCKS):
        return nesting(node)
    # "elif" is an If alone in the else of another, and reads as its sibling.
    if isinstance(node, ast.If) and len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
        inner = max((_depth(child) for child in (node.test, *node.body)), default=0)
        return max(1 + inner, _depth(node.orelse[0]))
    return 1 + nesting(node)
