# SPDX-License-Identifier: Apache-2.0
"""``synnefo oauth2 client add|list|remove``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from synnefo_core.commands import CloudCommand, CloudLister, CloudShow, CommandTable, Table
from synnefo_core.context import for_worker
from synnefo_identity.oauth2 import clients

_LONGEST_ID = 48
_TITLES = ("Id", "Name", "Trusted", "Has Secret", "Redirect Urls")


def _row(client: clients.Client) -> tuple[Any, ...]:
    urls = "\n".join(client.redirect_urls)
    return client.id, client.name, client.is_trusted, client.has_secret, urls


class Add(CloudShow):
    """Let a program ask users for access; shows its secret, once."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what the client is to be."""
        parser = super().get_parser(prog_name)
        parser.add_argument("id", type=_id, help="what the program calls itself")
        parser.add_argument("--name", help="what users are shown; default: the id")
        parser.add_argument(
            "--redirect-url", action="append", required=True, help="where browsers may bring codes"
        )
        parser.add_argument("--trusted", action="store_true", help="don't ask users")
        parser.add_argument(
            "--public", action="store_true", help="a program that can't keep a secret"
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[Sequence[str], Sequence[Any]]:
        """Add it."""
        client = clients.Client(
            id=parsed_args.id,
            name=parsed_args.name or parsed_args.id,
            is_trusted=parsed_args.trusted,
            has_secret=not parsed_args.public,
            redirect_urls=tuple(parsed_args.redirect_url),
        )
        secret = clients.add(for_worker(self.cloud), client)
        return (*_TITLES, "Secret"), (*_row(client), secret or "")


class List(CloudLister):
    """List the programs that may ask users for access."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        del parsed_args
        return _TITLES, [_row(client) for client in clients.index(for_worker(self.cloud))]


class Remove(CloudCommand):
    """Let a program ask no longer; what users allowed it ends."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one."""
        parser = super().get_parser(prog_name)
        parser.add_argument("id")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Remove it."""
        clients.remove(for_worker(self.cloud), parsed_args.id)


def _id(text: str) -> str:
    if not text or len(text) > _LONGEST_ID or not text.isprintable() or ":" in text:
        msg = f"must be of 1 to {_LONGEST_ID} characters, and no colon"
        raise argparse.ArgumentTypeError(msg)
    return text


COMMANDS: CommandTable = {
    "oauth2 client add": Add,
    "oauth2 client list": List,
    "oauth2 client remove": Remove,
}
