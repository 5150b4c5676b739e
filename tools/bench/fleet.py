# SPDX-License-Identifier: Apache-2.0
"""Fills a cloud with as many servers as are wanted, on simulated clusters that have their instances.

One server is made as requests make them; the others are copies of its rows with ids, names and addresses
of their own, which is all that those who list, look and compare can see.
"""

from __future__ import annotations

import ipaddress
import uuid
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from sqlalchemy import delete, exists, insert, inspect, select

import synnefo_backends
import synnefo_network
import synnefo_quota
from synnefo_backend_sim import SimBackend, operator
from synnefo_backends.models import BookingRow
from synnefo_compute import ServerSpec, charges, create_server, names, observed, states
from synnefo_compute.kinds import CREATE
from synnefo_compute.models import ServerRow
from synnefo_core.cloud import Cloud
from synnefo_core.context import for_claims, for_worker
from synnefo_core.contracts.compute import DiskSpec, InstanceSpec, NicSpec
from synnefo_core.db.base import Base
from synnefo_core.db.models import SagaRow
from synnefo_network import NetworkSpec, PlugRequest, SubnetSpec
from synnefo_network.models import AddressRow, PortRow

FLAVOR = "1"
SETTINGS = {
    "nodes": "100",
    "vcpus": "64",
    "ram_mib": "262144",
    "jobs_at_once": "100",
    "job_delay_min_s": "0.05",
    "job_delay_max_s": "0.1",
}
_AT_ONCE = 1000
_ADDRESSES = int(ipaddress.IPv4Address("10.0.0.1"))

Rows = dict[type[Base], dict[str, Any]]


class Fleet:
    """The servers of one project.

    Attributes:
        context: An administrator's.
        member: Whose the servers are.
        network_id: On which network they are; empty for what the cloud chose.
        ids: Those of the servers that have instances.
    """

    def __init__(
        self, cloud: Cloud, token: str, clusters: Sequence[str], *, cidr: str = ""
    ) -> None:
        """Register the clusters, and make the first server; on a network of its own with a ``cidr``."""
        self.context = for_worker(cloud)
        claims = cloud.directory.claims(token) if cloud.directory else None
        if claims is None:
            raise RuntimeError("the token that was just issued is not valid")
        self.member = for_claims(cloud, claims, "")
        self.network_id = self._network(cidr) if cidr else ""
        self.backends = [self._add(name) for name in clusters]
        self.ids: list[str] = []
        self._pattern, self._count = self._made(), 0

    def _network(self, cidr: str) -> str:
        """Make a network that has the addresses of all servers."""
        made = synnefo_network.create_network(self.member, NetworkSpec())
        last = str(ipaddress.ip_network(cidr)[-2])
        spec = SubnetSpec(network_id=made.id, cidr=cidr, gateway_ip=last)
        synnefo_network.create_subnet(self.member, spec)
        return made.id

    def _add(self, name: str) -> str:
        made = synnefo_backends.add(self.context, name=name, driver="sim", settings=SETTINGS)
        synnefo_backends.refresh(self.context, name)
        return made.id

    def driver(self, backend_id: str) -> SimBackend:
        """Return a cluster as its administrator sees it."""
        found = synnefo_backends.call(self.context, backend_id, lambda driver: driver)
        if not isinstance(found, SimBackend):
            raise TypeError("the cluster is not simulated")
        return found

    def _made(self) -> Rows:
        """Make a server, and return its rows; it is deleted again."""
        nics = [PlugRequest(network_id=self.network_id)] if self.network_id else None
        spec = ServerSpec(name="first", flavor_id=FLAVOR, nics=nics)
        with self.member.unit_of_work():
            server = create_server(self.member, spec)
        with self.context.unit_of_work() as session:
            session.execute(delete(SagaRow).where(SagaRow.kind == CREATE))
            row = session.get_one(ServerRow, server.id)
            kept: Rows = {ServerRow: _values(row)}
            kept |= {
                model: _values(session.scalars(select(model)).one())
                for model in (PortRow, AddressRow, BookingRow)
            }
            observed.forget(self.context, row)
        return kept

    def grow(self, number: int, *, has_instances: bool = True) -> None:
        """Add so many servers that run."""
        copies = map(self._copy, range(self._count, self._count + number))
        self._count += number
        while some := list(islice(copies, _AT_ONCE)):
            if has_instances:
                self._found(some)
                self.ids += [rows[ServerRow]["id"] for rows in some]
            with self.context.unit_of_work() as session:
                for model in (ServerRow, PortRow, AddressRow, BookingRow):
                    session.execute(insert(model), [rows[model] for rows in some])
                of_one = charges.of_server(ServerRow(**some[0][ServerRow]))
                of_all = [replace(each, amount=each.amount * len(some)) for each in of_one]
                synnefo_quota.charge(self.context, of_all)

    @property
    def is_building(self) -> bool:
        """Whether a server is still being made."""
        building = exists().where(ServerRow.vm_state == states.BUILDING)
        with self.context.reading() as session:
            return bool(session.scalar(select(building)))

    def _copy(self, place: int) -> Rows:
        server_id, port_id, now = str(uuid.uuid4()), str(uuid.uuid4()), self.context.now()
        backend_id = self.backends[place % len(self.backends)]
        mac = "aa:" + ":".join(f"{byte:02x}" for byte in place.to_bytes(5, "big"))
        ip = str(ipaddress.IPv4Address(_ADDRESSES + place))
        server = {"id": server_id, "name": f"server-{place}", "backend_id": backend_id}
        lived = {"created_at": now, "updated_at": now, "launched_at": now, "node": "node1"}
        done = {"vm_state": states.ACTIVE, "task_state": states.NO_TASK}
        own: Rows = {
            ServerRow: server | lived | done,
            PortRow: {"id": port_id, "device_id": server_id, "mac": mac},
            AddressRow: {"id": str(uuid.uuid4()), "port_id": port_id, "ip": ip, "position": None},
            BookingRow: {"id": server_id, "backend_id": backend_id},
        }
        return {model: self._pattern[model] | values for model, values in own.items()}

    def _found(self, some: Sequence[Rows]) -> None:
        """Make the instances of some servers, and write down where they are."""
        by_name = {
            names.of_instance(self.context.cloud, rows[ServerRow]["id"]): rows for rows in some
        }
        for backend_id in self.backends:
            driver = self.driver(backend_id)
            here = {n: r for n, r in by_name.items() if r[ServerRow]["backend_id"] == backend_id}
            for name, rows in here.items():
                operator.add(driver.cluster, _instance(name, rows))
            for name, instance in driver.inventory.some(here).items():
                by_name[name][ServerRow]["node"] = instance.node


def _instance(name: str, rows: Rows) -> InstanceSpec:
    server, port, address = rows[ServerRow], rows[PortRow], rows[AddressRow]
    return InstanceSpec(
        name=name,
        vcpus=server["vcpus"],
        ram_mib=server["ram_mib"],
        disks=(DiskSpec(f"disk-{server['id']}", server["disk_gib"] * 1024),),
        nics=(NicSpec(f"nic-{port['id']}", mac=port["mac"], ip=address["ip"]),),
        tags=(names.own_tag(server["id"]),),
    )


def _values(row: Base) -> dict[str, Any]:
    """Return a row by its attributes' names, as ``insert`` takes it."""
    return {each.key: getattr(row, each.key) for each in inspect(type(row)).column_attrs}
