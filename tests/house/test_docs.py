# SPDX-License-Identifier: Apache-2.0
"""The documents say what is true."""

import ast
from itertools import pairwise

import pytest

from tools import diagrams
from tools.members import ROOT, members
from tools.sources import Source

HOOKSPECS = Source(ROOT / "synnefo_core/hookspecs.py")


def signature(function: ast.FunctionDef) -> str:
    """Write a hook as its heading in docs/plugins/hooks.rst does."""
    return f"{function.name}({ast.unparse(function.args)}) -> {ast.unparse(function.returns)}"


def hooks() -> list[str]:
    return [
        signature(node)
        for node in HOOKSPECS.tree.body
        if isinstance(node, ast.FunctionDef)
        and any("hookspec" in ast.unparse(decorator) for decorator in node.decorator_list)
    ]


def headings(text: str) -> set[str]:
    """Return the section titles of a reStructuredText document, without markup."""
    lines = text.splitlines()
    return {
        title.strip().replace("``", "")
        for title, underline in pairwise(lines)
        if title.strip() and underline and set(underline) < set("=-~^\"'") and len(underline) >= 3
    }


@pytest.mark.parametrize("hook", hooks(), ids=lambda hook: hook.partition("(")[0])
def test_every_hook_has_its_section_in_the_reference(hook):
    documented = headings((ROOT / "docs/plugins/hooks.rst").read_text())

    assert hook in documented


def test_the_reference_describes_no_hook_that_is_gone():
    documented = headings((ROOT / "docs/plugins/hooks.rst").read_text())

    assert set(hooks()) == {heading for heading in documented if ") -> " in heading}


def test_the_status_table_names_the_packages_that_exist_and_no_others():
    readme = (ROOT / "README.rst").read_text()

    named = {
        word.strip("`,. ")
        for line in readme.splitlines()
        for word in line.split()
        if word.strip("`,. ").startswith(("services/", "apis/", "plugins/"))
        and not word.strip("`,. ").endswith(("/", "*"))
    }
    assert {member.folder for member in members()} == named


def test_the_diagrams_show_the_states_that_the_code_goes_by():
    page = diagrams.PAGE.read_text()

    assert diagrams.redrawn(page) == page
