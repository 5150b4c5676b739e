# SPDX-License-Identifier: Apache-2.0
"""Tempest: its lists, its configuration and what its results say.

What wants guests to log in to has a list of its own, ``guests``: it takes a cluster with QEMU.
``owed.csv`` names the tests of the lists that can't pass yet, with the letter of the issue that owes
each and what it wants. They must not pass, or are no longer owed; the others must.
"""

from __future__ import annotations

import configparser
import csv
import io
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.interop import things
from tools.interop.cloud import PASSWORD, Cloud

LISTS = Path(__file__).parent
PASSED = "success"
MISSING = "not run"
GUESTS = "guests"


def names() -> list[str]:
    """Return the names of the lists."""
    return sorted(path.stem for path in LISTS.glob("*.txt"))


def listed(name: str) -> list[str]:
    """Return the ids that a list requires, with their attributes, but for those that want guests."""
    lines = (LISTS / f"{name}.txt").read_text().splitlines()
    elsewhere = set() if name == GUESTS else set(listed(GUESTS))
    return [line for line in lines if line and line[0] != "#" and line not in elsewhere]


def owed() -> Mapping[str, str]:
    """Return the letter of the issue that owes it for each test that can't pass yet."""
    with (LISTS / "owed.csv").open() as file:
        return {row["test"]: row["issue"] for row in csv.DictReader(file)}


def bare(test: str) -> str:
    """Return the id of a test without its attributes."""
    return test.partition("[")[0]


def configuration(
    cloud: Cloud, workspace: Path, more: Mapping[str, Mapping[str, str]]
) -> configparser.ConfigParser:
    """Return what Tempest is to know of a cloud, and ``more``."""
    config = configparser.ConfigParser(interpolation=None)
    config.read_dict(
        {
            "DEFAULT": {"log_file": str(workspace / "tempest.log")},
            "oslo_concurrency": {"lock_path": str(workspace / "locks")},
            "auth": {
                "use_dynamic_credentials": "true",
                "admin_username": "admin",
                "admin_password": PASSWORD,
                "admin_project_name": "admin",
                "admin_domain_name": "Default",
            },
            "identity": {
                "auth_version": "v3",
                "uri_v3": f"{cloud.url}/identity/v3",
                "region": "RegionOne",
                # As tools/interop/synnefo.conf has it.
                "user_unique_last_password_count": "2",
                "user_lockout_failure_attempts": "2",
                "user_lockout_duration": "5",
            },
            "identity-feature-enabled": {
                "security_compliance": "true",
                "access_rules": "true",
            },
            "service_available": {"cinder": "false"},
        }
    )
    config.read_dict(more)
    return config


def run(name: str, cloud: Cloud, workspace: Path, *, workers: int) -> Mapping[str, str]:
    """Run a list; return the outcome of each of its tests by its id."""
    more = things.make(cloud, name)
    programs = Path(sys.executable).parent
    # Tempest remembers its workspaces in the home directory unless told otherwise.
    register = ["--workspace-path", str(workspace.with_suffix(".yaml"))]
    subprocess.run([programs / "tempest", "init", *register, workspace], check=True)
    with (workspace / "etc" / "tempest.conf").open("w") as file:
        configuration(cloud, workspace, more).write(file)
    chosen, ids = workspace / "tests.txt", listed(name)
    # Tempest calls some tests slow, by their ids, only where guests are logged in to.
    either = dict.fromkeys([*ids, *(each.replace(",slow]", "]") for each in ids)])
    chosen.write_text("".join(f"{each}\n" for each in either))
    tests = ["--load-list", str(chosen), "--concurrency", str(workers)]
    # The outcomes say how it went, each for itself.
    subprocess.run([programs / "tempest", "run", *tests], cwd=workspace, check=False)
    stream = subprocess.run(
        [programs / "stestr", "last", "--subunit"], cwd=workspace, check=False, capture_output=True
    ).stdout
    table = subprocess.run(
        [programs / "subunit2csv", "--no-passthrough"],
        input=stream,
        check=False,
        capture_output=True,
    ).stdout
    return outcomes([bare(each) for each in ids], table.decode())


def outcomes(ids: Sequence[str], table: str) -> Mapping[str, str]:
    """Return the outcome of each id from subunit's table; what is not in it did not run."""
    found = {bare(row["test"]): row["status"] for row in csv.DictReader(io.StringIO(table))}
    return {each: found.get(each, MISSING) for each in ids}


def complaints(found: Mapping[str, str], waiting: Mapping[str, str]) -> list[str]:
    """Return a line for each test that did not do what was expected of it.

    Args:
        found: The outcome of each test.
        waiting: The tests that can't pass yet.
    """
    failed = {each: outcome for each, outcome in found.items() if outcome != PASSED}
    return [
        *(f"{outcome}: {each}" for each, outcome in failed.items() if each not in waiting),
        *(f"passes but is owed: {each}" for each in waiting if found.get(each) == PASSED),
    ]
