# SPDX-License-Identifier: Apache-2.0
"""What a guest is told, as OpenStack's config drive has it.

Source: docs.openstack.org/nova, "Metadata"; cloudinit.readthedocs.io, "Config Drive".
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping, Sequence
from typing import Any

from synnefo_compute.first_boot import nocloud
from synnefo_compute.first_boot.told import Address, Card, Told

ROOT = "openstack/latest"


def files(told: Told) -> Mapping[str, bytes]:
    """Return the files of the volume."""
    found = {
        f"{ROOT}/meta_data.json": _json(meta_data(told)),
        f"{ROOT}/network_data.json": _json(network_data(told.cards)),
        f"{ROOT}/vendor_data.json": _json(_vendor_data(told)),
    }
    if told.user_data:
        found[f"{ROOT}/user_data"] = told.user_data
    for number, file in enumerate(told.files):
        found[f"openstack{_content_path(number)}"] = file.content
    return found


def meta_data(told: Told) -> Mapping[str, Any]:
    """Return who the guest is, who may log in, and where its files are."""
    keys = told.public_keys.items()
    shown: dict[str, Any] = {
        "uuid": told.server_id,
        "name": told.name,
        "hostname": told.hostname,
        "project_id": told.project_id,
        "availability_zone": told.zone,
        "launch_index": 0,
        "meta": dict(told.metadata),
    }
    if keys:
        shown["public_keys"] = dict(keys)
        shown["keys"] = [{"name": name, "type": "ssh", "data": data} for name, data in keys]
    if told.password:
        shown["admin_pass"] = told.password
    if told.files:
        shown["files"] = [
            {"path": file.path, "content_path": _content_path(number)}
            for number, file in enumerate(told.files)
        ]
    return shown


def network_data(cards: Sequence[Card]) -> Mapping[str, Any]:
    """Return the cards, the addresses of each, and the name servers."""
    dns = dict.fromkeys(ip for card in cards for each in card.addresses for ip in each.dns)
    return {
        "links": [
            {
                "id": f"nic{number}",
                "type": "phy",
                "vif_id": card.id,
                "ethernet_mac_address": card.mac,
                "mtu": card.mtu,
            }
            for number, card in enumerate(cards)
        ],
        "networks": [
            _network(f"nic{number}", index, card, address)
            for number, card in enumerate(cards)
            for index, address in enumerate(card.addresses)
        ],
        "services": [{"type": "dns", "address": ip} for ip in dns],
    }


def _network(link: str, index: int, card: Card, address: Address) -> dict[str, Any]:
    return {
        "id": f"{link}-{index}",
        "link": link,
        "type": f"ipv{address.version}",
        "network_id": card.network_id,
        "ip_address": address.ip,
        "netmask": _netmask(f"{address.ip}/{address.prefix_bits}"),
        "routes": [
            *(
                [_route(nocloud.EVERYWHERE[address.version], address.gateway)]
                if address.gateway
                else []
            ),
            *(_route(to, via) for to, via in address.routes),
        ],
        "services": [{"type": "dns", "address": ip} for ip in address.dns],
    }


def _route(to: str, via: str) -> dict[str, str]:
    network = ipaddress.ip_network(to)
    return {
        "network": str(network.network_address),
        "netmask": _netmask(to),
        "gateway": via,
    }


def _netmask(cidr: str) -> str:
    return str(ipaddress.ip_interface(cidr).netmask)


def _vendor_data(told: Told) -> Mapping[str, str]:
    config = nocloud.vendor_data(told).decode()
    return {"cloud-init": config} if config else {}


def _content_path(number: int) -> str:
    return f"/content/{number:04}"


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1).encode() + b"\n"
