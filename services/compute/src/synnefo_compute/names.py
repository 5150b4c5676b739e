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
    return _told(card, _CARD)


def _told(name: str, begin: str) -> str:
    """Return the id behind the beginning of a name; empty without both."""
    told = name.removeprefix(begin)
    try:
        return told if name == f"{begin}{uuid.UUID(told)}" else ""
    except ValueError:
        return ""


def of_attachment(attachment_id: str) -> str:
    """Return the name of the disk that a volume is by one of its attachments.

    A volume that is attached again is another disk, so one that was left behind is never taken for it.
    """
    return f"{_VOLUME}{attachment_id}"


def attachment_id(disk: str) -> str:
    """Return the id of the attachment that a disk's name tells; empty if the name is not of ours."""
    return _told(disk, _VOLUME)


def own_tag(server: str) -> str:
    """Return the tag by which an instance is known as the one of a server's id."""
    return f"synnefo:server:{server}"
