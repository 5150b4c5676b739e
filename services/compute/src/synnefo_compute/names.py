# SPDX-License-Identifier: Apache-2.0
"""What a server is called in its cluster: it derives from the id, so making it twice is seen."""

from __future__ import annotations

import uuid

from synnefo_core.cloud import Cloud

_CARD = "nic-"
_VOLUME = "vol-"


def prefix(cloud: Cloud) -> str:
    """Return how the names of all our instances begin."""
    return str(cloud.config.compute.instance_prefix)


def of_instance(cloud: Cloud, server_id: str) -> str:
    """Return the name of a server's instance."""
    return f"{prefix(cloud)}{server_id}"


def server_id(cloud: Cloud, instance: str) -> str:
    """Return the id of the server that an instance's name tells; empty if it is not of ours."""
    begin = prefix(cloud)
    return instance.removeprefix(begin) if instance.startswith(begin) else ""


def of_card(port_id: str) -> str:
    """Return the name of the network card of a port."""
    return f"{_CARD}{port_id}"


def port_id(card: str) -> str:
    """Return the id of the port that a card's name tells; empty if the name is not of ours."""
    told = card.removeprefix(_CARD)
    try:
        return told if card == of_card(str(uuid.UUID(told))) else ""
    except ValueError:
        return ""


def of_volume(volume_id: str) -> str:
    """Return the name of the disk that a volume is to a server."""
    return f"{_VOLUME}{volume_id}"


def volume_id(disk: str) -> str:
    """Return the id of the volume that a disk's name tells; empty if the name is not of ours."""
    told = disk.removeprefix(_VOLUME)
    try:
        return told if disk == of_volume(str(uuid.UUID(told))) else ""
    except ValueError:
        return ""


def own_tag(server: str) -> str:
    """Return the tag by which an instance is known as the one of a server's id."""
    return f"synnefo:server:{server}"
