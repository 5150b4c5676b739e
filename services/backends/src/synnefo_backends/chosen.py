# SPDX-License-Identifier: Apache-2.0
"""The filters and weighers that the operator has chosen among those of all plugins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from synnefo_core.cloud import Cloud
from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.contracts.placement import Filter, Weigher

Each = TypeVar("Each", Filter, Weigher)


def filters(cloud: Cloud) -> tuple[Filter, ...]:
    """Return the filters in the order of ``[backends] filters``; made once.

    Raises:
        Misconfigured: No plugin has one of them, or two have one of one name.
    """
    return cloud.shared("backends.filters", lambda: tuple(_filters(cloud)))


def _filters(cloud: Cloud) -> Iterable[Filter]:
    known = _by_name(each for found in cloud.plugins.hook.placement_filters() for each in found)
    names = cloud.config.backends.filters or known
    return [_one(known, name, "filters") for name in names]


def weighers(cloud: Cloud) -> tuple[tuple[Weigher, float], ...]:
    """Return the weighers of ``[backends] weighers`` with their factors; made once.

    Raises:
        Misconfigured: No plugin has one of them, or two have one of one name.
    """
    return cloud.shared("backends.weighers", lambda: tuple(_weighers(cloud)))


def _weighers(cloud: Cloud) -> Iterable[tuple[Weigher, float]]:
    known = _by_name(each for found in cloud.plugins.hook.placement_weighers() for each in found)
    for name, text in cloud.config.backends.weighers.items():
        try:
            yield _one(known, name, "weighers"), float(text)
        except ValueError as cause:
            msg = f"[backends] weighers: the factor of {name} is no number: {text}"
            raise Misconfigured(msg) from cause


def _by_name(found: Iterable[Each]) -> Mapping[str, Each]:
    known: dict[str, Each] = {}
    for each in found:
        if each.name in known:
            msg = f"two plugins place servers by what both call {each.name}"
            raise Misconfigured(msg)
        known[each.name] = each
    return known


def _one(known: Mapping[str, Each], name: str, option: str) -> Each:
    if name not in known:
        msg = f"[backends] {option}: there is no {name}; known: {', '.join(sorted(known))}"
        raise Misconfigured(msg)
    return known[name]
