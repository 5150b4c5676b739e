# SPDX-License-Identifier: Apache-2.0
"""``synnefo keypair …``: the public keys of users (CYC-085)."""

from __future__ import annotations

import argparse

from synnefo_compute import keypairs
from synnefo_compute.keypairs import Keypair
from synnefo_core.clock import iso
from synnefo_core.commands import CloudCommand, CloudLister, CloudShow, Table
from synnefo_core.context import for_worker

TITLES = ("Name", "Type", "Fingerprint", "Created")


def _row(keypair: Keypair) -> tuple[object, ...]:
    return keypair.name, keypair.type, keypair.fingerprint, iso(keypair.created_at)


def _add_user(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--user", metavar="ID", required=True, help="whose it is")


class List(CloudLister):
    """List the keypairs of a user."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add whose."""
        parser = super().get_parser(prog_name)
        _add_user(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        found = keypairs.listing(for_worker(self.cloud), user_id=parsed_args.user)
        return TITLES, [_row(each) for each in found]


class Show(CloudShow):
    """Show a keypair with its public key."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one."""
        parser = super().get_parser(prog_name)
        parser.add_argument("name")
        _add_user(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return its fields."""
        context = for_worker(self.cloud)
        found = keypairs.show(context, parsed_args.name, user_id=parsed_args.user)
        return (*TITLES, "Public key"), (*_row(found), found.public_key)


class Delete(CloudCommand):
    """Forget a keypair; servers keep the key that they were given."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one."""
        parser = super().get_parser(prog_name)
        parser.add_argument("name")
        _add_user(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Forget it."""
        context = for_worker(self.cloud)
        keypairs.delete(context, parsed_args.name, user_id=parsed_args.user)
