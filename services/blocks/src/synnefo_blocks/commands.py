# SPDX-License-Identifier: Apache-2.0
"""``synnefo store …``: look at stores, and keep them in order."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from synnefo_blocks import owners
from synnefo_blocks.clouds import cloud_id
from synnefo_blocks.collection import Fate, Ledger, Periods, check, collect, migrate, scrub
from synnefo_blocks.collection.collector import last_collection
from synnefo_blocks.collection.upkeep import periods
from synnefo_blocks.owners import Owner
from synnefo_blocks.progress import Bar
from synnefo_blocks.volumes import check_volumes
from synnefo_core.clock import iso
from synnefo_core.cloud import Cloud
from synnefo_core.commands import CloudCommand, CloudLister, CloudShow, Table
from synnefo_core.context import for_worker
from synnefo_core.contracts.storage import Storage
from synnefo_core.errors import Conflict, NotFound

_UNKNOWN = "unknown"
_SHORTEST_S = 60.0


class List(CloudLister):
    """List the configured stores; the first takes new data."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each store."""
        del parsed_args
        rows = []
        for name in self.cloud.stores():
            storage = self.cloud.store(name)
            usage, properties = storage.usage(), storage.properties
            row = (
                name,
                type(storage).__name__,
                "volumes too" if properties.has_heads else "contents only",
                properties.block_bytes,
                _room(usage.free_bytes),
                _room(usage.total_bytes),
            )
            rows.append(row)
        return ("Name", "Driver", "Holds", "Block", "Free", "Total"), rows


class _OfStore(CloudCommand):
    """A command about one store."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the store."""
        parser = super().get_parser(prog_name)
        add_store(parser)
        return parser


