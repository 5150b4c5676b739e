# SPDX-License-Identifier: Apache-2.0
"""``synnefo-extstorage``: put the provider where Ganeti finds it; and what Ganeti then calls."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from synnefo_core.contracts import volumes
from synnefo_core.contracts.driver import DriverError
from synnefo_core.signatures import Verifier, read_keys
from synnefo_node_ganeti.ext.provider import KEYS, Places, Provider
from synnefo_node_ganeti.ext.request import PARAMETERS, Refused, Request

NAME = "synnefo"
DIRECTORY = Path("/usr/local/lib/ganeti/extstorage")

ACTIONS: dict[str, Callable[[Provider], str]] = {
    "attach": Provider.attach,
    "close": Provider.close,
    "create": Provider.create,
    "detach": Provider.detach,
    "grow": Provider.grow,
    "open": Provider.open,
    "remove": Provider.remove,
    "setinfo": Provider.setinfo,
    "snapshot": Provider.snapshot,
    "verify": Provider.verify,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the words say; what Ganeti is to know is written to the standard output."""
    told = _parser().parse_args(argv)
    places = Places(told.config, told.run)
    if told.action == "install":
        sys.stdout.write(f"{install(told.to, places)} is there; install it on every node\n")
        return 0
    try:
        verifier = Verifier(read_keys(places.config / KEYS), volumes.PURPOSE)
        answer = ACTIONS[told.action](Provider(places, Request.of(os.environ, verifier)))
    except (Refused, DriverError, OSError, ValueError) as problem:
        sys.stderr.write(f"synnefo-extstorage {told.action}: {problem}\n")
        return 1
    sys.stdout.write(answer)
    return 0


def install(directory: Path, places: Places) -> Path:
    """Write the provider below a directory of Ganeti's, over one that is there; return it."""
    provider = directory / NAME
    provider.mkdir(parents=True, exist_ok=True)
    lines = [f"{name} {meaning}\n" for name, meaning in PARAMETERS.items()]
    (provider / "parameters.list").write_text("".join(lines))
    module = "synnefo_node_ganeti.ext.main"
    where = ["--config", str(places.config), "--run", str(places.run)]
    command = shlex.join([sys.executable, "-I", "-m", module, *where])
    for action in ACTIONS:
        # The old one goes only when the new one is whole: Ganeti may be running it.
        draft = provider / f".{action}"
        draft.write_text(f"#!/bin/sh\nexec {command} {action}\n")
        draft.chmod(0o755)
        draft.rename(provider / action)
    return provider


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="synnefo-extstorage", description="Serve volumes of the cloud to guests of Ganeti."
    )
    default = Places()
    parser.add_argument(
        "--config",
        type=Path,
        default=default.config,
        metavar="DIR",
        help=f"with the cloud's public keys and NAME.conf for each store; default: {default.config}",
    )
    parser.add_argument(
        "--run",
        type=Path,
        default=default.run,
        metavar="DIR",
        help=f"for sockets and logs of this boot; default: {default.run}",
    )
    parser.add_argument(
        "--to",
        type=Path,
        default=DIRECTORY,
        metavar="DIR",
        help=f"for install: Ganeti's directory of providers; default: {DIRECTORY}",
    )
    parser.add_argument("action", choices=["install", *ACTIONS], help="what to do")
    return parser


if __name__ == "__main__":
    sys.exit(main())
