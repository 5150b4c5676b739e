# SPDX-License-Identifier: Apache-2.0
"""What every package's models are made of.

A package makes its own base, so that its tables can be told apart::

    class Model(Base):
        __abstract__ = True
        metadata = new_metadata()

Moments are seconds since the epoch (``Moment``), ids are strings, and there are no foreign
keys between packages.
"""

from __future__ import annotations

import uuid
from typing import Annotated, Any, ClassVar

from sqlalchemy import JSON, BigInteger, Double, Integer, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Id = Annotated[str, mapped_column(String(64))]
"""An id of ours or of a project or user: up to 64 characters."""

Key = Annotated[str, mapped_column(String(64), primary_key=True)]
"""An id that is the primary key."""

Moment = Annotated[float, mapped_column(Double)]
"""Seconds since the epoch."""

Name = Annotated[str, mapped_column(String(255))]
"""A name given by a person."""

LongText = Annotated[str, mapped_column(Text)]
"""Text of any length."""

Json = Annotated[dict[str, Any], mapped_column(JSON)]
"""A JSON object."""

JsonList = Annotated[list[Any], mapped_column(JSON)]
"""A JSON array."""

Big = Annotated[int, mapped_column(BigInteger)]
"""A number of bytes or an amount: 64 bits."""

BigNumber = BigInteger().with_variant(Integer(), "sqlite")
"""The type of a growing number: SQLite counts up only what it calls INTEGER."""


def new_metadata() -> MetaData:
    """Return empty metadata with our names for constraints."""
    return MetaData(naming_convention=NAMING)


class Base(DeclarativeBase):
    """The root of all models."""

    __abstract__ = True
    metadata: ClassVar[MetaData] = new_metadata()


def new_id() -> str:
    """Return a new id in the form ``8-4-4-4-12``."""
    return str(uuid.uuid4())


def new_hex_id() -> str:
    """Return a new id of 32 hexadecimal digits, as identity's ids are."""
    return uuid.uuid4().hex
