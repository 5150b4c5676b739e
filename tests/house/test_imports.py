# SPDX-License-Identifier: Apache-2.0
"""Every package declares what it imports, and what must be light stays light."""

import ast
import importlib.metadata
import json
import re
import subprocess
import sys

import pytest

from tools import sources
from tools.members import ROOT, members, read_setup

# What a Ganeti node imports of the core must come without these.
HEAVY = {
    "sqlalchemy",
    "alembic",
    "webob",
    "routes",
    "oslo_policy",
    "cliff",
    "eventlet",
    "jsonschema",
}
LIGHT_MODULES = ("plugins", "hookspecs", "contracts", "config", "options")

# Typeshed's names exist for type checkers only.
NOT_INSTALLED = {"_typeshed"}

# What is not installed everywhere can't tell from which distribution it is.
NOT_EVERYWHERE = {"ldap": ["python-ldap"]}

FOLDERS = {"synnefo_core": ROOT, **{member.package: member.path for member in members()}}


def normalized(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def declared(folder) -> set[str]:
    """Return the distributions that a setup.cfg requires, in its extras too."""
    setup = read_setup(folder)
    lines = setup["options"]["install_requires"].splitlines()
    if "options.extras_require" in setup:
        lines += [
            line
            for extra in setup["options.extras_require"].values()
            for line in extra.splitlines()
        ]
    return {normalized(re.match(r"[\w.-]+", line)[0]) for line in lines if re.match(r"\w", line)}


def imported(package: str) -> dict[str, str]:
    """Return the foreign top-level names that a package imports, each with one place."""
    names = {}
    for source in sources.product():
        if package not in source.path.parts:
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                modules = [node.module]
            else:
                continue
            for module in modules:
                names[module.partition(".")[0]] = f"{source.name}:{node.lineno}"
    own = sys.stdlib_module_names | NOT_INSTALLED | {package}
    return {name: place for name, place in names.items() if name not in own}


@pytest.mark.parametrize("package", FOLDERS)
def test_a_package_declares_what_it_imports(package):
    distributions = NOT_EVERYWHERE | dict(importlib.metadata.packages_distributions())

    undeclared = {
        name: place
        for name, place in imported(package).items()
        if not {normalized(found) for found in distributions.get(name, [name])}
        & declared(FOLDERS[package])
    }

    assert {} == undeclared


@pytest.mark.parametrize("package", FOLDERS)
def test_every_dependency_has_a_version_that_we_test_with(package):
    constraints = (ROOT / "constraints.txt").read_text()
    pinned = {normalized(name) for name in re.findall(r"^([\w.-]+)==", constraints, re.MULTILINE)}
    own = {normalized(name) for name in FOLDERS}

    assert set() == declared(FOLDERS[package]) - pinned - own


@pytest.mark.parametrize("module", LIGHT_MODULES)
def test_what_a_node_needs_of_the_core_loads_no_web_and_no_database(module):
    code = f"import json, sys, synnefo_core.{module}; print(json.dumps(list(sys.modules)))"

    output = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout

    assert set() == HEAVY & set(json.loads(output))