class Status(CloudShow):
    """Show a store: room, owners, and what the last collection found."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the store."""
        parser = super().get_parser(prog_name)
        add_store(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return its fields."""
        name, storage = named_store(self.cloud, parsed_args.store)
        usage = storage.usage()
        fields = {
            "name": name,
            "driver": type(storage).__name__,
            "free": _room(usage.free_bytes),
            "total": _room(usage.total_bytes),
            "owners": ", ".join(_owners(self.cloud, storage)) or "none yet",
            "last_collection": "never",
        }
        last = last_collection(storage)
        if last is not None:
            fields["last_collection"] = iso(last.written_at)
            fields |= {fate.value: last.fields.get(fate.value, _UNKNOWN) for fate in Fate}
        return tuple(fields), tuple(fields.values())


class Collect(CloudLister):
    """Delete what nobody refers to any more; writers and readers go on meanwhile."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the store and how careful to be."""
        parser = super().get_parser(prog_name)
        add_store(parser)
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
        parser.add_argument("--grace", type=float, metavar="S", help="instead of [blocks] grace_s")
        parser.add_argument(
            "--quarantine", type=float, metavar="S", help="instead of [blocks] quarantine_s"
        )
        parser.add_argument(
            "--despite-damage",
            action="store_true",
            help="give up what only unreadable maps need; first try store fsck --repair-from",
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Collect, and return what became of what."""
        usual = periods(self.cloud)
        told = Periods(
            max(_SHORTEST_S, _or(parsed_args.grace, usual.grace_s)),
            max(_SHORTEST_S, _or(parsed_args.quarantine, usual.quarantine_s)),
        )
        name, _ = named_store(self.cloud, parsed_args.store)
        with bar() as tell:
            ledger = collect(
                for_worker(self.cloud),
                name,
                told,
                is_dry_run=parsed_args.dry_run,
                despite_damage=parsed_args.despite_damage,
                tell=tell,
            )
        explain(self, ledger)
        return ("Kind", "Fate", "Count", "Bytes"), ledger_rows(ledger)


class Scrub(CloudLister):
    """Read everything in a store and compare it with its name; fails when damage is left."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the stores."""
        parser = super().get_parser(prog_name)
        add_store(parser)
        add_repair_from(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each fault."""
        name, _ = named_store(self.cloud, parsed_args.store)
        other = other_store(self.cloud, name, parsed_args.repair_from)
        with bar() as tell:
            self.result = scrub(for_worker(self.cloud), name, repair_from=other, tell=tell)
        size_gib = self.result.bytes_read / 1024**3
        self.app.stderr.write(f"read: {self.result.things:,} things, {size_gib:.1f} GiB\n")
        rows = [
            (fault.kind.value, fault.digest.hex(), fault.problem, fault.is_repaired)
            for fault in self.result.faults
        ]
        return ("Kind", "Name", "Problem", "Repaired"), rows

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Print the rows; return 1 when something is left."""
        return int(super().run(parsed_args)) or int(not self.result.is_sound)


class Check(CloudLister):
    """Check that all that anybody refers to is in a store; fails when something is missing."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the stores."""
        parser = super().get_parser(prog_name)
        add_store(parser)
        add_repair_from(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return what there is by kind and fate."""
        name, _ = named_store(self.cloud, parsed_args.store)
        other = other_store(self.cloud, name, parsed_args.repair_from)
        usual = periods(self.cloud)
        with bar() as tell:
            self.ledger, repaired = check(
                for_worker(self.cloud), name, usual, repair_from=other, tell=tell
            )
        explain(self, self.ledger)
        if other:
            self.app.stderr.write(f"{repaired:,} were brought back from {other}\n")
        return ("Kind", "Fate", "Count", "Bytes"), ledger_rows(self.ledger)

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Print the rows; return 1 when something is missing."""
        return int(super().run(parsed_args)) or int(not self.ledger.is_sound)


class CheckVolumes(CloudLister):
    """Look at every volume of a store: its record, its heads, and what it lies over."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the store."""
        parser = super().get_parser(prog_name)
        add_store(parser)
        parser.add_argument(
            "--repair",
            action="store_true",
            help="remove heads that closed volumes name as no longer needed; nothing else is changed",
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return what is wrong, a row each."""
        _, storage = named_store(self.cloud, parsed_args.store)
        self.found = check_volumes(storage, repairs=parsed_args.repair)
        rows = [
            (each.volume, each.fault.value, each.detail, "yes" if each.is_repaired else "no")
            for each in self.found
        ]
        return ("Volume", "Fault", "Detail", "Repaired"), rows

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Print the rows; return 1 when a volume does not read right."""
        failed = int(super().run(parsed_args))
        return failed or int(not all(each.is_harmless for each in self.found))


class Migrate(CloudCommand):
    """Move all that anybody keeps in a store to another; both go on serving."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the stores."""
        parser = super().get_parser(prog_name)
        parser.add_argument("source", help="the store that is to become empty")
        parser.add_argument("target", help="where its contents go")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        """Move them; return 1 when something is left."""
        source, _ = named_store(self.cloud, parsed_args.source)
        target, _ = named_store(self.cloud, parsed_args.target)
        with bar() as tell:
            result = migrate(for_worker(self.cloud), source, target, tell=tell)
        for reference, problem in result.damaged.items():
            self.app.stderr.write(f"{reference} stays: {problem}\n")
        self.say(
            f"{result.contents:,} references moved, {result.things:,} things copied, "
            f"{result.left:,} references left in {source}"
        )
        return int(bool(result.left))


class Forget(_OfStore):
    """Forget an owner of a store that is gone for good: its data becomes garbage."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the owner."""
        parser = super().get_parser(prog_name)
        parser.add_argument("owner", help='as `store status` shows it: "image"')
        parser.add_argument("--cloud", help="the id of another cloud whose owner it is")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Forget it."""
        name, storage = named_store(self.cloud, parsed_args.store)
        owner = Owner(parsed_args.cloud or cloud_id(self.cloud), parsed_args.owner)
        if not owners.forget(storage, owner):
            noun = f"an owner of the store {name} named"
            raise NotFound(noun, parsed_args.owner)
        self.say(f"{owner.name} is forgotten; what only it refers to goes with the next collection")


def add_store(parser: argparse.ArgumentParser) -> None:
    """Add the name of a store to a parser."""
    parser.add_argument("store", nargs="?", help="its name; the first one without it")


def add_repair_from(parser: argparse.ArgumentParser) -> None:
    """Add a second store to a parser."""
    parser.add_argument(
        "--repair-from", metavar="STORE", help="another store, which may have what is damaged here"
    )


def other_store(cloud: Cloud, store: str, name: str | None) -> str:
    """Return the name of the second store, or nothing when none was named.

    Raises:
        Conflict: It is the same store.
        NotFound: No store is configured by that name.
    """
    if name == store:
        msg = f"{store} can't be repaired from itself"
        raise Conflict(msg)
    return named_store(cloud, name)[0] if name else ""


def named_store(cloud: Cloud, name: str | None) -> tuple[str, Storage]:
    """Return a configured store and its name.

    Raises:
        NotFound: No store is configured by that name.
    """
    name = name or cloud.stores()[0]
    if name not in cloud.stores():
        noun = "a store"
        raise NotFound(noun, name)
    return name, cloud.store(name)


@contextmanager
def bar() -> Iterator[Bar]:
    """Show a progress bar on the standard error."""
    drawn = Bar(sys.stderr)
    try:
        yield drawn
    finally:
        drawn.end()


def explain(command: CloudLister, ledger: Ledger) -> None:
    """Say who named how many references, and what is wrong; before the table."""
    lines = [f"{owner} refers to {count:,} contents" for owner, count in ledger.references.items()]
    lines += [f"map {name.hex()} can't be read: {why}" for name, why in ledger.damaged[:100]]
    lines += [f"{kind.value} {name.hex()} is missing" for kind, name in ledger.missing[:100]]
    if ledger.stuck:
        lines.append(f"the store is full: {ledger.stuck:,} moves were left for the next collection")
    for line in lines:
        command.app.stderr.write(f"{line}\n")


def ledger_rows(ledger: Ledger) -> Iterable[tuple[str, str, int, int]]:
    """Return a row for each kind and fate that occurred."""
    return [
        (kind.value, fate.value, count, ledger.sizes[kind, fate])
        for (kind, fate), count in sorted(
            ledger.counts.items(), key=lambda item: (item[0][0].value, list(Fate).index(item[0][1]))
        )
    ]


def _owners(cloud: Cloud, storage: Storage) -> list[str]:
    ours = cloud_id(cloud)
    known = sorted(owners.recorded(storage), key=lambda owner: (owner.cloud, owner.name))
    return [o.name if o.cloud == ours else f"{o.name} of the cloud {o.cloud}" for o in known]


def _or(told: float | None, usual: float) -> float:
    return usual if told is None else told


def _room(size_bytes: int | None) -> str:
    return _UNKNOWN if size_bytes is None else f"{size_bytes / 1024**3:.1f} GiB"
