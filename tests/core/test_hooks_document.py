# SPDX-License-Identifier: Apache-2.0
"""The examples in "Hooks" load, and each answers the hook that it stands below."""

import re
import textwrap
from pathlib import Path
from types import ModuleType

import pytest

from synnefo_core.plugins import Plugins
from synnefo_core.testing.plugins import core_and

DOCUMENT = Path(__file__).parents[2] / "docs/plugins/hooks.rst"
SECTION = re.compile(
    r"^``(?P<hook>\w+)\(.*\) -> .*``\n-+\n(?:(?!``\w+\(|\.\. code).*\n)*"
    r"\.\. code-block:: python\n\n(?P<code>(?:(?:   .*)?\n)+)",
    re.MULTILINE,
)
EXAMPLES = {
    found["hook"]: textwrap.dedent(found["code"])
    for found in SECTION.finditer(DOCUMENT.read_text())
}


@pytest.fixture(params=EXAMPLES)
def hook(request):
    return request.param


@pytest.fixture
def example(hook):
    """Return the example of a hook as a module."""
    module = ModuleType(f"example_{hook}")
    exec(EXAMPLES[hook], vars(module))
    return module


def test_an_example_answers_its_hook(hook, example):
    plugins = Plugins({"example": example}, entries=[])

    callers = plugins._manager.get_hookcallers(example)

    assert [hook] == [caller.name for caller in callers]


def test_the_examples_make_a_cloud(make_cloud):
    examples = {name: ModuleType(name) for name in EXAMPLES if name != "migrations"}
    for name, module in examples.items():
        exec(EXAMPLES[name], vars(module))

    cloud = make_cloud(plugins_=core_and(*examples.values()))

    assert cloud.policy.has("billing:invoice:list")
