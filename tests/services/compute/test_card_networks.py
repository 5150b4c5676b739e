# SPDX-License-Identifier: Apache-2.0
"""The networks of servers' cards are in their clusters."""

from __future__ import annotations

import pytest

import synnefo_compute
import synnefo_network
from synnefo_backend_sim import faults
from synnefo_backend_sim.faults import Fault, FaultKind
from synnefo_network import NetworkSpec, PlugRequest, SubnetSpec


@pytest.fixture
def second(member, server):
    """Return a second network of the member's."""
    made = synnefo_network.create_network(member, NetworkSpec(name="second"))
    pools = [("10.2.0.100", "10.2.0.200")]
    synnefo_network.create_subnet(
        member, SubnetSpec(network_id=made.id, cidr="10.2.0.0/24", pools=pools)
    )
    return made.id


def networks(cluster, server):
    """Return the networks in the cluster on which a server's cards are."""
    return [nic.network for nic in cluster.inventory.instance(f"snf-{server.id}").nics]


def test_the_first_server_brings_its_network_and_the_second_finds_it(
    cluster, network, server, submit, settle
):
    made = [job.operation for job in jobs(cluster)]
    again = submit()
    settle()

    assert [f"snf-net-{network}"] == networks(cluster, server) == networks(cluster, again)
    assert ["network_bring", "create"] == made
    assert ["network_bring", "create", "create"] == [job.operation for job in jobs(cluster)]


def jobs(cluster):
    return list(cluster.job_queue.jobs(str(number) for number in range(1, 20)).values())


def test_a_card_that_is_plugged_in_brings_its_network(
    cluster, network, second, server, member, settle
):
    synnefo_compute.attach_card(member, server.id, PlugRequest(network_id=second))
    settle()

    wanted = [f"snf-net-{network}", f"snf-net-{second}"]
    assert wanted == networks(cluster, server)
    assert wanted == [each.name for each in sorted_by(cluster, wanted)]


def sorted_by(cluster, wanted):
    return sorted(cluster.networks.networks(), key=lambda each: wanted.index(each.name))


def test_a_card_outside_of_the_range_in_the_cluster_is_on_the_bridge_alone(
    cluster, network, server, member, settle
):
    pools = [("10.3.0.100", "10.3.0.200")]
    spec = SubnetSpec(network_id=network, cidr="10.3.0.0/24", pools=pools)
    synnefo_network.create_subnet(member, spec)
    synnefo_compute.attach_card(
        member, server.id, PlugRequest(network_id=network, fixed_ip="10.3.0.7")
    )
    settle()

    found = cluster.inventory.instance(f"snf-{server.id}").nics[-1]
    assert ("10.3.0.7", "") == (found.ip, found.network)


def test_a_server_whose_network_can_not_be_made_says_why(cluster, submit, member, settle):
    broken = Fault(FaultKind.ERROR, "network_bring", count=9, message="no such bridge")
    faults.inject(cluster.cluster, broken)

    made = submit()
    settle()

    shown = synnefo_compute.show_server(member, made.id)
    assert ("error", "no such bridge") == (shown.vm_state, shown.fault)


def test_a_server_that_moves_finds_its_network_there(
    cluster, network, server, context, add, settle
):
    other = add("south")

    synnefo_compute.move_server(context, server.id, "south")
    settle()

    assert [f"snf-net-{network}"] == networks(other, server)
