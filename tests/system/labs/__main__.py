# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: T201  (a command line prints)
"""Laboratories by hand: ``cd tests/system && python -m labs --help``."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable

from . import (
    CephLab,
    GanetiLab,
    LabError,
    LabFailed,
    LdapLab,
    PostgresLab,
    RabbitLab,
    ShibbolethLab,
    guest,
    packages,
    records,
)
from .lab import Lab
from .records import Record
from .sandbox import ENVIRONMENT, enter

Command = Callable[[argparse.Namespace], int]


def main() -> int:
    """Run one command; returns the exit status."""
    arguments = _parser().parse_args()
    command: Command = arguments.command
    try:
        return command(arguments)
    except LabError as error:
        print(f"labs: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m labs", description="Real servers for the system tests, by hand."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    kinds = {
        "postgres": PostgresLab,
        "rabbitmq": RabbitLab,
        "ldap": LdapLab,
        "ceph": CephLab,
        "shibboleth": ShibbolethLab,
    }
    for name, make in kinds.items():
        actions = commands.add_parser(name, help=f"a {make.__name__}").add_subparsers(
            required=True, metavar="ACTION"
        )
        up = actions.add_parser("up", help="start one and leave it running")
        up.set_defaults(command=_up, make=lambda _, make=make: make())

    actions = commands.add_parser("ganeti", help="a Ganeti cluster").add_subparsers(
        required=True, metavar="ACTION"
    )
    up = actions.add_parser("up", help="start one and leave it running")
    up.add_argument(
        "number", type=int, nargs="?", choices=range(1, 10), help="its network; the first free one"
    )
    up.add_argument("--hypervisor", choices=("fake", "kvm"), default="fake")
    up.set_defaults(
        command=_up,
        make=lambda arguments: GanetiLab(arguments.number, hypervisor=arguments.hypervisor),
    )
    run = actions.add_parser("run", help="run a command on its node, such as gnt-instance list")
    run.add_argument("number", type=int)
    run.add_argument("words", nargs=argparse.REMAINDER)
    run.set_defaults(command=_run)

    commands.add_parser("guest", help="build the kernel and initrd of the guests").set_defaults(
        command=_guest
    )
    ensure = commands.add_parser("packages", help="install what a laboratory needs")
    ensure.add_argument("group", choices=sorted(packages.GROUPS), nargs="+")
    ensure.set_defaults(command=_packages)
    commands.add_parser("status", help="show what is there").set_defaults(command=_status)
    down = commands.add_parser("down", help="take away what killed runs left, or what is named")
    down.add_argument("name", nargs="*", help="as shown by status")
    down.add_argument("--all", action="store_true", help="also what is in use")
    down.set_defaults(command=_down)
    return parser


def _up(arguments: argparse.Namespace) -> int:
    lab: Lab = arguments.make(arguments)
    lab.start()
    lab.record.owner = None  # it outlives this command
    lab.record.save()
    _show(lab.record)
    return 0


def _run(arguments: argparse.Namespace) -> int:
    record = _find(f"ganeti-{arguments.number}")
    return subprocess.run(
        [*enter(record), *(arguments.words or ["bash"])], env=ENVIRONMENT, check=False
    ).returncode


def _guest(_: argparse.Namespace) -> int:
    packages.ensure("kvm")
    print(guest.build())
    return 0


def _packages(arguments: argparse.Namespace) -> int:
    for group in arguments.group:
        packages.ensure(group)
    return 0


def _status(_: argparse.Namespace) -> int:
    for record in records.find():
        _show(record)
        print(f"    used by: {_user(record)}")
    return 0


def _down(arguments: argparse.Namespace) -> int:
    named = [_find(name) for name in arguments.name]
    for record in named or records.find():
        if named or arguments.all or record.is_left_behind():
            record.undo()
            print(f"{record.name}: gone")
        else:
            print(f"{record.name}: left alone, used by {_user(record)}")
    return 0


def _user(record: Record) -> str:
    """Who uses a laboratory, in words."""
    if record.owner is None:
        return "whoever started it by hand"
    if record.is_left_behind():
        return f"nobody: process {record.owner.pid} died"
    return f"process {record.owner.pid}"


def _find(name: str) -> Record:
    for record in records.find():
        if record.name == name:
            return record
    raise LabFailed(f"there is no {name}; `python -m labs status` shows what there is")


def _show(record: Record) -> None:
    print(f"{record.name}: in {record.directory}")
    for key, value in record.facts.items():
        print(f"    {key}: {value}")


if __name__ == "__main__":
    sys.exit(main())
