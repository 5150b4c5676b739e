# SPDX-License-Identifier: Apache-2.0
"""``synnefo-guest-os``: put the OS definition of the cloud's guests where Ganeti finds it."""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Sequence
from pathlib import Path

from synnefo_node_ganeti import os_appliance, os_inside, os_offline, os_script

NAME = "snf-guest"
DIRECTORY = Path("/srv/ganeti/os")
PYTHON = "#!/usr/bin/python3 -I\n"
"""The system's own: Ganeti itself needs it."""

TEXTS = {
    "ganeti_api_version": "20\n",
    "variants.list": "default\n",
    "parameters.list": "".join(
        f"{name} {meaning}\n"
        for name, meaning in (
            (os_script.IMAGE, "path of a raw image on the node, for the first disk"),
            *((name, "a part of what the guest is told; secret") for name in os_script.SEEDS),
        )
    ),
}


def install(directory: Path) -> Path:
    """Write the OS definition below a directory of Ganeti's, over one that is there; return it."""
    definition = directory / NAME
    definition.mkdir(parents=True, exist_ok=True)
    for name, text in TEXTS.items():
        (definition / name).write_text(text)
    sources = {
        **dict.fromkeys(os_script.SCRIPTS, os_script),
        os_script.OFFLINE: os_offline,
        os_offline.INSIDE: os_inside,
    }
    for name, source in sources.items():
        # The old one goes only when the new one is whole: Ganeti may be running it.
        draft = definition / f".{name}"
        draft.write_text(PYTHON + inspect.getsource(source))
        draft.chmod(0o755)
        draft.rename(definition / name)
    return definition


def main(arguments: Sequence[str] | None = None) -> int:
    """Install it, on this node."""
    parser = argparse.ArgumentParser(prog="synnefo-guest-os", description=__doc__)
    parser.add_argument(
        "--to", type=Path, default=DIRECTORY, help=f"Ganeti's directory (default: {DIRECTORY})"
    )
    parser.add_argument(
        "--offline",
        action="store_true",
        help="also make what writes on the disks of images without cloud-init, from this node's "
        "kernel and programs; takes 400 MB and needs python3-guestfs",
    )
    told = parser.parse_args(arguments)
    definition = install(told.to)
    if told.offline:
        try:
            os_appliance.make(definition)
        except os_appliance.NotMade as reason:
            sys.stderr.write(f"{reason}\n")
            return 1
    sys.stdout.write(f"{definition} is there; install it on every node of the cluster\n")
    return 0
