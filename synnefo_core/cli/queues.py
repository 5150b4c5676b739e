# SPDX-License-Identifier: Apache-2.0
"""``synnefo saga …`` and ``synnefo event …``: work under way, and work that is stuck."""

from __future__ import annotations

import argparse
import json

from sqlalchemy import select

from synnefo_core import outbox, sagas
from synnefo_core.clock import iso
from synnefo_core.commands import CloudCommand, CloudLister, CloudShow, Table
from synnefo_core.db.models import EventRow, SagaRow
from synnefo_core.errors import NotFound


class SagaList(CloudLister):
    """List sagas that have not ended, or all with --all; newest first."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the filters."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--all", action="store_true", help="those that have ended too")
        parser.add_argument("--subject", help="only those about the thing of this id")
        parser.add_argument("--limit", type=int, default=100)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        query = select(SagaRow).order_by(SagaRow.created_at.desc()).limit(parsed_args.limit)
        if not parsed_args.all:
            query = query.where(SagaRow.state.in_(sagas.LIVE))
        if parsed_args.subject:
            query = query.where(SagaRow.subject_id == parsed_args.subject)
        with self.cloud.database.reading() as session:
            rows = [
                (row.id, row.kind, row.subject_id, row.state, row.position, row.attempts, row.error)
                for row in session.scalars(query)
            ]
        return ("ID", "Kind", "Subject", "State", "Position", "Attempts", "Error"), rows


class SagaShow(CloudShow):
    """Show one saga: where it stands, who runs it, what it knows."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the id."""
        parser = super().get_parser(prog_name)
        parser.add_argument("id")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return its fields."""
        with self.cloud.database.reading() as session:
            row = session.get(SagaRow, parsed_args.id)
        if row is None:
            noun = "saga"
            raise NotFound(noun, parsed_args.id)
        fields = {
            "id": row.id,
            "kind": row.kind,
            "subject": row.subject_id,
            "request": row.request_id,
            "state": row.state,
            "position": row.position,
            "cancelled": row.is_cancelled,
            "attempts": row.attempts,
            "error": row.error,
            "owner": row.owner,
            "epoch": row.epoch,
            "due": iso(row.due_at),
            "created": iso(row.created_at),
            "updated": iso(row.updated_at),
            "data": json.dumps(row.data),
        }
        return list(fields), list(fields.values())


class EventList(CloudLister):
    """List outbox events that wait for a handler; --dead for those that were given up."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the filter."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--dead", action="store_true")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        state = outbox.DEAD if parsed_args.dead else outbox.READY
        query = select(EventRow).where(EventRow.state == state).order_by(EventRow.id).limit(1000)
        with self.cloud.database.reading() as session:
            rows = [
                (row.id, row.type, row.subject_id, iso(row.created_at), row.attempts, row.error)
                for row in session.scalars(query)
            ]
        return ("ID", "Type", "Subject", "Created", "Attempts", "Error"), rows


class EventRetry(CloudCommand):
    """Hand a dead event out again."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the id."""
        parser = super().get_parser(prog_name)
        parser.add_argument("id", type=int)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Make it ready."""
        with self.cloud.database.unit_of_work() as session:
            row = session.get(EventRow, parsed_args.id)
            if row is None:
                noun = "event"
                raise NotFound(noun, str(parsed_args.id))
            row.state, row.attempts, row.due_at = outbox.READY, 0, self.cloud.clock.now()
        self.say(f"event {parsed_args.id} is handed out again")
