# SPDX-License-Identifier: Apache-2.0
"""What a guest is told, as cloud-init's data source NoCloud reads it.

Source: cloudinit.readthedocs.io, "NoCloud" and "Networking config Version 2".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from synnefo_compute.first_boot.told import Address, Card, Told

EVERYWHERE = {4: "0.0.0.0/0", 6: "::/0"}


def files(told: Told) -> Mapping[str, bytes]:
    """Return the files of the volume; JSON is YAML."""
    meta_data = {
        "instance-id": told.server_id,
        "local-hostname": told.hostname,
        "public-keys": list(told.public_keys.values()),
    }
    return {
        "meta-data": _json(meta_data),
        "network-config": _json(network_config(told)),
        "user-data": told.user_data,
        "vendor-data": vendor_data(told),
    }


def vendor_data(told: Told) -> bytes:
    """Return the cloud-config of the cloud itself, which user data go before; may be empty."""
    if not told.password_hash:
        return b""
    root = {"name": "root", "password": told.password_hash, "type": "hash"}
    config = {
        # The image's default user and root have it, so that one of the two can log in.
        "password": told.password_hash,
        "chpasswd": {"expire": False, "users": [root]},
    }
    return b"#cloud-config\n" + _json(config)


def network_config(told: Told) -> Mapping[str, Any]:
    """Return the cards by their MAC addresses, with fixed addresses."""
    ethernets = {f"nic{number}": _ethernet(card) for number, card in enumerate(told.cards)}
    return {"version": 2, "ethernets": ethernets}


def _ethernet(card: Card) -> dict[str, Any]:
    shown: dict[str, Any] = {"match": {"macaddress": card.mac}, "mtu": card.mtu, "dhcp4": False}
    if card.addresses:
        shown["addresses"] = [f"{each.ip}/{each.prefix_bits}" for each in card.addresses]
    routes = [route for each in card.addresses for route in _routes(each)]
    if routes:
        shown["routes"] = routes
    dns = list(dict.fromkeys(server for each in card.addresses for server in each.dns))
    if dns:
        shown["nameservers"] = {"addresses": dns}
    return shown


def _routes(address: Address) -> list[dict[str, str]]:
    routes = [{"to": to, "via": via} for to, via in address.routes]
    if address.gateway:
        routes.insert(0, {"to": EVERYWHERE[address.version], "via": address.gateway})
    return routes


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1).encode() + b"\n"
