# SPDX-License-Identifier: Apache-2.0
"""What gateways are told of routers and floating IPs, and when: read by the nodes' own reader."""

from __future__ import annotations

import threading
from concurrent import futures
from concurrent.futures import ThreadPoolExecutor

import pytest

import synnefo_backends
import synnefo_network as service
from synnefo_core.contracts.bus import Message
from synnefo_core.contracts.gateways import FloatingIp, Forwarding
from synnefo_core.contracts.nodes import KNOWN, Route
from synnefo_core.errors import Conflict, NotFound
from synnefo_core.testing.fixtures import StillClock
from synnefo_network.nodes import (
    agents,
    hellos,
    rounds,
    router_documents,
    router_facts,
    signing,
    spots,
)
from synnefo_network.presence_models import PRESENT, PresenceRow
from tests.services.network.hearing import Node
from tests.services.network.routing import another_subnet, external, leading

AWAY_S = 180


@pytest.fixture
def cloud_settings():
    return {("network", "gateway_link"): "br0"}


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def gate(context, tmp_path):
    return came(context, tmp_path, "g1")


def came(context, directory, name, cluster="sim"):
    """Return a gateway that was heard and has been told all."""
    signing.make_first(context.cloud)
    node = Node(context, directory, name, cluster, is_gateway=True).listen()
    if node.hello():
        node.answer()
    node.news()
    return node


@pytest.fixture
def outside(admin):
    return external(admin)


@pytest.fixture
def router(gate, member, outside, subnet):
    made = leading(member, outside, subnet)
    gate.news()
    return made


@pytest.fixture
def port(member, network, router):
    # Not an address drawn at random, which would sometimes be one that a test names.
    fixed = [service.FixedIpRequest(ip="10.0.0.10")]
    return service.create_port(member, service.PortSpec(network_id=network.id, fixed_ips=fixed))


def float_to(context, outside, port):
    spec = service.FloatingIpSpec(network_id=outside.id, port_id=port.id)
    return service.create_floating_ip(context, spec)


def test_a_gateway_hears_of_a_router_with_all_that_it_is(gate, member, outside, subnet):
    made = leading(member, outside, subnet)
    six = another_subnet(
        member, cidr="2001:db8::/64", ip_version=6, ipv6_ra_mode="slaac", ipv6_address_mode="slaac"
    )
    service.add_interface(member, made.id, subnet_id=six.id)
    service.add_routes(member, made.id, [("10.9.0.0/16", "10.0.0.77")])

    (told,) = gate.news()

    (inner,) = [leg for leg in told.legs if leg.ips(4)]
    (outer,) = made.gateway.fixed_ips
    assert (made.id, "g1") == (told.router, told.node)
    assert (("10.0.0.1/24",), "br0") == (inner.addresses, inner.network.link)
    assert [("2001:db8::1/64",)] == [leg.addresses for leg in told.legs if leg.is_advertised]
    assert (f"{outer.ip}/24",) == told.outside.addresses
    assert ("192.0.2.1",) == told.next_hops
    assert (Route("10.9.0.0/16", "10.0.0.77"),) == told.routes
    assert (True, True, False) == (told.has_snat, told.is_up, told.is_gone)


def test_each_change_of_a_router_is_told_once(gate, member, admin, router, outside, subnet):
    other = another_subnet(member, cidr="10.1.0.0/24")
    service.add_interface(member, router.id, subnet_id=other.id)
    (told,) = gate.news()
    assert {"10.0.0.1/24", "10.1.0.1/24"} == {leg.addresses[0] for leg in told.legs}

    service.remove_interface(member, router.id, subnet_id=other.id)
    service.update_router(member, router.id, {"is_admin_up": False})
    (told,) = gate.news()
    assert (1, False) == (len(told.legs), told.is_up)

    no_snat = service.GatewaySpec(network_id=outside.id, is_snat_enabled=False)
    service.update_router(admin, router.id, {"is_admin_up": True, "gateway": no_snat})
    (told,) = gate.news()
    assert (True, False) == (told.is_up, told.has_snat)

    service.update_router(member, router.id, {"gateway": None})
    (told,) = gate.news()
    assert (None, ()) == (told.outside, told.next_hops)

    service.update_router(member, router.id, {"name": "other"})
    assert [] == gate.news()


