# SPDX-License-Identifier: Apache-2.0
"""``synnefo volume …``: what operators do with the volumes of all projects (CYC-087)."""

from __future__ import annotations

import argparse

from synnefo_blocks import volumes as heads
from synnefo_core.clock import iso
from synnefo_core.commands import CloudCommand, CloudLister, CloudShow, CommandTable, Table
from synnefo_core.context import for_worker
from synnefo_core.contracts.storage import NoSuchThing
from synnefo_volume import listing, reconcile, retyping, tickets, volumes
from synnefo_volume.engine import storage_of
from synnefo_volume.values import Selection, Volume

TITLES = ("ID", "Name", "Project", "Status", "GiB", "Store")
MIB = 2**20
PAGE = 1000
"""So many are listed unless another number is asked for."""


def _row(volume: Volume) -> tuple[object, ...]:
    about = volume.status, volume.size_gib, volume.store
    return volume.id, volume.name, volume.project_id, *about


def _most(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--project", metavar="PROJECT-ID", help="only of this project")
    parser.add_argument("--status", metavar="STATUS", help="available, in-use, error, …")
    parser.add_argument("--most", type=int, default=PAGE, metavar="N", help="default: 1000")
    return parser


def _selection(parsed_args: argparse.Namespace) -> Selection:
    asked = {"project_id": parsed_args.project, "status": parsed_args.status}
    where = {name: [value] for name, value in asked.items() if value}
    return Selection(where=where, is_everyone=True)


class List(CloudLister):
    """List the volumes of all projects, the newest first."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which ones."""
        return _most(super().get_parser(prog_name))

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        found = listing.list_volumes(
            for_worker(self.cloud), limit=parsed_args.most, selection=_selection(parsed_args)
        )
        return TITLES, [_row(each) for each in found]


class Snapshots(CloudLister):
    """List the snapshots of all projects, the newest first."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which ones."""
        return _most(super().get_parser(prog_name))

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        found = listing.list_snapshots(
            for_worker(self.cloud), limit=parsed_args.most, selection=_selection(parsed_args)
        )
        titles = ("ID", "Name", "Project", "Status", "GiB", "Volume")
        return titles, [
            (each.id, each.name, each.project_id, each.status, each.size_gib, each.volume_id)
            for each in found
        ]


class Show(CloudShow):
    """Show a volume beside what its store has of it."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one."""
        parser = super().get_parser(prog_name)
        parser.add_argument("volume", metavar="ID")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return its fields."""
        found = volumes.show_volume(for_worker(self.cloud), parsed_args.volume)
        users = ", ".join(each.instance_id or each.host for each in found.attachments)
        titles = ("Attached to", "Problem", "Made", "Changed", "Head", "Own bytes")
        times = iso(found.created_at), iso(found.updated_at)
        more = users, found.error, *times, *self._head(found)
        return (*TITLES, *titles), (*_row(found), *more)

    def _head(self, volume: Volume) -> tuple[str, int]:
        storage = storage_of(self.cloud, volume.store)
        try:
            record = heads.show(storage, volume.id)
            own_bytes = heads.usage(storage, volume.id)
        except NoSuchThing as problem:
            return str(problem), 0
        state = "open" if record.is_open else "closed"
        waiting = f", {len(record.layers)} layers wait to be sealed" if record.layers else ""
        moving = self._moving(volume.id, record.wanted_store) if record.wanted_store else ""
        return f"{state}, epoch {record.epoch}{waiting}{moving}, over {record.base}", own_bytes

    def _moving(self, volume_id: str, store: str) -> str:
        try:
            left = heads.recorded(storage_of(self.cloud, store), volume_id).coming_bytes
        except NoSuchThing:
            left = 0
        return f", moving to {store} ({left // MIB} MiB to come)"


class Stay(CloudCommand):
    """Give up the move of a volume to another store; one that is there already stays there."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one."""
        parser = super().get_parser(prog_name)
        parser.add_argument("volume", metavar="ID")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Have it stay."""
        retyping.give_up_move(for_worker(self.cloud), parsed_args.volume)


class Key(CloudCommand):
    """Print the public key by which nodes know the tickets of volumes."""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Print it."""
        del parsed_args
        self.app.stdout.write(f"{tickets.public_key(self.cloud)}\n")


class Reconcile(CloudLister):
    """Compare volumes with the heads in their stores; changes nothing without --fix."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what to repair."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "--fix",
            action="store_true",
            help="set volumes whose heads are lost to error; no head is ever removed",
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each difference."""
        context = for_worker(self.cloud)
        found = list(reconcile.differences(context))
        rows = []
        for each in found:
            done = reconcile.repair(context, each) if parsed_args.fix else ""
            rows.append((each.kind, each.store, each.volume_id, each.detail, done))
        return ("Kind", "Store", "Volume", "Detail", "Done"), rows


COMMANDS: CommandTable = {
    "reconcile volumes": Reconcile,
    "volume key": Key,
    "volume list": List,
    "volume show": Show,
    "volume snapshots": Snapshots,
    "volume stay": Stay,
}
