# SPDX-License-Identifier: Apache-2.0
"""The command ``synnefo-eventd``."""

from __future__ import annotations

import argparse
import fcntl
import logging
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from synnefo_core import logs
from synnefo_core.contracts.driver import Misconfigured
from synnefo_node_ganeti.ending import Ending
from synnefo_node_ganeti.eventd import Eventd
from synnefo_node_ganeti.options import FILE, Options, load, make_bus

log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the daemon until it is told to end."""
    parser = argparse.ArgumentParser(
        prog="synnefo-eventd", description="Tell the cloud what happens to its servers on Ganeti."
    )
    parser.add_argument(
        "--config", type=Path, default=FILE, metavar="FILE", help=f"default: {FILE}"
    )
    parser.add_argument(
        "--show-unit", action="store_true", help="print the unit for systemd and end"
    )
    arguments = parser.parse_args(argv)
    if arguments.show_unit:
        sys.stdout.write(unit())
        return 0
    try:
        return _run(arguments.config)
    except (Misconfigured, OSError, sqlite3.Error) as problem:
        sys.stderr.write(f"synnefo-eventd: {problem}\n")
        return 1


def unit() -> str:
    """Return the unit for systemd, with the path of this very command."""
    text = (files("synnefo_node_ganeti") / "synnefo-eventd.service").read_text()
    return text.replace("@COMMAND@", str(Path(sys.argv[0]).absolute()))


def _run(file: Path) -> int:
    config = load(file)
    told = Options.of(config)
    told.state_directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(told.state_directory):
        bus = make_bus(config, told.state_directory)
        eventd = Eventd(told, bus)
        logs.configure(told.log_format, told.log_level)
        if file.stat().st_mode & 0o007:
            log.warning("everybody can read the broker's password", extra={"file": str(file)})
        ending = Ending()
        ending.heed_signals()
        log.info("watching the job queue", extra={"node": told.node_name})
        try:
            eventd.run(ending)
        finally:
            eventd.close()
            bus.close()
    return 0


@contextmanager
def _alone(state_directory: Path) -> Iterator[None]:
    """Be the only one who uses a state directory.

    Raises:
        Misconfigured: Another one does.
    """
    with (state_directory / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Misconfigured(f"another synnefo-eventd uses {state_directory}") from None
        yield
