# SPDX-License-Identifier: Apache-2.0
"""What a flavor asks of the words that are said of a cluster, in Nova's little language.

``ssd`` is the word itself; ``<or> ssd <or> nvme`` one of several; ``<in> ss`` a part of it. Numbers
are compared by ``=`` (at least), ``==``, ``!=``, ``>=`` and ``<=``, texts by ``s==``, ``s!=``,
``s<``, ``s<=``, ``s>`` and ``s>=``. Of a word with commas each part is looked at.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping

_NUMBERS: Mapping[str, Callable[[float, float], bool]] = {
    "=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
}
_TEXTS: Mapping[str, Callable[[str, str], bool]] = {
    "s==": operator.eq,
    "s!=": operator.ne,
    "s<": operator.lt,
    "s<=": operator.le,
    "s>": operator.gt,
    "s>=": operator.ge,
}


def suits(values: Iterable[str], asked: str) -> bool:
    """Return whether any of the values is what was asked for."""
    parts = [part.strip() for value in values for part in value.split(",")]
    return any(_is(part, asked) for part in parts)


def _is(value: str, asked: str) -> bool:
    how = next(iter(asked.split()), "")
    wanted = asked.strip().removeprefix(how).strip()
    if how == "<or>":
        return value in [each.strip() for each in asked.split("<or>")[1:]]
    if how == "<in>":
        return wanted in value
    if how in _TEXTS:
        return _TEXTS[how](value, wanted)
    if how in _NUMBERS:
        return _compares(how, value, wanted)
    return value == asked.strip()


def _compares(how: str, value: str, wanted: str) -> bool:
    try:
        return _NUMBERS[how](float(value), float(wanted))
    except ValueError:
        return False
