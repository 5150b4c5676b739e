# SPDX-License-Identifier: Apache-2.0
"""Who may import whom: the arrows of the house, for import-linter.

    apis/* -> services/* -> synnefo_core <- plugins/*

The contracts are made from the table below and from the folders that exist, so a new member
is under the rules of its kind without being listed.

Usage: python -m tools.layers [arguments of lint-imports]
"""

import configparser
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tools.members import ROOT, Member, members

CORE = "synnefo_core"

# Which rooms a room stands on; it may import those and what these stand on. No room imports
# identity: groups and roles are in the context, names come from the contract Directory.
STANDS_ON = {
    "compute": {"volume", "network"},
    "volume": {"image"},
    "image": {"object_store"},
    "object_store": {"blocks"},
    "blocks": {"backends"},
    "network": {"backends"},
    "identity": {"quota"},
    "backends": {"quota"},
    "quota": set[str](),
}

# Plugins that know more than the core: what runs on a Ganeti node opens the block store.
PLUGINS_STAND_ON = {"node_ganeti": {"blocks"}}

# A room speaks no HTTP; that is for the faces.
WEB = ("webob", "routes", f"{CORE}.wsgi")

# The one place that patches, the one that leaves the green world, and the shipped test runner.
MAY_KNOW_EVENTLET = (f"{CORE}.server", f"{CORE}.offload", f"{CORE}.testing.**")


def below(room: str) -> set[str]:
    """Return every room that a room may import."""
    direct = STANDS_ON[room]
    return direct.union(*(below(lower) for lower in direct))


def allowed(member: Member) -> set[str]:
    """Return the packages of other members that a member may import."""
    if member.kind == "plugins":
        return {f"synnefo_{room}" for room in PLUGINS_STAND_ON.get(member.name, ())}
    rooms = STANDS_ON if member.kind == "apis" else below(member.name)
    return {f"synnefo_{room}" for room in rooms}


def contracts(house: list[Member]) -> dict[str, dict[str, Iterable[str]]]:
    """Return import-linter's "forbidden" contracts: name → sources and what they don't import."""
    packages = {member.package for member in house}
    rooms = [member.package for member in house if member.kind == "services"]
    faces = [member.package for member in house if member.kind == "apis"]
    found: dict[str, dict[str, Iterable[str]]] = {
        f"{CORE} imports no member": {"source_modules": [CORE], "forbidden_modules": packages},
        "rooms speak no HTTP": {"source_modules": rooms, "forbidden_modules": WEB},
        "faces import rooms by their public face": {
            "source_modules": faces,
            "forbidden_modules": [f"{room}.**" for room in rooms],
        },
        "only the server imports eventlet": {
            "source_modules": [CORE, *packages],
            "forbidden_modules": ["eventlet"],
            "ignore_imports": [f"{module} -> eventlet" for module in MAY_KNOW_EVENTLET],
        },
    }
    for member in house:
        found[f"{member.package} imports only downward"] = {
            "source_modules": [member.package],
            "forbidden_modules": packages - allowed(member) - {member.package},
        }
    return {name: rule for name, rule in found.items() if all(rule.values())}


def configuration(house: list[Member]) -> configparser.ConfigParser:
    """Write the contracts as import-linter reads them."""
    config = configparser.ConfigParser(interpolation=None)
    config["importlinter"] = {
        "root_packages": _lines([CORE, *(member.package for member in house)]),
        "include_external_packages": "True",
    }
    for name, rule in contracts(house).items():
        config[f"importlinter:contract:{name}"] = {
            "name": name,
            "type": "forbidden",
            # What an allowed package imports in its turn is its own affair.
            "allow_indirect_imports": "True",
            "unmatched_ignore_imports_alerting": "none",
            **{key: _lines(sorted(modules)) for key, modules in rule.items()},
        }
    return config


def _lines(names: Iterable[str]) -> str:
    return "".join(f"\n{name}" for name in names)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "importlinter.ini"
        with path.open("w") as file:
            configuration(members()).write(file)
        command = ["lint-imports", "--config", str(path), *sys.argv[1:]]
        # It reads and does not import, so a member that can't be installed here is checked, too.
        folders = os.pathsep.join(str(member.path / "src") for member in members())
        environment = {**os.environ, "PYTHONPATH": folders}
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
