# SPDX-License-Identifier: Apache-2.0
"""The network cards of servers that are there: plugged in, taken away, put right."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import delete

import synnefo_compute
import synnefo_network
from synnefo_backend_sim import faults, operator
from synnefo_backend_sim.faults import Fault, FaultKind
from synnefo_compute import cards, states
from synnefo_compute.models import ServerRow
from synnefo_compute.reconcile import repairs
from synnefo_core.db.models import SagaRow
from synnefo_core.errors import Forbidden, Invalid, InvalidState, NotFound, Unbuilt
from synnefo_network import FixedIpRequest, Listing, PlugRequest, PortSpec, SubnetSpec


def macs(cluster, server) -> list[str]:
    """Return the cards of a server's instance."""
    return [nic.mac for nic in cluster.inventory.instance(f"snf-{server.id}").nics]


def shown(member, server):
    return synnefo_compute.show_server(member, server.id)


@pytest.fixture
def port(member, network):
    """Return a port of the member's own."""
    return synnefo_network.create_port(member, PortSpec(network, name="own"))


@pytest.fixture
def attached(member, server, port, settle):
    """Return the member's port once it is the server's second one."""
    synnefo_compute.attach_card(member, server.id, PlugRequest(port_id=port.id))
    settle()
    return synnefo_network.show_port(member, port.id)


@pytest.mark.parametrize("is_stopped", [False, True])
def test_a_server_gets_a_card_on_a_network(server, member, network, settle, cluster, is_stopped):
    if is_stopped:
        synnefo_compute.stop_server(member, server.id)
        settle()
    before = shown(member, server)
    port = synnefo_compute.attach_card(
        member, server.id, PlugRequest(network_id=network, fixed_ip="10.0.0.77")
    )
    during = shown(member, server)
    settle()

    after = shown(member, server)
    assert ("BUILD", "10.0.0.77") == (port.status, port.fixed_ips[0].ip)
    assert "connecting" == during.task_state
    assert (before.vm_state, "") == (after.vm_state, after.task_state)
    assert ["ACTIVE", "ACTIVE"] == [each.status for each in after.ports]
    assert [each.mac for each in after.ports] == macs(cluster, server)


def test_the_only_network_need_not_be_named(server, member, network, settle, cluster):
    port = synnefo_compute.attach_card(member, server.id)
    settle()

    assert network == port.network_id
    assert port.mac == macs(cluster, server)[-1]


def test_one_of_several_networks_must_be_named(server, member):
    other = synnefo_network.create_network(member, synnefo_network.NetworkSpec(name="other"))
    synnefo_network.create_subnet(
        member, SubnetSpec(network_id=other.id, cidr="10.1.0.0/24", name="s", ip_version=4)
    )

    with pytest.raises(Invalid):
        synnefo_compute.attach_card(member, server.id)


def test_a_port_of_ones_own_comes_and_stays_when_the_card_goes(
    server, member, port, attached, settle, cluster
):
    during = macs(cluster, server)
    synnefo_compute.detach_card(member, server.id, port.id)
    settle()

    free = synnefo_network.show_port(member, port.id)
    assert (server.id, "ACTIVE") == (attached.device_id, attached.status)
    assert port.mac in during
    assert port.mac not in macs(cluster, server)
    assert ("", "DOWN") == (free.device_id, free.status)


def test_a_port_that_was_made_for_a_card_goes_with_it(server, member, settle, cluster):
    port = synnefo_compute.attach_card(member, server.id)
    settle()
    synnefo_compute.detach_card(member, server.id, port.id)
    during = [each.id for each in shown(member, server).ports]
    settle()

    assert port.id in during
    assert server.ports[0].id == shown(member, server).ports[0].id
    assert 1 == len(synnefo_network.list_ports(member, Listing()))
    assert 1 == len(macs(cluster, server))


def test_a_card_that_can_not_be_plugged_in_leaves_no_port(server, member, settle, cluster):
    faults.inject(cluster.cluster, Fault(FaultKind.ERROR, "plug", message="no slot left"))
    synnefo_compute.attach_card(member, server.id)
    settle()

    action = synnefo_compute.list_actions(member, server.id)[0]
    assert ("attach_interface", "Error") == (action.name, action.message)
    assert ("active", "") == (shown(member, server).vm_state, shown(member, server).task_state)
    assert 1 == len(synnefo_network.list_ports(member, Listing()))
    assert 1 == len(macs(cluster, server))


def test_a_card_that_can_not_be_taken_away_keeps_its_port(
    server, member, attached, settle, cluster
):
    faults.inject(cluster.cluster, Fault(FaultKind.ERROR, "unplug"))
    synnefo_compute.detach_card(member, server.id, attached.id)
    settle()

    action = synnefo_compute.list_actions(member, server.id)[0]
    assert ("detach_interface", "Error") == (action.name, action.message)
    assert 2 == len(shown(member, server).ports)


def test_an_answer_that_was_lost_plugs_in_one_card(server, member, settle, cluster):
    faults.inject(cluster.cluster, Fault(FaultKind.UNANSWERED, "plug"))
    port = synnefo_compute.attach_card(member, server.id)
    settle()

    assert "ACTIVE" == synnefo_network.show_port(member, port.id).status
    assert [port.mac] == macs(cluster, server)[1:]


def test_a_server_has_so_many_cards_and_no_more(server, member, network, monkeypatch):
    monkeypatch.setattr(cards, "MOST", 1)

    with pytest.raises(Forbidden):
        synnefo_compute.attach_card(member, server.id)


def test_one_thing_at_a_time(server, member):
    synnefo_compute.attach_card(member, server.id)

    with pytest.raises(InvalidState):
        synnefo_compute.attach_card(member, server.id)
    with pytest.raises(InvalidState):
        synnefo_compute.detach_card(member, server.id, server.ports[0].id)


