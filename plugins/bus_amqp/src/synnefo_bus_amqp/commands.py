# SPDX-License-Identifier: Apache-2.0
"""``synnefo queue …``: messages that could not be received."""

from __future__ import annotations

import argparse
from collections.abc import Collection

from synnefo_bus_amqp.dead_letters import DeadLetter, DeadLetters
from synnefo_bus_amqp.driver import AmqpBus
from synnefo_core.clock import iso
from synnefo_core.cloud import Cloud
from synnefo_core.commands import CloudCommand, CloudLister, CloudShow, Table
from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.errors import NotFound

_EVERYTHING = 10_000
_REASON_CHARACTERS = 60


class List(CloudLister):
    """List messages that could not be received, the oldest first."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the filters."""
        parser = super().get_parser(prog_name)
        _add_place(parser)
        parser.add_argument("--limit", type=int, default=100, help="of each virtual host")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        rows = [
            _row(letter)
            for letters in _queues(self.cloud, parsed_args.vhost)
            for letter in letters.first(parsed_args.limit)
        ]
        return ("ID", "Virtual host", "Topic", "Sender", "Failed at", "Reason"), rows


class Show(CloudShow):
    """Show a message that could not be received."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the id."""
        parser = super().get_parser(prog_name)
        parser.add_argument("id")
        _add_place(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return its fields."""
        for letters in _queues(self.cloud, parsed_args.vhost):
            for letter in letters.first(_EVERYTHING):
                if letter.envelope.id == parsed_args.id:
                    fields = _fields(letter)
                    return tuple(fields), tuple(fields.values())
        noun = "message"
        raise NotFound(noun, parsed_args.id)


class _OfSome(CloudCommand):
    """A command about some messages, or all."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which ones."""
        parser = super().get_parser(prog_name)
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("id", nargs="*", default=[])
        which.add_argument("--all", action="store_true", help="all messages")
        _add_place(parser)
        return parser


class Retry(_OfSome):
    """Have messages received again."""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Send them again."""
        queues = _queues(self.cloud, parsed_args.vhost)
        number = sum(letters.retry(_chosen(parsed_args)) for letters in queues)
        _require_some(number, parsed_args)
        self.say(f"{number} messages are sent again")


class Purge(_OfSome):
    """Do away with messages that could not be received."""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Remove them."""
        queues = _queues(self.cloud, parsed_args.vhost)
        number = sum(letters.purge(_chosen(parsed_args)) for letters in queues)
        _require_some(number, parsed_args)
        self.say(f"{number} messages are gone")


def _add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--vhost", help="only this virtual host; default: all that are configured")


def _chosen(parsed_args: argparse.Namespace) -> Collection[str] | None:
    return None if parsed_args.all else set(parsed_args.id)


def _require_some(number: int, parsed_args: argparse.Namespace) -> None:
    if not number and not parsed_args.all:
        noun = "message"
        raise NotFound(noun, ", ".join(parsed_args.id))


def _queues(cloud: Cloud, virtual_host: str | None) -> list[DeadLetters]:
    bus = cloud.bus
    if not isinstance(bus, AmqpBus):
        raise Misconfigured(f"the bus {cloud.config.bus.driver} keeps no messages")
    queues = bus.dead_letters()
    if virtual_host is None:
        return queues
    named = [letters for letters in queues if letters.virtual_host == virtual_host]
    if not named:
        noun = "virtual host"
        raise NotFound(noun, virtual_host)
    return named


def _row(letter: DeadLetter) -> tuple[str, ...]:
    shown = _fields(letter)
    reason = shown["reason"]
    if len(reason) > _REASON_CHARACTERS:
        reason = reason[: _REASON_CHARACTERS - 1] + "…"
    names = ("id", "virtual host", "topic", "sender", "failed at")
    return (*(shown[name] for name in names), reason)


def _fields(letter: DeadLetter) -> dict[str, str]:
    envelope = letter.envelope
    failed_at = envelope.failed_at
    shown = {
        "id": envelope.id,
        "virtual host": letter.virtual_host,
        "topic": envelope.topic,
        "sender": envelope.sender,
        "failed at": iso(failed_at) if failed_at is not None else "",
        "reason": envelope.reason,
        "payload": envelope.body.decode(errors="replace"),
    }
    return {name: _harmless(text) for name, text in shown.items()}


def _harmless(text: str) -> str:
    """Return text of strangers without what a terminal would obey."""
    return "".join(character if character.isprintable() else "�" for character in text)