def test_floating_ips_are_told_as_they_come_and_go(gate, member, outside, router, port):
    floating = float_to(member, outside, port)
    (told,) = gate.news()
    assert (FloatingIp(floating.ip, "10.0.0.10"),) == told.floating_ips

    service.update_floating_ip(member, floating.id, {"port_id": None})
    (told,) = gate.news()
    assert () == told.floating_ips

    service.update_floating_ip(member, floating.id, {"port_id": port.id})
    assert 1 == len(gate.news())
    service.delete_floating_ip(member, floating.id)
    (told,) = gate.news()
    assert () == told.floating_ips


def test_a_floating_ip_ends_with_its_port_and_with_its_address(
    gate, member, outside, router, port, network
):
    float_to(member, outside, port)
    fixed = [service.FixedIpRequest(ip="10.0.0.11")]
    other = service.create_port(member, service.PortSpec(network_id=network.id, fixed_ips=fixed))
    float_to(member, outside, other)
    gate.news()

    service.update_port(member, port.id, {"fixed_ips": [service.FixedIpRequest(ip="10.0.0.12")]})
    (told,) = gate.news()
    assert ["10.0.0.11"] == [each.inside for each in told.floating_ips]

    service.delete_port(member, other.id)
    (told,) = gate.news()
    assert () == told.floating_ips


def test_a_change_of_the_network_or_subnet_is_told(gate, admin, member, outside, router, network):
    service.update_network(member, network.id, {"mtu": 1400})
    (subnet,) = service.list_subnets(admin, service.Listing({"network_id": [outside.id]}))
    service.update_subnet(admin, subnet.id, {"gateway_ip": None})

    (told,) = gate.news()

    assert ([1400], ()) == ([leg.network.mtu for leg in told.legs], told.next_hops)


def test_a_deleted_router_is_gone(gate, member, router, subnet, context):
    service.remove_interface(member, router.id, subnet_id=subnet.id)
    service.delete_router(member, router.id)

    (told,) = gate.news()

    assert (router.id, True) == (told.router, told.is_gone)
    assert {} == gate.known
    assert [] == spots.listing(context)
    assert not gate.hello()


def test_a_port_that_is_switched_off_takes_its_routes_along(gate, member, router, admin):
    service.add_routes(member, router.id, [("10.9.0.0/16", "10.0.0.77")])
    (own,) = [
        each
        for each in service.list_ports(admin, service.Listing({"device_id": [router.id]}))
        if each.device_owner == "network:router_interface"
    ]
    gate.news()

    service.update_port(admin, own.id, {"is_admin_up": False})

    (told,) = gate.news()
    assert ((), ()) == (told.legs, told.routes)


def test_a_plain_node_hears_of_no_router(gate, context, member, outside, subnet, tmp_path):
    plain = Node(context, tmp_path, "n1").listen()
    plain.hello()

    leading(member, outside, subnet)
    gate.news()

    assert [] == plain.heard
    assert not plain.hello()


def test_a_gateway_that_was_away_gets_what_is_newer_and_what_is_gone(
    gate, member, context, router, tmp_path
):
    away = Node(context, tmp_path, "g2", is_gateway=True)
    away.known = {"router-forgotten": 5}
    away.listen()

    assert away.hello()
    away.answer()
    told = {each.router: each.is_gone for each in away.news()}

    assert {router.id: False, "router-forgotten": True} == told
    assert gate.known == away.known
    assert not away.hello()
    assert [] == away.news()


def test_routers_are_spread_evenly_and_stay_where_they_are(
    gate, context, member, outside, router, tmp_path
):
    came(context, tmp_path, "g2")
    more = [leading(member, outside) for _ in range(3)]

    rounds.run(context)

    nodes = {each.router_id: each.node for each in spots.listing(context)}
    assert "g1" == nodes[router.id]
    assert ["g1", "g1", "g2", "g2"] == sorted(nodes[each.id] for each in (router, *more))
    came(context, tmp_path, "g3")
    assert nodes == {each.router_id: each.node for each in spots.listing(context)}


def test_a_drained_gateway_gives_its_routers_to_another_one(gate, context, router, tmp_path):
    other = came(context, tmp_path, "g2")

    agents.drain_gateway(context, "sim", "g1", is_drained=True)

    (told,) = gate.news()
    assert "g2" == told.node
    assert gate.known == other.known
    agents.drain_gateway(context, "sim", "g1", is_drained=False)
    assert [] == gate.news()
    with pytest.raises(NotFound):
        agents.drain_gateway(context, "sim", "g9", is_drained=True)


