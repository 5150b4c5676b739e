# SPDX-License-Identifier: Apache-2.0
"""Networks: as the cluster has them, and as it is asked to make them."""

from __future__ import annotations

from dataclasses import dataclass

from synnefo_backend_ganeti.rapi.records import Json, Record, items, texts

NETWORK_FIELDS = (
    "name",
    "network",
    "gateway",
    "mac_prefix",
    "external_reservations",
    "group_list",
    "inst_cnt",
    "tags",
)


@dataclass(frozen=True)
class Network:
    """A network as the cluster has it.

    Attributes:
        reserved: Its first and last address, its gateway, and what an operator reserved.
        groups: The names of the groups of nodes to which it is connected.
    """

    name: str
    cidr: str
    gateway: str | None
    mac_prefix: str | None
    reserved: tuple[str, ...]
    groups: tuple[str, ...]
    instances: int
    tags: tuple[str, ...]


@dataclass(frozen=True)
class NewNetwork:
    """A network to be made; ranges are written as Ganeti has them, without host bits."""

    name: str
    cidr: str
    gateway: str | None = None
    cidr6: str = ""
    gateway6: str = ""
    mac_prefix: str = ""
    tags: tuple[str, ...] = ()
    reserved: tuple[str, ...] = ()

    def body(self) -> dict[str, Json]:
        """Return the body of the request that makes it.

        Whether nodes have addresses of its range is not looked at: it is the tenant's own.
        """
        body: dict[str, Json] = {
            "network_name": self.name,
            "network": self.cidr,
            "gateway": self.gateway,
            "network6": self.cidr6,
            "gateway6": self.gateway6,
            "mac_prefix": self.mac_prefix,
            "add_reserved_ips": list(self.reserved),
            "tags": list(self.tags),
        }
        return {"conflicts_check": False, **{key: value for key, value in body.items() if value}}


def network_from(record: Record) -> Network:
    """Read a network out of a row of a query."""
    reserved = record.maybe_text("external_reservations") or ""
    return Network(
        name=record.text("name"),
        cidr=record.text("network"),
        gateway=record.maybe_text("gateway"),
        mac_prefix=record.maybe_text("mac_prefix"),
        reserved=tuple(each.strip() for each in reserved.split(",") if each.strip()),
        groups=tuple(texts(items(group)[:1])[0] for group in record.items("group_list")),
        instances=record.maybe_integer("inst_cnt") or 0,
        tags=record.texts("tags"),
    )
