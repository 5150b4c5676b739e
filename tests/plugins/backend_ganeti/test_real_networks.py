# SPDX-License-Identifier: Apache-2.0
"""A network comes to two real clusters with the servers that need it, and leaves with them."""

from __future__ import annotations

import pytest
from sqlalchemy import update

import synnefo_backends
import synnefo_compute
import synnefo_network
from synnefo_compute import ServerSpec
from synnefo_core.errors import Conflict
from synnefo_core.testing.waiting import eventually
from synnefo_network import (
    FixedIpRequest,
    NetworkSpec,
    PlugRequest,
    PortSpec,
    SubnetSpec,
    cluster_repairs,
    withdrawing,
)
from synnefo_network.presence_models import PresenceRow
from tests.system.labs.fixtures import ganeti_labs  # noqa: F401 - a fixture

pytestmark = pytest.mark.system

FLAVOR = "small"
RESERVED = "10.7.0.9"
WITHIN_S = 120.0


@pytest.fixture
def labs(ganeti_labs, context):  # noqa: F811 - a fixture is asked for by its name
    """Register two clusters; return their labs by the name of the cluster."""
    labs = dict(zip(("north", "south"), ganeti_labs(2), strict=True))
    for name, lab in labs.items():
        settings = {
            "url": lab.rapi_url,
            "user": lab.rapi_user,
            "password": lab.rapi_password,
            "certificate_file": str(lab.rapi_certificate),
        }
        synnefo_backends.add(context, name=name, driver="ganeti", settings=settings)
        synnefo_backends.refresh(context, name)
    synnefo_compute.create_flavor(
        context,
        flavor_id=FLAVOR,
        name=FLAVOR,
        vcpus=1,
        ram_mib=128,
        disk_gib=0,
        disk_template="diskless",
    )
    return labs


@pytest.fixture
def network(member):
    made = synnefo_network.create_network(member, NetworkSpec(name="inner"))
    pools = [("10.7.0.100", "10.7.0.199")]
    spec = SubnetSpec(network_id=made.id, cidr="10.7.0.0/24", pools=pools)
    synnefo_network.create_subnet(member, spec)
    return made


def said(lab, *words):
    return lab.run(*words).stdout.split()


def kept(lab, there):
    (line,) = lab.run(
        "gnt-network", "list", "--no-headers", "--output=external_reservations", there
    ).stdout.splitlines()
    return line


def networks(lab):
    return said(lab, "gnt-network", "list", "--no-headers", "--output=name")


def make_servers(member, network, worker):
    """Make a server on each cluster; return their ids by the cluster's name."""
    nics = [PlugRequest(network_id=network.id)]
    specs = {name: ServerSpec("web", FLAVOR, nics=nics, host=name) for name in ("north", "south")}
    made = {name: synnefo_compute.create_server(member, spec).id for name, spec in specs.items()}
    worker.drain(patience_s=WITHIN_S)
    return made


def test_a_network_is_used_on_two_clusters_and_leaves_both(labs, context, member, network, worker):
    context.cloud.config.set_override("keep_unused_s", 0, "network")
    there = f"snf-net-{network.id}"

    servers = make_servers(member, network, worker)

    for name, lab in labs.items():
        shown = synnefo_compute.show_server(member, servers[name])
        assert ("active", "") == (shown.vm_state, shown.fault)
        assert [there] == networks(lab)
        told = said(lab, "gnt-network", "info", there)
        assert {"10.7.0.0/24", "default"} <= {word.strip(",:()") for word in told}
        fields = "--output=nic.networks.names,nic.ips"
        (port,) = synnefo_network.ports_of_one(context, servers[name])
        used = said(lab, "gnt-instance", "list", "--no-headers", fields)
        assert [there, port.fixed_ips[0].ip] == [word.strip("[']") for word in used]

    labs["north"].run("gnt-network", "modify", f"--add-reserved-ips={RESERVED}", there)
    cluster_repairs.look(context, synnefo_backends.find(context, "north").id)
    wanted = PortSpec(network.id, fixed_ips=[FixedIpRequest(ip=RESERVED)])
    with pytest.raises(Conflict):
        synnefo_network.create_port(member, wanted)
    cluster_repairs.look(context, synnefo_backends.find(context, "south").id)
    eventually(lambda: RESERVED in kept(labs["south"], there), within_s=WITHIN_S)

    for server_id in servers.values():
        synnefo_compute.delete_server(member, server_id)
    worker.drain(patience_s=WITHIN_S)
    with context.unit_of_work() as session:
        session.execute(update(PresenceRow).values(looked_at=0.0))
    withdrawing.run(context)
    worker.drain(patience_s=WITHIN_S)

    assert [[], []] == [networks(lab) for lab in labs.values()]
