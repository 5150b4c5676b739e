# SPDX-License-Identifier: Apache-2.0
"""What every source file keeps to."""

import ast

import pytest

from tools import sources
from tools.members import ROOT

SPDX = "# SPDX-License-Identifier: Apache-2.0"
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "base2"}

# Where strange code is called and its failure must not be ours: requests, jobs, sagas, events,
# messages, the import of plugins, and calls whose exception is carried to whoever waits for them.
MAY_CATCH_ALL = {
    "synnefo_core/abreast.py",
    "synnefo_core/wsgi/faults.py",
    "synnefo_core/wsgi/middleware.py",
    "synnefo_core/bus.py",
    "synnefo_core/worker.py",
    "synnefo_core/sagas.py",
    "synnefo_core/outbox.py",
    "synnefo_core/plugins.py",
    "synnefo_core/offload.py",
}


def scripts():
    """Return the shell scripts: what starts with #! or ends in .sh."""
    candidates = [ROOT / "run", ROOT / "test", ROOT / ".ci/run"]
    for folder in ("tools", "tests"):
        candidates += [path for path in (ROOT / folder).rglob("*") if path.is_file()]
    return [
        path
        for path in candidates
        if path.suffix != ".py" and (path.suffix == ".sh" or path.read_bytes().startswith(b"#!"))
    ]


def test_every_source_says_its_licence_first():
    paths = [source.path for source in sources.everything()] + scripts()

    without = [
        str(path.relative_to(ROOT))
        for path in paths
        if SPDX not in path.read_text().splitlines()[:2]
    ]

    assert [] == without


def test_no_module_is_a_drawer_for_odds_and_ends():
    drawers = [
        source.name
        for source in sources.everything()
        if FORBIDDEN_NAMES & {source.path.stem, source.path.parent.name}
    ]

    assert [] == drawers


def catches_all(handler):
    """Tell whether a handler swallows every exception; to clean up and raise again is fine."""
    names = {name.id for name in ast.walk(handler.type or handler) if isinstance(name, ast.Name)}
    is_broad = handler.type is None or bool(names & {"Exception", "BaseException"})
    last = handler.body[-1]
    raises_again = isinstance(last, ast.Raise) and last.exc is None
    return is_broad and not raises_again


def test_only_the_loops_of_the_core_catch_every_exception():
    broad = [
        f"{source.name}:{node.lineno}"
        for source in sources.everything()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ExceptHandler) and catches_all(node)
    ]

    assert [] == [place for place in broad if place.rpartition(":")[0] not in MAY_CATCH_ALL]


def sleeps(tree):
    """Yield the lines that call ``time.sleep``, under whatever name it was imported."""
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "time"
        for alias in node.names
        if alias.name == "sleep"
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (
            ast.unparse(node.func) == "time.sleep" or ast.unparse(node.func) in imported
        ):
            yield node.lineno


def test_tests_await_conditions_instead_of_sleeping():
    # The laboratories poll servers that tell nobody when they are ready; they are no tests.
    asleep = [
        f"{source.name}:{line}"
        for source in sources.tests()
        if source.path.name.startswith(("test_", "conftest"))
        for line in sleeps(source.tree)
    ]

    assert [] == asleep


def test_system_tests_say_that_they_are():
    # The part "system" is chosen by this mark, wherever the tests lie; without it they never run.
    unmarked = [
        source.name
        for source in sources.tests()
        if source.name.startswith("tests/system/")
        and source.path.name.startswith("test_")
        and "pytestmark = pytest.mark.system" not in source.text
    ]

    assert [] == unmarked


@pytest.mark.parametrize("word", ["TODO", "FIXME", "XXX"])
def test_nothing_is_put_off_in_a_comment(word):
    # The words are split so that this file does not find itself.
    put_off = [
        f"{source.name}:{number}"
        for source in sources.everything()
        for number, line in enumerate(source.text.splitlines(), 1)
        if f"# {word}" in line
    ]

    assert [] == put_off
