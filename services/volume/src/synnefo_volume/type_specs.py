# SPDX-License-Identifier: Apache-2.0
"""Extra specs: what administrators say of a type besides its name, words with values."""

from __future__ import annotations

from collections.abc import Mapping

from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound, TooLarge
from synnefo_volume import types

MOST_SPECS = 128


def merge_type_specs(context: RequestContext, type_id: str, specs: Mapping[str, str]) -> None:
    """Say something of a type; what is not named stays.

    Raises:
        NotFound: There is no such type.
        TooLarge: Too much would be said of it.
    """
    with context.unit_of_work() as session:
        row = types.lock(session, type_id)
        merged = {**row.extra_specs, **specs}
        if len(merged) > MOST_SPECS:
            raise TooLarge(MOST_SPECS)
        row.extra_specs, row.updated_at = merged, context.now()


def remove_type_spec(context: RequestContext, type_id: str, name: str) -> None:
    """Say something of a type no longer.

    Raises:
        NotFound: There is no such type, or it was not said of it.
    """
    with context.unit_of_work() as session:
        row = types.lock(session, type_id)
        if name not in row.extra_specs:
            noun = f"extra spec of the volume type {type_id}"
            raise NotFound(noun, name)
        row.extra_specs = {key: value for key, value in row.extra_specs.items() if key != name}
        row.updated_at = context.now()
