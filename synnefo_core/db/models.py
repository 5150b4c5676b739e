# SPDX-License-Identifier: Apache-2.0
"""The core's own tables, prefix ``core``."""

from __future__ import annotations

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from synnefo_core.db.base import Base, Id, Json, JsonList, Key, LongText, Moment, Name, new_metadata


class Model(Base):
    """The root of the core's models."""

    __abstract__ = True
    metadata = new_metadata()


class SagaRow(Model):
    """A saga that runs, waits or has ended.

    ``position`` counts the steps that are done; while unwinding, those still to be undone.
    A result commits only while ``epoch`` is the one under which the step was begun.
    """

    __tablename__ = "core_saga"
    __table_args__ = (
        Index("ix_core_saga_due", "state", "due_at"),
        Index("ix_core_saga_subject", "subject_id"),
    )

    id: Mapped[Key]
    kind: Mapped[Name]
    subject_id: Mapped[Id]
    request_id: Mapped[Name]
    state: Mapped[Id]
    position: Mapped[int]
    data: Mapped[Json]
    is_cancelled: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[LongText] = mapped_column(default="")
    owner: Mapped[Id] = mapped_column(default="")
    epoch: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[Moment] = mapped_column(default=0.0)
    due_at: Mapped[Moment]
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]


class EventRow(Model):
    """An outbox event; it goes once all who ever subscribed have handled it."""

    __tablename__ = "core_event"
    __table_args__ = (Index("ix_core_event_due", "state", "due_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    type: Mapped[Name]
    subject_id: Mapped[Id]
    request_id: Mapped[Name]
    payload: Mapped[Json]
    state: Mapped[Id]
    handled_by: Mapped[JsonList] = mapped_column(JSON, default=list)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[LongText] = mapped_column(default="")
    owner: Mapped[Id] = mapped_column(default="")
    leased_until: Mapped[Moment] = mapped_column(default=0.0)
    due_at: Mapped[Moment]
    created_at: Mapped[Moment]


class SubscriberRow(Model):
    """A handler that has subscribed to a type of event, now or ever before."""

    __tablename__ = "core_subscriber"
    __table_args__ = (UniqueConstraint("type", "handler"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    type: Mapped[Name]
    handler: Mapped[Name]


class TaskRow(Model):
    """When a periodic task runs next, and who runs it now."""

    __tablename__ = "core_task"

    name: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[Id] = mapped_column(default="")
    leased_until: Mapped[Moment] = mapped_column(default=0.0)
    due_at: Mapped[Moment]


class MarkRow(Model):
    """Something that was done once and is not done again (bootstrap)."""

    __tablename__ = "core_mark"

    name: Mapped[str] = mapped_column(primary_key=True)
    made_at: Mapped[Moment]