def test_the_only_gateway_keeps_its_routers_though_it_is_drained(gate, context, router, member):
    agents.drain_gateway(context, "sim", "g1", is_drained=True)

    assert [] == gate.news()
    assert "ACTIVE" == service.show_router(member, router.id).status


def test_a_forgotten_gateway_gives_its_routers_to_another_one(gate, context, router, tmp_path):
    other = came(context, tmp_path, "g2")

    service.forget_node_agent(context, "sim", "g1")
    spots.move(context)

    assert ["g2"] == [each.node for each in other.news()]


def test_who_says_that_it_is_no_gateway_any_more_gives_its_routers_to_another_one(
    gate, context, router, tmp_path
):
    other = came(context, tmp_path, "g2")

    gate.is_gateway = False
    gate.hello()

    assert ["g2"] == [each.node for each in gate.news()]  # and so it takes its own away
    assert ["g2"] == [each.node for each in other.heard]


def test_who_says_that_it_is_no_gateway_any_more_keeps_its_routers_until_there_is_another_one(
    gate, context, router, tmp_path
):
    gate.is_gateway = False
    gate.hello()
    spots.move(context)
    assert [] == gate.news()

    came(context, tmp_path, "g2")

    assert ["g2"] == [each.node for each in gate.news()]


def test_who_was_away_when_it_lost_its_routers_hears_of_these_alone(
    gate, context, router, member, outside, tmp_path
):
    gate.is_gateway = False
    other = came(context, tmp_path, "g2")
    gate.hello()
    rounds.run(context)
    leading(member, outside, another_subnet(member))
    other.news()
    late = Node(context, tmp_path / "late", "g1")
    late.known = {router.id: 1}
    late.listen()

    assert late.hello()
    said = {"node": "g1", "after": None, "until": None, "known": {}, "routers": late.known}
    hellos.hear_known(context, [Message(KNOWN, said, sender="sim")])

    assert [(router.id, "g2")] == [(each.router, each.node) for each in late.news()]


def test_a_gateway_that_is_silent_for_long_gives_its_routers_to_another_one(
    gate, context, router, tmp_path, clock
):
    other = came(context, tmp_path, "g2")
    for _ in range(2):
        clock.advance(AWAY_S / 2 - 1)
        spots.move(context)
        assert [] == other.news()
        other.hello()

    clock.advance(3)
    spots.move(context)

    assert ["g2"] == [each.node for each in other.news()]
    gate.hello()
    spots.move(context)
    assert [] == other.news()


def test_nothing_moves_when_all_come_back_one_after_the_other(
    gate, context, router, tmp_path, clock
):
    other = came(context, tmp_path, "g2")
    clock.advance(10 * AWAY_S)

    other.hello()
    spots.move(context)

    assert [] == other.news()
    clock.advance(AWAY_S)
    other.hello()
    spots.move(context)
    assert ["g2"] == [each.node for each in other.news()]


def test_states_say_what_is_so(context, member, outside, subnet, tmp_path, network):
    made = leading(member, outside, subnet)
    port = service.create_port(member, service.PortSpec(network_id=network.id))
    floating = float_to(member, outside, port)

    def states():
        rounds.run(context)
        return [
            service.show_router(member, made.id).status,
            service.show_floating_ip(member, floating.id).status,
        ]

    def found(status):
        listing = service.Listing({"status": [status]})
        return [
            *(each.id for each in service.list_routers(member, listing)),
            *(each.id for each in service.list_floating_ips(member, listing)),
        ]

    assert (["DOWN"] * 2, [made.id, floating.id]) == (states(), found("DOWN"))
    came(context, tmp_path, "g1")
    assert (["ACTIVE"] * 2, [made.id, floating.id]) == (states(), found("ACTIVE"))
    assert ["g1"] == [each.name for each in service.list_l3_agents(context, made.id)]
    service.update_router(member, made.id, {"is_admin_up": False})
    assert (["DOWN"] * 2, []) == (states(), found("ACTIVE"))
    service.update_router(member, made.id, {"is_admin_up": True})
    context.cloud.config.set_override("gateway_link", "", "network")
    service.update_router(member, made.id, {"routes": []})
    assert (["ERROR"] * 2, [made.id, floating.id]) == (states(), found("ERROR"))
    assert [] == service.list_l3_agents(context, made.id)
    assert "network" in spots.listing(context)[0].problem


