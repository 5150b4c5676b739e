# SPDX-License-Identifier: Apache-2.0
"""Folder, distribution, import and entry points derive from each other."""

import re
import tomllib

import pytest

from tools.members import NOT_EVERYWHERE, ROOT, Member, members, read_setup
from tools.set_version import with_version

BUILD_SYSTEM = {"requires": ["setuptools>=77"], "build-backend": "setuptools.build_meta"}
DRIVER_GROUPS = {
    "storage": "synnefo.storage",
    "backend": "synnefo.compute_backend",
    "auth": "synnefo.auth",
    "bus": "synnefo.bus",
}

every_member = pytest.mark.parametrize("member", members(), ids=lambda member: member.folder)


def entry_points(member: Member) -> dict[str, dict[str, str]]:
    """Return a member's entry points: group → name → target."""
    setup = member.setup
    if not setup.has_section("options.entry_points"):
        return {}
    return {
        group: dict(re.findall(r"^(\S+)\s*=\s*(\S+)$", lines, re.MULTILINE))
        for group, lines in setup["options.entry_points"].items()
    }


def core_version() -> str:
    return read_setup(ROOT)["metadata"]["version"]


@every_member
def test_the_distribution_is_named_after_its_folder(member):
    assert member.distribution == member.setup["metadata"]["name"]


@every_member
def test_the_only_import_is_named_after_the_folder(member):
    packages = [path.name for path in (member.path / "src").iterdir() if path.suffix != ".egg-info"]

    assert [member.package] == packages


@every_member
def test_entry_points_lead_into_the_members_own_package(member):
    targets = [target for names in entry_points(member).values() for target in names.values()]

    strange = [target for target in targets if re.split(r"[.:]", target)[0] != member.package]
    assert [] == strange


@every_member
def test_a_driver_is_named_after_its_technology(member):
    kind, _, technology = member.name.partition("_")
    if member.kind != "plugins" or kind not in DRIVER_GROUPS:
        pytest.skip("has no driver by its name")

    assert [technology] == list(entry_points(member).get(DRIVER_GROUPS[kind], {}))


@every_member
def test_a_hook_plugin_is_named_after_its_package(member):
    names = list(entry_points(member).get("synnefo.hooks", {}))

    assert names in ([], [member.package.removeprefix("synnefo_")])


@every_member
def test_its_version_and_that_of_its_siblings_is_the_cores(member):
    setup = (member.path / "setup.cfg").read_text()

    assert "synnefo-core" in setup
    assert with_version(setup, core_version()) == setup


@every_member
def test_licence_python_and_types_are_declared(member):
    assert "Apache-2.0" == member.setup["metadata"]["license_expression"]
    assert ">=3.11" == member.setup["options"]["python_requires"]
    assert "py.typed" in member.setup["options.package_data"]["*"]
    assert (member.source / "py.typed").exists()


@every_member
def test_the_build_system_is_the_same_everywhere(member):
    pyproject = tomllib.loads((member.path / "pyproject.toml").read_text())

    assert {"build-system": BUILD_SYSTEM} == pyproject


def test_development_installs_every_member():
    lines = (ROOT / "requirements-dev.txt").read_text().splitlines()

    expected = {f"-e ./{member.folder}" for member in members()} - {
        f"-e ./{folder}" for folder in NOT_EVERYWHERE
    }
    assert expected == {line for line in lines if line.startswith("-e ./")}
