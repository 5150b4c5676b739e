# SPDX-License-Identifier: Apache-2.0
"""The catalog: the APIs that this cloud serves, and what operators add to them.

Source: Identity API reference, "Service catalog and endpoints".
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import synnefo_identity
from synnefo_core.cloud import Cloud
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Api
from synnefo_core.wsgi.compose import faces
from synnefo_identity import Endpoint, Installed, Service

__all__ = [
    "Endpoint",
    "Service",
    "address",
    "endpoints",
    "installed",
    "offered",
    "service_of",
    "services",
    "version_of",
]

INTERFACES = ("public", "internal", "admin")
_PLACE = re.compile(r"[$%]\((\w+)\)s")


def services(cloud: Cloud) -> Sequence[Service]:
    """Return the services of this cloud in the order of their names; made once, as the APIs are."""
    return cloud.shared("api_identity.services", lambda: tuple(_services(cloud)))


def _services(cloud: Cloud) -> Iterator[Service]:
    for face in faces(cloud):
        if face.is_listed:
            for service_type in (face.service_type, *face.older_types):
                yield _service(cloud, face, service_type)


def _service(cloud: Cloud, face: Api, service_type: str) -> Service:
    service_id = _stable_id(service_type)
    url = f"{cloud.public_url}{face.base or face.prefix}{face.endpoint}"
    endpoints = tuple(
        Endpoint(
            id=_stable_id(service_type, interface),
            service_id=service_id,
            interface=interface,
            region_id=cloud.config.region,
            url=url,
        )
        for interface in INTERFACES
    )
    return Service(service_id, service_type, face.title, endpoints=endpoints)


def version_of(cloud: Cloud, service: Service) -> str:
    """Return the version of a service of this cloud ("v2.1"), which not every URL of one has."""
    return next(
        face.prefix.rpartition("/")[2]
        for face in faces(cloud)
        if service.type in (face.service_type, *face.older_types)
    )


def installed(cloud: Cloud) -> Installed:
    """Return the ids of what this cloud has by itself."""
    ids = frozenset(service.id for service in services(cloud))
    return Installed(regions=frozenset({cloud.config.region}), services=ids)


def service_of(cloud: Cloud, owner: str) -> str:
    """Return the id of the service that a plugin's room is behind; identity's when it has none."""
    by_name = {face.name: _stable_id(face.service_type) for face in faces(cloud)}
    return by_name.get(owner.replace("_", "-"), by_name["identity"])


def endpoints(cloud: Cloud) -> list[Endpoint]:
    """Return the endpoints that this cloud has by itself."""
    return [endpoint for service in services(cloud) for endpoint in service.endpoints]


def offered(context: RequestContext) -> Iterator[Service]:
    """Yield what every catalog shows: what is installed, then what operators add."""
    offers = synnefo_identity.catalog.offered(context)
    for service in services(context.cloud):
        elsewhere = offers.elsewhere.get(service.id)
        if elsewhere is None:
            yield service
        else:
            yield replace(service, endpoints=service.endpoints + elsewhere)
    yield from offers.services


def address(endpoint: Endpoint, places: Mapping[str, str | None]) -> str | None:
    """Return an endpoint's URL with all places filled, None when something for one is missing."""
    if not all(places.get(place[1]) for place in _PLACE.finditer(endpoint.url)):
        return None
    return _PLACE.sub(lambda place: str(places[place[1]]), endpoint.url)


def _stable_id(*parts: str) -> str:
    """Return the same id in every process and at every start."""
    return hashlib.sha256("/".join(("synnefo", *parts)).encode()).hexdigest()[:32]