def test_without_gateways_nothing_is_written(context, member, outside, subnet, tmp_path):
    signing.make_first(context.cloud)
    Node(context, tmp_path, "n1").hello()
    leading(member, outside, subnet)

    rounds.run(context)

    assert [] == spots.listing(context)


def test_who_read_before_a_change_does_not_have_the_last_word(
    gate, context, member, outside, router, port, monkeypatch
):
    if context.cloud.database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    has_read, may_write, real = threading.Event(), threading.Event(), router_facts.facts_of

    def slow(*arguments):
        found = real(*arguments)
        if not has_read.is_set():
            has_read.set()
            may_write.wait(30)
        return found

    monkeypatch.setattr(router_facts, "facts_of", slow)
    service.update_router(member, router.id, {"is_admin_up": False})
    with ThreadPoolExecutor(2) as pool:
        early = pool.submit(router_documents.refresh, context, [router.id])
        assert has_read.wait(30)
        floating = float_to(member, outside, port)
        late = pool.submit(rounds.run, context)
        futures.wait([late], timeout=1)  # it is done where it does not wait
        may_write.set()
        early.result(30)
        late.result(30)

    (written,) = router_documents.letters(context, [router.id])
    assert not written.is_new
    assert [floating.ip] == [each.outside for each in written.document.floating_ips]


def test_forwarded_ports_are_told_as_they_come_and_go(gate, member, outside, router, port):
    floating = service.create_floating_ip(member, service.FloatingIpSpec(network_id=outside.id))
    ports = service.Ports(2200, 2201)
    spec = service.PortForwardingSpec(port.id, "tcp", ports, service.Ports(22, 23))

    made = service.create_port_forwarding(member, floating.id, spec)
    (told,) = gate.news()
    assert (Forwarding("tcp", floating.ip, 2200, 2201, "10.0.0.10", 22),) == told.forwardings
    assert () == told.floating_ips
    service.update_port_forwarding(member, floating.id, made.id, changes={"protocol": "udp"})
    (told,) = gate.news()
    assert ["udp"] == [each.protocol for each in told.forwardings]
    service.delete_port_forwarding(member, floating.id, made.id)
    (told,) = gate.news()
    assert () == told.forwardings
    service.create_port_forwarding(member, floating.id, spec)
    assert 1 == len(gate.news())
    service.delete_floating_ip(member, floating.id)
    (told,) = gate.news()
    assert () == told.forwardings


def test_operators_drain_agents_by_their_ids_and_see_what_these_have(
    gate, context, admin, member, router, tmp_path
):
    other = came(context, tmp_path, "g2")
    Node(context, tmp_path, "n1").listen().hello()
    ids = {each.name: each.id for each in service.list_node_agents(admin)}

    drained = service.update_node_agent(admin, ids["g1"], is_drained=True)
    other.news()

    assert drained.is_drained
    assert service.show_node_agent(admin, ids["g1"]).is_drained
    assert [] == service.list_routers_on(admin, ids["g1"])
    assert [router.id] == [each.id for each in service.list_routers_on(admin, ids["g2"])]
    assert not service.update_node_agent(admin, ids["g1"], is_drained=False).is_drained
    with pytest.raises(Conflict):
        service.update_node_agent(admin, ids["n1"], is_drained=True)
    with pytest.raises(NotFound):
        service.show_node_agent(admin, "none")


def test_operators_see_what_fails_on_a_node_until_it_works(context, tmp_path):
    node = Node(context, tmp_path, "n1").listen()
    node.problem = "rules: nft:\x00\nno table" + "e" * 9000
    node.hello()
    (told,) = service.list_node_agents(context)
    assert told.problem.startswith("rules: nft:  no tablee")
    assert len(told.problem) == 500

    node.problem = ""
    node.hello()

    assert [""] == [each.problem for each in service.list_node_agents(context)]


def test_the_nodes_of_clusters_with_a_network_tell_its_guests(
    gate, context, admin, member, network, tmp_path
):
    came(context, tmp_path, "g9", cluster="elsewhere")
    backend = synnefo_backends.add(context, name="sim", driver="sim", settings={})
    assert [] == service.list_dhcp_agents(admin, network.id)

    with context.unit_of_work() as session:
        session.add(
            PresenceRow(network_id=network.id, backend_id=backend.id, cidr="", state=PRESENT)
        )

    assert ["g1"] == [each.name for each in service.list_dhcp_agents(admin, network.id)]
