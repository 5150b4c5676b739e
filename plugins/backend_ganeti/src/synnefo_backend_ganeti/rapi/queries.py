# SPDX-License-Identifier: Apache-2.0
"""Ganeti's query language: chosen fields of chosen objects in one request.

A query for fields of the configuration only is answered by the master alone and
costs a fraction of a listing, which asks every node. Filters are nested lists in
prefix form, made with the functions below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from synnefo_backend_ganeti.rapi.errors import MalformedAnswer
from synnefo_backend_ganeti.rapi.records import Json, Record, items

Filter = list[Json]

_NORMAL, _UNKNOWN_FIELD = 0, 1


def equal(field: str, value: str | int | bool) -> Filter:
    """Choose the objects with this value in a field."""
    return ["=", field, value]


def starts_with(field: str, prefix: str) -> Filter:
    """Choose the objects whose field starts with a text."""
    return ["=~", field, "^" + re.escape(prefix)]


def one_of(field: str, values: Iterable[str]) -> Filter:
    """Choose the objects that have one of these values in a field.

    As one expression: what is only compared with names Ganeti looks up, and fails at the first
    name that is not there.
    """
    return ["=~", field, f"^({'|'.join(map(re.escape, values))})$"]


def any_of(filters: Iterable[Filter]) -> Filter:
    """Choose the objects that one filter or another chooses."""
    return ["|", *filters]


def rows(answer: Json, fields: tuple[str, ...]) -> list[Record]:
    """Turn a query's answer into records.

    A value that the cluster cannot tell now (its node is down) is null.

    Raises:
        MalformedAnswer: Also when this version of Ganeti lacks one of the fields.
    """
    return [_row(row, fields) for row in Record.of(answer).items("data")]


def _row(row: Json, fields: tuple[str, ...]) -> Record:
    cells = [items(cell) for cell in items(row)]
    if len(cells) != len(fields) or any(len(cell) != 2 for cell in cells):
        raise MalformedAnswer("a row does not have the fields that were asked for")
    for field, (state, _) in zip(fields, cells, strict=True):
        if state == _UNKNOWN_FIELD:
            raise MalformedAnswer(f"this Ganeti knows no field {field!r}")
    return Record(
        {
            field: value if state == _NORMAL else None
            for field, (state, value) in zip(fields, cells, strict=True)
        }
    )
