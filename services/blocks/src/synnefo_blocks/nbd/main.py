# SPDX-License-Identifier: Apache-2.0
"""The command ``synnefo-nbd``: one volume for one guest, in a process of its own."""

from __future__ import annotations

import argparse
import ipaddress
import logging
import resource
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from oslo_config import cfg

from synnefo_blocks import volumes
from synnefo_blocks.nbd import handing
from synnefo_blocks.nbd.server import Server
from synnefo_blocks.nbd.tls import TlsDoor, TlsTerms
from synnefo_blocks.nbd.turns import Claim, LateDisk, Turn
from synnefo_blocks.node_stores import NodeStores
from synnefo_core import logs
from synnefo_core.contracts.driver import DriverError, Misconfigured
from synnefo_core.contracts.storage import Fenced, StorageError

log = logging.getLogger(__name__)

FILE = Path("/etc/synnefo/nbd.conf")

EXIT_FENCED = 3
"""Somebody else writes the volume now."""


def main(argv: Sequence[str] | None = None) -> int:
    """Serve a volume until told to end; return the status of the process."""
    told = _parser().parse_args(argv)
    logs.configure("text", "INFO")
    try:
        with closing(NodeStores(told.config)) as stores:
            return _serve(stores, told)
    except (DriverError, OSError, ValueError) as problem:
        sys.stderr.write(f"synnefo-nbd: {problem}\n")
        return EXIT_FENCED if isinstance(problem, Fenced) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="synnefo-nbd", description="Serve a volume to QEMU on a unix socket."
    )
    parser.add_argument("volume", help="the volume's name in the store")
    parser.add_argument("--socket", type=Path, required=True, metavar="PATH")
    beginning = parser.add_mutually_exclusive_group(required=True)
    beginning.add_argument(
        "--epoch", type=int, help="the number of this writer, larger than all before"
    )
    beginning.add_argument(
        "--take-over",
        action="store_true",
        help="replace the process that serves at the socket; its clients notice nothing",
    )
    parser.add_argument(
        "--listen",
        metavar="ADDRESS:PORT",
        help="serve clients over TLS, too; see [tls] of the file",
    )
    parser.add_argument(
        "--late", action="store_true", help="become the writer only when a client uses the disk"
    )
    parser.add_argument(
        "--last-epoch",
        type=int,
        metavar="NUMBER",
        help="with --late: take the first number from --epoch up to this one that no writer had",
    )
    parser.add_argument(
        "--others",
        type=Path,
        metavar="FILE",
        help="with --late: while this file is there, wait for the writer that there is to end",
    )
    parser.add_argument(
        "--config", type=Path, default=FILE, metavar="FILE", help=f"default: {FILE}"
    )
    return parser


def _serve(stores: NodeStores, told: argparse.Namespace) -> int:
    _allow_files()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: ended.set())
    if told.late:
        return _serve_late(stores, told, ended)
    store = stores.of_volume(told.volume)
    storage, terms = store.storage, store.terms
    if told.take_over:
        offered = handing.ask(told.socket)
        try:
            volume = volumes.adopt(storage, told.volume, epoch=offered.epoch, terms=terms)
        except BaseException:
            offered.decline()
            raise
        offered.take()
        server = Server(volume, told.socket, offered.taken)
    else:
        volume = volumes.open_volume(storage, told.volume, epoch=told.epoch, terms=terms)
        server = Server(volume, told.socket)
    serving = threading.Thread(target=server.serve, name="nbd-server", daemon=True)
    serving.start()
    log.info("serving", extra={"volume": told.volume, "epoch": volume.epoch})
    with ExitStack() as stack:
        if told.listen:
            encrypted = TlsDoor(
                _address(told.listen), _tls_terms(stores.first.config), server.admit
            )
            stack.callback(encrypted.close)
        return _served(volume, server, told.socket, ended=ended, stores=stores)


def _address(told: str) -> tuple[str, int]:
    host, _, port = told.rpartition(":")
    return host.strip("[]"), int(port)


def _tls_terms(config: cfg.ConfigOpts) -> TlsTerms:
    told = config.tls
    if not (told.certificate and told.key and told.authority and told.allowed):
        raise Misconfigured("--listen needs certificate, key, authority and allowed in [tls]")
    networks = [ipaddress.ip_network(each) for each in told.allowed]
    return TlsTerms(Path(told.certificate), Path(told.key), Path(told.authority), networks)


def _serve_late(stores: NodeStores, told: argparse.Namespace, ended: threading.Event) -> int:
    """Serve a volume that is opened when a client uses it."""
    epochs = range(told.epoch, (told.last_epoch or told.epoch) + 1)
    claim, first = Claim(told.volume, epochs, told.others), stores.first
    turn = Turn(first.storage, claim, first.terms, find=stores.of_volume)
    server = Server(LateDisk(turn), told.socket)
    threading.Thread(target=server.serve, name="nbd-server", daemon=True).start()
    log.info("ready to serve", extra={"volume": told.volume, "epochs": f"{epochs}"})
    try:
        return _renewing(turn, server, ended, stores=stores)
    finally:
        turn.end()
        server.close()
        turn.close()


def _served(
    volume: volumes.Volume,
    server: Server,
    path: Path,
    *,
    ended: threading.Event,
    stores: NodeStores,
) -> int:
    """Serve until told to end, or until another process has taken over; return the status."""
    left = threading.Event()

    def leave() -> None:
        left.set()
        ended.set()

    door = handing.Door(volume, server, path, leave)
    try:
        return _renewing(volume, server, ended, stores=stores)
    finally:
        door.close()
        server.close()
        if left.is_set():
            log.info("handed over")
        else:
            volume.close()


def _allow_files() -> None:
    """Have as many files open as may be: blocks that are read stay open."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _renewing(
    volume: volumes.Volume | Turn, server: Server, ended: threading.Event, *, stores: NodeStores
) -> int:
    """Keep the right to write until told to end; return the status of the process."""
    obeying = threading.Thread()
    while not ended.wait(volume.renew_every_s):
        server.tell()
        try:
            volume.renew()
            if volume.is_asked and not obeying.is_alive():
                obeying = threading.Thread(target=_obey, args=[volume, stores], daemon=True)
                obeying.start()
        except Fenced as refusal:
            if ended.is_set():
                break
            log.warning("no longer the writer: %s", refusal)
            return EXIT_FENCED
        except StorageError as fault:
            log.warning("not renewed, trying again: %s", fault)
    return 0


def _obey(served: volumes.Volume | Turn, stores: NodeStores) -> None:
    """Do what was wished; it is tried again at the next renewal if it can't be done now."""
    try:
        served.obey()
        volume = served.taken if isinstance(served, Turn) else served
        if volume is not None and volume.wanted_store:
            _move(volume, stores.destination(volume.wanted_store))
    except DriverError as fault:
        log.warning("not done what was asked for: %s", fault)


def _move(volume: volumes.Volume, to: volumes.Destination) -> None:
    """Move a volume to another store under its clients."""
    log.info("moving", extra={"volume": volume.name, "store": to.store})
    crossed = volumes.cross(volume, to)
    told = {"copied_bytes": crossed.copied_bytes, "frozen_ms": round(1000 * crossed.frozen_s, 1)}
    log.info("moved", extra={"volume": volume.name, "store": to.store, **told})


if __name__ == "__main__":
    sys.exit(main())
