# SPDX-License-Identifier: Apache-2.0
"""Bodies and queries against their JSON schema, with errors that help."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from operator import itemgetter
from typing import Any, cast
from urllib.parse import parse_qsl

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError, best_match

from synnefo_core.contracts.api import Schemas, Version
from synnefo_core.errors import Invalid, InvalidField

_FORMATS = FormatChecker()
_FIELDS = 1000
"""The most that a form may have."""
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Schema:
    """A JSON schema, compiled once.

    Whether it is one itself is not asked: that took a third of each start, and tests tell.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.schema = schema
        self._validator = Draft202012Validator(schema, format_checker=_FORMATS)

    def check(self, value: object, prefix: str = "") -> None:
        """Refuse a value that does not fit.

        Raises:
            InvalidField: Names the field by its path and says what it must be.
        """
        error = best_match(self._validator.iter_errors(value))
        if error is not None:
            path = [prefix] if prefix else []
            path += [str(part) for part in error.absolute_path]
            raise InvalidField(".".join(path), _problem(error))


def compiled(schemas: Schemas | None) -> list[tuple[Version, Schema]]:
    """Return the compiled schemas with the microversions from which on they apply, newest first."""
    if schemas is None:
        return []
    pairs = [(key, value) for key, value in schemas.items() if isinstance(key, tuple)]
    if not pairs:
        pairs = [((0, 0), cast("Mapping[str, Any]", schemas))]
    return sorted(((since, Schema(schema)) for since, schema in pairs), key=itemgetter(0))[::-1]


def _problem(error: ValidationError) -> str:
    """Word one violation without repeating a long value."""
    if len(error.message) <= 200:
        return error.message
    return f"does not fit the rule {error.validator}: {json.dumps(error.validator_value)[:120]}"


def parse_json(raw: bytes) -> Any:
    """Return what a body says.

    Raises:
        Invalid: It is not JSON; says where.
    """
    if not raw:
        msg = "the body is not valid JSON: it is empty"
        raise Invalid(msg)
    try:
        text = raw.decode()
        value = json.loads(
            text, parse_constant=_refuse_constant, parse_int=_integer, parse_float=_float
        )
        # Only an escape brings what no database keeps: it is rare enough to look at all then.
        if "\\u" in text:
            require_storable(value)
        return value
    except json.JSONDecodeError as cause:
        msg = f"the body is not valid JSON: {cause.msg} (line {cause.lineno} column {cause.colno})"
        raise Invalid(msg) from cause
    except UnicodeDecodeError as cause:
        msg = "the body is not valid JSON: it is not UTF-8 text"
        raise Invalid(msg) from cause
    except RecursionError as cause:
        msg = "the body is nested too deeply"
        raise Invalid(msg) from cause


def parse_form(raw: bytes) -> dict[str, str]:
    """Return the fields of a form.

    Raises:
        Invalid: It is none, or has a field twice.
    """
    try:
        fields = parse_qsl(
            raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_FIELDS
        )
    except ValueError as cause:
        msg = "the body is not a form (application/x-www-form-urlencoded)"
        raise Invalid(msg) from cause
    form = dict(fields)
    if len(form) < len(fields):
        msg = "the form has a field twice"
        raise Invalid(msg)
    require_storable(form)
    return form


def require_storable(value: Any) -> None:
    """Refuse text with a NUL or half of a surrogate pair, at any depth: databases keep neither.

    Raises:
        Invalid: There is some.
    """
    if isinstance(value, str):
        if _UNSTORABLE.search(value):
            msg = "text can hold neither a NUL character nor half of a surrogate pair"
            raise Invalid(msg)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            require_storable(name)
            require_storable(inner)
    elif isinstance(value, list):
        for inner in value:
            require_storable(inner)


def _integer(text: str) -> int:
    """Return a number that fits into 64 bits, as every column does."""
    if len(text) > 20 or not -(2**63) <= int(text) < 2**63:
        msg = f"the number {text[:24]} is too large"
        raise Invalid(msg)
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        msg = f"the number {text[:24]} is too large"
        raise Invalid(msg)
    return value


def _refuse_constant(name: str) -> None:
    msg = f"the body is not valid JSON: {name} is not a number"
    raise Invalid(msg)


def query_values(schema: Schema | None, pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Return the query as a mapping; a parameter whose schema is an array is a list.

    Of a parameter that is given several times and is no array the last one counts.

    Raises:
        InvalidField: It does not fit the schema.
    """
    properties = schema.schema.get("properties", {}) if schema else {}
    values: dict[str, Any] = {}
    for name, value in pairs:
        if properties.get(name, {}).get("type") == "array":
            values.setdefault(name, []).append(value)
        else:
            values[name] = value
    if schema is not None:
        schema.check(values, prefix="query")
    return values