@pytest.mark.parametrize("is_there", [False, True])
def test_a_card_on_its_way_turns_back(server, member, port, settle, cluster, is_there):
    synnefo_compute.attach_card(member, server.id, PlugRequest(port_id=port.id))
    if is_there:
        cluster.cards.plug(f"snf-{server.id}", cards.spec(port))

    synnefo_compute.detach_card(member, server.id, port.id)
    settle()

    free = synnefo_network.show_port(member, port.id)
    assert ("", False) == (free.device_id, free.is_awaited)
    assert ("active", "", "") == (
        shown(member, server).vm_state,
        shown(member, server).task_state,
        shown(member, server).fault,
    )
    assert 1 == len(macs(cluster, server))
    assert {"attach_interface": "Error", "detach_interface": ""} == {
        action.name: action.message
        for action in synnefo_compute.list_actions(member, server.id)[:2]
    }


def test_a_locked_server_keeps_its_cards(server, member):
    synnefo_compute.lock_server(member, server.id)

    with pytest.raises(InvalidState):
        synnefo_compute.attach_card(member, server.id)
    with pytest.raises(InvalidState):
        synnefo_compute.detach_card(member, server.id, server.ports[0].id)


def test_nobody_takes_the_card_of_another_server(server, submit, settle, member):
    other = submit()
    settle()

    with pytest.raises(NotFound):
        synnefo_compute.detach_card(member, server.id, other.ports[0].id)


def test_a_cluster_that_changes_no_cards_is_not_asked_to(server, member, cluster, monkeypatch):
    monkeypatch.setattr(cluster, "cards", None)

    with pytest.raises(Unbuilt):
        synnefo_compute.attach_card(member, server.id)
    assert 1 == len(synnefo_network.list_ports(member, Listing()))


def test_what_an_administrator_plugs_in_is_the_servers_projects(
    server, member, context, network, settle
):
    port = synnefo_compute.attach_card(context, server.id, PlugRequest(network_id=network))
    settle()

    assert server.project_id == port.project_id
    assert 2 == len(shown(member, server).ports)


def test_a_server_that_gets_a_card_can_be_deleted(server, member, port, settle, cluster):
    synnefo_compute.attach_card(member, server.id, PlugRequest(port_id=port.id))
    synnefo_compute.delete_server(member, server.id)
    settle()

    assert [] == cluster.inventory.instances()
    (left,) = synnefo_network.list_ports(member, Listing())
    assert (port.id, "", False) == (left.id, left.device_id, left.is_awaited)


# What was cut off, and what others do to ports


@pytest.fixture
def abandon(context, server):
    """Return a function that has whatever is being done to the server forgotten."""

    def run():
        with context.unit_of_work() as session:
            session.execute(delete(SagaRow).where(SagaRow.subject_id == server.id))
            session.get_one(ServerRow, server.id).task_state = states.NO_TASK

    return run


def test_a_card_that_was_promised_is_plugged_in_after_all(
    server, member, context, port, abandon, settle, cluster
):
    synnefo_compute.attach_card(member, server.id, PlugRequest(port_id=port.id))
    abandon()

    (repaired,) = repairs.repair(context, server.id)
    settle()

    assert (port.id,) == repaired.awaited
    assert port.mac in macs(cluster, server)
    assert "ACTIVE" == synnefo_network.show_port(member, port.id).status


def test_a_card_that_came_after_all_is_noticed(server, member, context, port, abandon, cluster):
    synnefo_compute.attach_card(member, server.id, PlugRequest(port_id=port.id))
    abandon()
    nic = cluster.inventory.instance(f"snf-{server.id}").nics[0]
    operator.modify(
        cluster.cluster,
        f"snf-{server.id}",
        lambda found: replace(found, nics=(nic, replace(nic, name="x", mac=port.mac, ip=None))),
    )

    (repaired,) = repairs.repair(context, server.id)

    assert (port.id,) == repaired.arrived
    assert "ACTIVE" == synnefo_network.show_port(member, port.id).status


@pytest.mark.parametrize("how", ["delete", "free"])
def test_a_port_that_is_taken_away_takes_its_card_along(
    server, member, attached, settle, cluster, how
):
    if how == "delete":
        synnefo_network.delete_port(member, attached.id)
    else:
        synnefo_network.update_port(member, attached.id, {"device_id": "", "device_owner": ""})
    settle()

    assert 1 == len(macs(cluster, server)) == len(shown(member, server).ports)
    assert ("active", "") == (shown(member, server).vm_state, shown(member, server).task_state)


def test_a_card_without_its_port_is_taken_away_at_the_next_look(
    server, member, context, attached, settle, cluster
):
    synnefo_compute.reboot_server(member, server.id, is_hard=True)
    synnefo_network.delete_port(member, attached.id)
    settle()

    repairs.repair(context, server.id)
    settle()

    assert 1 == len(macs(cluster, server))


def test_where_cards_stay_as_they_are_one_without_its_port_is_only_told(
    server, member, context, attached, cluster, monkeypatch
):
    monkeypatch.setattr(cluster, "cards", None)
    synnefo_network.delete_port(member, attached.id)

    assert [] == repairs.repair(context, server.id)


def test_the_address_of_a_card_can_be_chosen(server, member, network, settle, cluster):
    port = synnefo_network.create_port(
        member, PortSpec(network, fixed_ips=[FixedIpRequest(ip="10.0.0.99")])
    )
    synnefo_compute.attach_card(member, server.id, PlugRequest(port_id=port.id))
    settle()

    assert "10.0.0.99" == cluster.inventory.instance(f"snf-{server.id}").nics[-1].ip
