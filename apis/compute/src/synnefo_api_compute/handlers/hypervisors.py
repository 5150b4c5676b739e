# SPDX-License-Identifier: Apache-2.0
"""Hypervisors: each cluster is one.

Source: docs.openstack.org/api-ref/compute, "Hypervisors (os-hypervisors)".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import synnefo_backends
import synnefo_compute
from synnefo_api_compute import queries
from synnefo_api_compute.versions import HYPERVISOR_PAGES, HYPERVISOR_SERVERS
from synnefo_api_compute.views import hypervisor as view
from synnefo_backends import Occupied
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version
from synnefo_core.errors import Invalid, InvalidField, NotFound, Unbuilt


def index(context: RequestContext, query: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``GET /os-hypervisors``."""
    return _listing(context, query, version, view.brief, path="")


def detail(context: RequestContext, query: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``GET /os-hypervisors/detail``."""
    return _listing(context, query, version, view.full, path="/detail")


def _listing(
    context: RequestContext,
    query: dict[str, Any],
    version: Version,
    show: view.Show,
    *,
    path: str,
) -> dict[str, Any]:
    pattern = query.get("hypervisor_hostname_pattern", "") if version >= HYPERVISOR_SERVERS else ""
    if pattern:
        if "limit" in query or "marker" in query:
            msg = "paging over hypervisors with the hypervisor_hostname_pattern is not supported"
            raise Invalid(msg)
        found, limit = _matching(context, pattern), 0
    else:
        found, limit = _page(context, query, version)
    look = _look(context, query, found, version)
    body = {"hypervisors": [show(each, look) for each in found]}
    return body | view.links(context, found, query, limit=limit, path=path)


def _page(
    context: RequestContext, query: dict[str, Any], version: Version
) -> tuple[Sequence[Occupied], int]:
    """Return a page of clusters, in the order of their names, and its size; 0 for all at once."""
    found = synnefo_backends.occupied(context)
    if version < HYPERVISOR_PAGES:
        return found, 0
    limit, marker = queries.limit(context, query), query.get("marker")
    if marker:
        ids = [each.backend.id for each in found]
        if marker not in ids:
            name = "marker"
            raise InvalidField(name, f"marker {marker} could not be found")
        found = found[ids.index(marker) + 1 :]
    return found[:limit], limit


def _matching(context: RequestContext, pattern: str) -> Sequence[Occupied]:
    """Return the clusters with some letters in their names.

    Raises:
        NotFound: There is none.
    """
    every = synnefo_backends.occupied(context)
    found = [each for each in every if pattern in each.backend.name]
    if not found:
        noun = "a hypervisor matching"
        raise NotFound(noun, pattern)
    return found


def _look(
    context: RequestContext, query: dict[str, Any], found: Sequence[Occupied], version: Version
) -> view.Look:
    if version < HYPERVISOR_SERVERS or not queries.truth("with_servers", query):
        return view.Look(version)
    return view.Look(version, _servers(context, found))


def _servers(context: RequestContext, found: Sequence[Occupied]) -> view.Servers:
    return synnefo_compute.servers_of_clusters(context, [each.backend.id for each in found])


def show(
    context: RequestContext, hypervisor_id: str, query: dict[str, Any], version: Version
) -> dict[str, Any]:
    """Answer ``GET /os-hypervisors/{hypervisor_id}``."""
    found = synnefo_backends.find_occupied(context, hypervisor_id)
    return {"hypervisor": view.full(found, _look(context, query, [found], version))}


def search(context: RequestContext, hypervisor_id: str, version: Version) -> dict[str, Any]:
    """Answer ``GET /os-hypervisors/{pattern}/search``."""
    found = _matching(context, hypervisor_id)
    return {"hypervisors": [view.brief(each, view.Look(version)) for each in found]}


def servers(context: RequestContext, hypervisor_id: str, version: Version) -> dict[str, Any]:
    """Answer ``GET /os-hypervisors/{pattern}/servers``."""
    found = _matching(context, hypervisor_id)
    look = view.Look(version, _servers(context, found))
    return {"hypervisors": [view.brief(each, look) for each in found]}


def uptime(context: RequestContext, hypervisor_id: str) -> None:
    """Answer ``GET /os-hypervisors/{hypervisor_id}/uptime``: a cluster has none."""
    synnefo_backends.find_occupied(context, hypervisor_id)
    what = "the uptime of a cluster"
    raise Unbuilt(what)


def statistics(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /os-hypervisors/statistics``: of the clusters that may have new servers."""
    total = synnefo_backends.together(synnefo_backends.occupied(context))
    return {"hypervisor_statistics": {"count": total.count, **view.figures(total)}}
