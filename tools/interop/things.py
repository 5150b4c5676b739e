# SPDX-License-Identifier: Apache-2.0
"""What some of the required tests need, and no cloud has by default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from tools.interop import ganeti
from tools.interop.cloud import PASSWORD, Cloud

ROLES = {"object_storage": ("ResellerAdmin",)}
"""By the list of tests."""

_KIB = 1024


def make(cloud: Cloud, name: str) -> Mapping[str, Mapping[str, str]]:
    """Make what a list needs as the administrator; return what Tempest is to know of it."""
    with requests.Session() as session:
        answer = _post(session, f"{cloud.url}/identity/v3/auth/tokens", _login())
        session.headers["X-Auth-Token"] = answer.headers["X-Subject-Token"]
        for role in ROLES.get(name, ()):
            _post(session, f"{cloud.url}/identity/v3/roles", {"role": {"name": role}})
        known = {
            "compute": _of_compute,
            "image": _of_images,
            "network": _of_network,
            "volume": _of_volumes,
            "guests": _of_guests,
        }.get(name)
        return known(session, cloud) if known else {}


def _of_network(session: requests.Session, cloud: Cloud) -> Mapping[str, Mapping[str, str]]:
    found = session.get(
        f"{cloud.url}/network/v2.0/networks", params={"router:external": "true"}, timeout=30
    ).json()["networks"]
    return {
        "network": {
            "public_network_id": found[0]["id"],
            "floating_network_name": found[0]["name"],
            "build_interval": "0",
        },
        "network-feature-enabled": {"ipv6_subnet_attributes": "true", "port_security": "true"},
        # Each test makes the networks that it wants, and a default one would be counted among them.
        "auth": {"create_isolated_networks": "false"},
    }


def _of_compute(session: requests.Session, cloud: Cloud) -> Mapping[str, Mapping[str, str]]:
    flavors = session.get(f"{cloud.url}/compute/v2.1/flavors", timeout=30).json()["flavors"]
    networks = session.get(f"{cloud.url}/network/v2.0/networks", timeout=30).json()["networks"]
    return {
        "compute": {
            "image_ref": _image(session, cloud, "first"),
            "image_ref_alt": _image(session, cloud, "second"),
            "flavor_ref": flavors[0]["id"],
            "flavor_ref_alt": flavors[1]["id"],
            "fixed_network_name": networks[0]["name"],
            "build_interval": "0",
            "min_microversion": "2.1",
            "max_microversion": "latest",
        },
        "compute-feature-enabled": {"resize": "true"},
        "service_available": {"cinder": "true"},
        "volume": {"build_interval": "0"},
        "network": {"public_network_id": networks[0]["id"]},
        "auth": {"create_isolated_networks": "false"},
        "validation": {"run_validation": "false"},
    }


def _of_images(_session: requests.Session, _cloud: Cloud) -> Mapping[str, Mapping[str, str]]:
    return {
        # Images need no networks; some of the tests upload noise and call it a disk.
        "service_available": {"neutron": "false"},
        "image-feature-enabled": {"image_format_enforcement": "false"},
    }


def _of_volumes(session: requests.Session, cloud: Cloud) -> Mapping[str, Mapping[str, str]]:
    networks = session.get(f"{cloud.url}/network/v2.0/networks", timeout=30).json()["networks"]
    return {
        "compute": {"image_ref": _image(session, cloud, "first")},
        "network": {"public_network_id": networks[0]["id"]},
        "auth": {"create_isolated_networks": "false"},
        "service_available": {"cinder": "true"},
        "volume": {"build_interval": "0", "disk_format": "raw"},
    }


def _of_guests(session: requests.Session, cloud: Cloud) -> Mapping[str, Mapping[str, str]]:
    return ganeti.told(_image(session, cloud, "any"))


def _image(session: requests.Session, cloud: Cloud, name: str) -> str:
    about = {"disk_format": "raw", "container_format": "bare", "visibility": "public"}
    image = _post(session, f"{cloud.url}/image/v2/images", {"name": name, **about}).json()
    session.put(
        f"{cloud.url}/image/v2/images/{image['id']}/file",
        data=name.encode() * _KIB,
        headers={"Content-Type": "application/octet-stream"},
        timeout=30,
    ).raise_for_status()
    found: str = image["id"]
    return found


def _login() -> dict[str, Any]:
    domain = {"id": "default"}
    user = {"name": "admin", "domain": domain, "password": PASSWORD}
    identity = {"methods": ["password"], "password": {"user": user}}
    scope = {"project": {"name": "admin", "domain": domain}}
    return {"auth": {"identity": identity, "scope": scope}}


def _post(session: requests.Session, url: str, body: dict[str, Any]) -> requests.Response:
    answer = session.post(url, json=body, timeout=30)
    answer.raise_for_status()
    return answer
