# SPDX-License-Identifier: Apache-2.0
"""What an operator may say about a cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from oslo_config import cfg

from synnefo_backend_ganeti.rapi import (
    Authority,
    Endpoint,
    Insecure,
    PinnedCertificate,
    RapiClient,
    Trust,
)
from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.contracts.rescue import DEFAULT_MEDIUM

OPTIONS = [
    cfg.StrOpt(
        "url",
        required=True,
        help="Where the cluster's remote API listens: https://host:5080. Use the cluster's "
        "own name, which follows the master when it moves.",
    ),
    cfg.StrOpt(
        "user",
        default="synnefo",
        help="A user of the cluster's rapi/users file who has the word write there.",
    ),
    cfg.StrOpt("password", required=True, secret=True, help="The user's password."),
    cfg.StrOpt(
        "certificate_fingerprint",
        help="SHA-256 of the one certificate that the cluster may show, as printed by "
        "openssl x509 -noout -fingerprint -sha256 -in rapi.pem. Right for the certificate "
        "that Ganeti makes itself.",
    ),
    cfg.StrOpt(
        "certificate_file",
        help="PEM file with the one certificate that the cluster may show, "
        "instead of its fingerprint.",
    ),
    cfg.StrOpt(
        "authority_file",
        help="PEM file of the authorities that may vouch for the host name in the URL. "
        "Without this, a fingerprint or a file, the system's authorities are asked.",
    ),
    cfg.BoolOpt(
        "insecure",
        default=False,
        help="Trust whoever answers. The password is then anybody's.",
    ),
    cfg.IntOpt(
        "connections",
        default=8,
        min=1,
        max=20,
        help="How many calls may be under way at once from one process. Ganeti serves about "
        "20 at a time.",
    ),
    cfg.StrOpt(
        "os_type",
        default="snf-empty+default",
        help="The OS definition of servers that name none: name+variant. The default must be "
        "installed on all nodes; it leaves the disk empty.",
    ),
    cfg.StrOpt(
        "disk_template",
        default="",
        help="The disk template of servers that name none. Empty means the first that the "
        "cluster has enabled.",
    ),
    cfg.StrOpt(
        "hypervisor",
        default="",
        help="The hypervisor of servers that name none. Empty means the cluster's default.",
    ),
    cfg.StrOpt(
        "node",
        default="",
        help="Place all servers on this node. Empty leaves it to the iallocator, or takes the "
        "only node of a cluster of one.",
    ),
    cfg.StrOpt(
        "iallocator",
        default="hail",
        help="Ganeti's program that finds a node for a server.",
    ),
    cfg.DictOpt(
        "shared_disks",
        default={},
        help="Which disks other clusters reach, too: TEMPLATE:STORE, where STORE is a word that all of "
        "those clusters have. TEMPLATE is blockdev, or ext for volumes, which otherwise all clusters that "
        "serve some are taken to reach.",
    ),
    cfg.BoolOpt(
        "has_seed_disk",
        default=False,
        help="Give each server a second disk of 4 MiB, on which cloud-init finds its host name, "
        "keys, network and user data. os_type must then be the OS definition that comes with "
        "synnefo-node-ganeti, and the instance policy must allow two disks, and such small ones.",
    ),
    cfg.StrOpt(
        "rescue_medium",
        default="",
        help="The CD-ROM image that servers are rescued with: its path on all nodes, or a URL that "
        "QEMU reads there. Empty for none. Only servers of the hypervisor KVM can be rescued.",
    ),
    cfg.DictOpt(
        "rescue_images",
        default={},
        help="Other CD-ROM images that servers can be rescued with, as IMAGE_ID:PATH with commas "
        "between them; users name them by the image's id. Each must be on all nodes.",
    ),
]


@dataclass(frozen=True)
class Defaults:
    """What a new instance is where its specification leaves it open; empty is "Ganeti's own"."""

    os_type: str
    disk_template: str
    hypervisor: str
    node: str
    iallocator: str
    has_seed_disk: bool


def defaults(settings: Mapping[str, Any]) -> Defaults:
    """Make the defaults out of a driver's settings."""
    return Defaults(**{field.name: settings[field.name] for field in fields(Defaults)})


def rescue_media(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return where on the nodes the media are that instances can be rescued with, by name."""
    media: dict[str, str] = dict(settings.get("rescue_images") or {})
    if settings.get("rescue_medium"):
        media[DEFAULT_MEDIUM] = settings["rescue_medium"]
    return media


def client(settings: Mapping[str, Any]) -> RapiClient:
    """Make a client of the cluster out of a driver's settings.

    Raises:
        Misconfigured: They can't work together, or a file can't be read.
    """
    try:
        return RapiClient(
            Endpoint(
                url=settings["url"],
                user=settings["user"],
                password=settings["password"],
                trust=_trust(settings),
                connections=settings["connections"],
            )
        )
    except (OSError, ValueError) as error:
        raise Misconfigured(f"these settings cannot work: {error}") from error


def _trust(settings: Mapping[str, Any]) -> Trust:
    ways = ("certificate_fingerprint", "certificate_file", "authority_file", "insecure")
    chosen = [way for way in ways if settings.get(way)]
    match chosen:
        case []:
            return Authority()
        case ["certificate_fingerprint"]:
            return PinnedCertificate(settings["certificate_fingerprint"])
        case ["certificate_file"]:
            return PinnedCertificate.from_pem(Path(settings["certificate_file"]).read_text())
        case ["authority_file"]:
            return Authority(Path(settings["authority_file"]).read_text())
        case ["insecure"]:
            return Insecure()
        case _:
            raise ValueError(f"only one of {', '.join(chosen)} may be set")
