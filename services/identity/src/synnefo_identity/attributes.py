# SPDX-License-Identifier: Apache-2.0
"""Setting what clients may set on a thing: attributes that we know, and any others as extra."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from synnefo_core.errors import Duplicate, InvalidField


def apply(row: Any, values: Mapping[str, Any], known: frozenset[str]) -> None:
    """Set the known attributes of a row; keep the rest in its ``extra``, where None removes.

    Raises:
        InvalidField: The domain is to change; it can't.
    """
    extra = dict(row.extra or {})
    for name, value in values.items():
        if name == "domain_id" and hasattr(row, name):
            if value != row.domain_id:
                raise InvalidField(name, "can't be changed")
        elif name in known:
            setattr(row, name, value)
        elif value is None:
            extra.pop(name, None)
        else:
            extra[name] = value
    if extra != (row.extra or {}):
        row.extra = extra


def save(session: Session, row: Any, noun: str) -> None:
    """Write a row whose name must be free.

    Raises:
        Duplicate: The name is taken.
    """
    session.add(row)
    name = row.name  # after a failed flush nothing can be read
    try:
        session.flush()
    except IntegrityError as cause:
        raise Duplicate(noun, name) from cause
