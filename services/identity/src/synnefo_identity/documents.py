# SPDX-License-Identifier: Apache-2.0
"""Policy documents: texts that services of an operator's own keep here; this cloud reads none.

Source: Identity API reference, "Policies".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound
from synnefo_identity import attributes
from synnefo_identity.models import DocumentRow
from synnefo_identity.values import Extra

KNOWN = frozenset({"type", "blob"})


@dataclass(frozen=True)
class Document:
    """A text, and of what kind it is: a MIME type."""

    id: str
    type: str
    blob: str
    extra: Extra = field(default_factory=dict)

    @classmethod
    def of(cls, row: DocumentRow) -> Document:
        """Return a row's value."""
        return cls(row.id, row.type, row.blob, dict(row.extra))


def create(context: RequestContext, values: Mapping[str, Any]) -> Document:
    """Keep a document."""
    with context.unit_of_work() as session:
        return _set(session, DocumentRow(extra={}), values)


def show(context: RequestContext, document_id: str) -> Document:
    """Return a document."""
    with context.reading() as session:
        return Document.of(_find(session, document_id))


def index(context: RequestContext, *, kind: str | None = None) -> Sequence[Document]:
    """Return all documents, or those of a type, by id."""
    query = select(DocumentRow).order_by(DocumentRow.id)
    if kind is not None:
        query = query.where(DocumentRow.type == kind)
    with context.reading() as session:
        return [Document.of(row) for row in session.scalars(query)]


def update(context: RequestContext, document_id: str, values: Mapping[str, Any]) -> Document:
    """Change a document."""
    with context.unit_of_work() as session:
        return _set(session, _find(session, document_id), values)


def delete(context: RequestContext, document_id: str) -> None:
    """Delete a document."""
    with context.unit_of_work() as session:
        session.delete(_find(session, document_id))


def _set(session: Session, row: DocumentRow, values: Mapping[str, Any]) -> Document:
    attributes.apply(row, values, KNOWN)
    session.add(row)
    session.flush()
    return Document.of(row)


def _find(session: Session, document_id: str) -> DocumentRow:
    row = session.get(DocumentRow, document_id)
    if row is None:
        raise NotFound("policy", document_id)
    return row
