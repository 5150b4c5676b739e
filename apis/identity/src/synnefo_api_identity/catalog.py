# SPDX-License-Identifier: Apache-2.0
"""The catalog: made from the APIs that this cloud serves.

Source: Identity API reference, "Service catalog and endpoints".
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from synnefo_core.cloud import Cloud
from synnefo_core.wsgi.compose import faces

INTERFACES = ("public", "internal", "admin")
_PROJECT = "%(project_id)s"


@dataclass(frozen=True)
class Endpoint:
    """An address of a service; ``url`` may hold ``%(project_id)s``."""

    id: str
    interface: str
    service_id: str
    url: str


@dataclass(frozen=True)
class Service:
    """An API in the catalog."""

    id: str
    type: str
    name: str
    endpoints: tuple[Endpoint, ...]


def services(cloud: Cloud) -> Sequence[Service]:
    """Return the services in the order of their names; made once, as the APIs are."""
    return cloud.shared("api_identity.services", lambda: tuple(_services(cloud)))


def _services(cloud: Cloud) -> Iterator[Service]:
    for face in faces(cloud):
        if not face.is_listed:
            continue
        service_id = _stable_id(face.service_type)
        url = f"{cloud.public_url}{face.prefix}{face.endpoint}"
        endpoints = tuple(
            Endpoint(_stable_id(face.service_type, interface), interface, service_id, url)
            for interface in INTERFACES
        )
        yield Service(service_id, face.service_type, face.title, endpoints)


def address(endpoint: Endpoint, project_id: str | None) -> str | None:
    """Return an endpoint's URL for a project, None when it needs one and there is none."""
    if _PROJECT not in endpoint.url:
        return endpoint.url
    return endpoint.url.replace(_PROJECT, project_id) if project_id else None


def _stable_id(*parts: str) -> str:
    """Return the same id in every process and at every start."""
    return hashlib.sha256("/".join(("synnefo", *parts)).encode()).hexdigest()[:32]
