# SPDX-License-Identifier: Apache-2.0
"""A package installs from its wheel alone: what it needs comes by its own declaration."""

import zipfile
from pathlib import Path

import pytest

from tools.members import ROOT, Member, members

EXAMPLES = [
    "services/compute",
    "apis/compute",
    "plugins/storage_nfs",
    "plugins/backend_ganeti",
    "plugins/auth_local",
]

# Every module is imported but Alembic's scripts, which only run inside a migration.
IMPORT_ALL = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    if ".migrations." not in module.name:
        importlib.import_module(module.name)
"""

LIST_BROKEN = """
from synnefo_core.plugins import Plugins, drivers
print([plugin for plugin in [*Plugins().broken, *drivers()] if plugin.problem])
"""


@pytest.mark.parametrize("folder", EXAMPLES)
def test_a_package_alone_is_whole(environment, folder):
    member = Member(folder)

    environment.install(member.distribution)

    environment.run("python", "-c", IMPORT_ALL, member.package)
    assert "[]\n" == environment.run("python", "-c", LIST_BROKEN)


def files(package: Path) -> set[str]:
    """Return the files of a package, as they are named from the folder that holds it."""
    return {
        str(path.relative_to(package.parent))
        for path in package.rglob("*")
        if path.is_file() and path.parent.name != "__pycache__"
    }


@pytest.mark.parametrize(
    "package",
    [ROOT / "synnefo_core", *(member.source for member in members())],
    ids=lambda package: package.name,
)
def test_a_wheel_holds_every_file_of_its_package(wheels, package):
    (wheel,) = wheels.glob(f"{package.name}-*.whl")

    assert set() == files(package) - set(zipfile.ZipFile(wheel).namelist())
