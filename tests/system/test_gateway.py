# SPDX-License-Identifier: Apache-2.0
"""Real packets through routers of a gateway: floating IPs, SNAT, more ways, and nothing else."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

import pytest

from synnefo_core.contracts.gateways import FloatingIp, Forwarding, GatewayDocument
from synnefo_core.contracts.nodes import Mode, Route
from synnefo_node_ganeti.net import routers
from tests.plugins.node_ganeti.listing import in_order
from tests.plugins.node_ganeti.routerdocs import leg, network, outside, router
from tests.system.hosts import BRIEFLY_S, WITHIN_S, Host
from tests.system.labs import frames
from tests.system.labs.waiting import until

pytestmark = pytest.mark.system

RED = network("red", "02:00:01", link="br-red")
AZURE = network("azure", "02:00:02", link="br-azure")
GREEN = network("green", "02:00:03", link="br-all", mode=Mode.FILTERED)
OCHRE = network("ochre", "02:00:04", link="br-all", mode=Mode.FILTERED)


@pytest.fixture(scope="module")
def gate(world):
    return world.node("gate", "br-red", "br-azure", "br-all", "br-ext")


def guest(
    world, gate, name: str, net, number: int, *, subnet: str = "10.0.0", six: str = ""
) -> Host:
    lines = f"address add {subnet}.{number}/24 dev eth0\nroute add default via {subnet}.254\n"
    if six:
        lines += f"address add {six}::{number}/64 dev eth0 nodad\nroute add default via {six}::fe\n"
    mac = f"{net.mac_prefix}:00:00:{number:02x}"
    return Host(world, gate, name, net.link, mac=mac, lines=lines)


@pytest.fixture(scope="module")
def far(world, gate):
    """Somebody in the world, who knows no way to anything behind a router but by IPv6."""
    lines = "address add 203.0.113.254/24 dev eth0\naddress add 2001:db8:f::fe/64 dev eth0 nodad\n"
    lines += "route add 2001:db8:1::/64 via 2001:db8:f::1\n"
    host = Host(world, gate, "far", "br-ext", mac="02:00:ff:00:00:fe", lines=lines)
    host.listen("203.0.113.254", 80)
    host.listen("2001:db8:f::fe", 80)
    return host


@pytest.fixture(scope="module")
def one(world, gate):
    host = guest(world, gate, "one", RED, 1, six="2001:db8:1")
    host.listen("10.0.0.1", 80)
    host.listen("2001:db8:1::1", 80)
    return host


@pytest.fixture(scope="module")
def two(world, gate):
    return guest(world, gate, "two", RED, 2)


_versions = itertools.count(1)


@pytest.fixture
def put(gate):
    """Return a function that has the gateway have a router, in its next version."""
    there: set[str] = set()

    def put(document: GatewayDocument) -> GatewayDocument:
        there.add(document.router)
        gate.tell(replace(document, version=next(_versions)))
        gate.run("apply")
        return document

    yield put
    for key in there:
        put(replace(router(), router=key, is_gone=True))


FLOATING = "203.0.113.50"


def test_nobody_comes_in_without_a_floating_ip_and_everybody_goes_out_by_the_routers(put, far, one):
    put(router())
    far.machine.ip("route replace 10.0.0.0/24 via 203.0.113.1")

    assert one.reaches("203.0.113.254", 80, name="out")
    assert "203.0.113.1" == one.peer("out")
    assert one.is_answered("out")
    assert not far.reaches("10.0.0.1", 80, must=False)
    assert not far.reaches(FLOATING, 80, must=False)
    assert not far.reaches("203.0.113.1", 80, must=False)


def test_a_floating_ip_leads_in_and_out_and_changes_harm_nobody_else(put, far, one, two):
    plain = put(router())
    assert two.reaches("203.0.113.254", 80, name="before")
    assert one.reaches("203.0.113.254", 80, name="earlier")

    floating = put(replace(plain, floating_ips=(FloatingIp(FLOATING, "10.0.0.1"),)))

    assert far.reaches(FLOATING, 80, name="in")
    assert one.reaches("203.0.113.254", 80, name="out")
    assert FLOATING == one.peer("out")
    assert two.is_answered("before")
    assert one.is_answered("earlier")
    # Who asks a neighbour by its floating IP is answered.
    assert two.reaches(FLOATING, 80, name="hairpin")
    put(
        replace(
            floating, floating_ips=(*floating.floating_ips, FloatingIp("203.0.113.51", "10.0.0.2"))
        )
    )
    assert far.is_answered("in")
    assert one.is_answered("out")
    assert two.is_answered("hairpin")
    put(plain)
    assert not far.reaches(FLOATING, 80, must=False)
    assert not far.machine.ask("say", name="in", text="hello", within_s=BRIEFLY_S)
    assert not one.machine.ask("say", name="out", text="hello", within_s=BRIEFLY_S)
    assert two.is_answered("before")


def test_ports_of_an_address_lead_to_different_guests_and_end_one_by_one(put, far, one, two):
    plain = put(router())
    two.listen("10.0.0.2", 8080)
    first = Forwarding("tcp", FLOATING, 2200, 2200, "10.0.0.1", 80)
    second = Forwarding("tcp", FLOATING, 2201, 2202, "10.0.0.2", 8079)

    put(replace(plain, forwardings=(first, second)))

    assert far.reaches(FLOATING, 2200, name="first")
    assert far.reaches(FLOATING, 2202, name="second")
    assert two.reaches(FLOATING, 2200, name="around")
    assert not far.reaches(FLOATING, 80, must=False)
    # Who goes out has the router's address.
    assert one.reaches("203.0.113.254", 80, name="out")
    assert "203.0.113.1" == one.peer("out")
    put(replace(plain, forwardings=(second,)))
    assert not far.machine.ask("say", name="first", text="hello", within_s=BRIEFLY_S)
    assert not far.reaches(FLOATING, 2200, must=False)
    assert far.is_answered("second")
    put(plain)
    assert not far.machine.ask("say", name="second", text="hello", within_s=BRIEFLY_S)
    assert one.is_answered("out")


def test_a_router_joins_networks_of_both_versions_and_knows_more_ways(put, world, gate, one):
    peer = guest(world, gate, "peer", AZURE, 7, subnet="10.0.1", six="2001:db8:2")
    beyond = world.machine("beyond")
    world.cable((peer.machine, "eth1"), (beyond, "eth0"))
    beyond.ip("address add 10.9.0.1/24 dev eth0\nroute add default via 10.9.0.254")
    peer.machine.ip("address add 10.9.0.254/24 dev eth1")
    peer.machine.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
    for address in ("10.0.1.7", "2001:db8:2::7"):
        peer.listen(address, 80)
    beyond.ask("listen", address="10.9.0.1", port=80)
    legs = (*router().legs, leg(AZURE, "10.0.1.254/24", "2001:db8:2::fe/64"))
    joined = router(legs=legs, outside=None, next_hops=())

    put(joined)

    assert one.reaches("10.0.1.7", 80, name="four")
    assert "10.0.0.1" == one.peer("four")
    assert one.reaches("2001:db8:2::7", 80)
    assert peer.reaches("2001:db8:1::1", 80)
    assert not one.reaches("10.9.0.1", 80, must=False)
    put(replace(joined, routes=(Route("10.9.0.0/16", "10.0.1.7"),)))
    assert one.reaches("10.9.0.1", 80)
    assert one.is_answered("four")
    put(joined)
    assert not one.reaches("10.9.0.1", 80, must=False)


def test_ipv6_is_routed_in_and_out_and_ipv4_only_where_it_is_not_translated(put, far, one):
    far.machine.ip("route replace 10.0.0.0/24 via 203.0.113.1")
    put(router(has_snat=False))

    assert far.reaches("2001:db8:1::1", 80)
    assert one.reaches("2001:db8:f::fe", 80)
    assert far.reaches("10.0.0.1", 80, name="four")
    assert one.reaches("203.0.113.254", 80, name="out")
    assert "10.0.0.1" == one.peer("out")


def test_tenants_with_the_same_addresses_behind_two_routers_never_meet(put, world, gate, far):
    tenants = []
    for number, net in ((3, GREEN), (4, OCHRE)):
        host = guest(world, gate, net.id, net, 1)
        host.listen("10.0.0.1", 80 + number)
        put(
            router(
                number,
                legs=(leg(net, "10.0.0.254/24"),),
                outside=outside(number, f"203.0.113.{number}/24"),
                next_hops=("203.0.113.254",),
                floating_ips=(FloatingIp(f"203.0.113.{60 + number}", "10.0.0.1"),),
            )
        )
        tenants.append(host)

    for number, host in ((3, tenants[0]), (4, tenants[1])):
        assert host.reaches("203.0.113.254", 80, name="out")
        assert f"203.0.113.{60 + number}" == host.peer("out")
        assert far.reaches(f"203.0.113.{60 + number}", 80 + number)
    # By the floating IP of the one nobody comes to the other one.
    assert not far.reaches("203.0.113.63", 84, must=False)
    assert tenants[0].reaches("203.0.113.64", 84)
    # Nobody learns of a neighbour who says that he is the router's of the other network.
    before = router_neighbours(gate, 4)
    tenants[0].machine.ask(
        "send",
        interface="eth0",
        frames=[frames.arp("02:00:03:00:00:01", "10.0.0.1", "10.0.0.254").hex()],
    )
    assert tenants[0].is_answered("out")
    assert before == router_neighbours(gate, 4)
    assert tenants[1].is_answered("out")


def router_neighbours(gate, number: int) -> set[str]:
    """Return by which MACs a router knows its neighbours of 10.0.0.0/24."""
    space = f"synnefo-router-{number}"
    said = gate.machine.run("ip", "-n", space, "neighbour", "show", "to", "10.0.0.0/24")
    return {word for word in said.split() if word.count(":") == 5}


def test_neighbours_hear_of_a_floating_ip_that_comes_from_elsewhere(put, gate, far):
    far.machine.ip(f"neighbour replace {FLOATING} lladdr 02:00:ff:00:00:77 dev eth0 nud stale")
    far.machine.ask("watch", interface="eth0")

    put(router(floating_ips=(FloatingIp(FLOATING, "10.0.0.1"),)))

    until(lambda: far_knows(far) == "02:00:ff:00:00:01", "the new MAC", within_s=30)
    advert = (
        frames.ipaddress.ip_address("2001:db8:f::1").packed
        + b"\2\1"
        + frames.mac("02:00:ff:00:00:01")
    )
    until(
        lambda: any(advert.hex() in each for each in far.machine.ask("all", interface="eth0")),
        "the advertisement of its IPv6 address",
        within_s=30,
    )


def far_knows(far) -> str:
    said = far.machine.run("ip", "neighbour", "show", FLOATING).split()
    return said[said.index("lladdr") + 1] if "lladdr" in said else ""


def test_guests_of_ipv6_hear_who_their_router_is(put, world, gate):
    process = gate.start()
    try:
        put(router())
        lines = "address add 2001:db8:1::9/64 dev eth0 nodad"
        asks = Host(world, gate, "asks", "br-red", mac="02:00:01:00:00:09", lines=lines)

        until(lambda: "default via fe80::" in routes6(asks), "the way out", within_s=30)
        put(router(legs=(replace(router().legs[0], is_advertised=False),)))
    finally:
        gate.kill(process)


def routes6(host: Host) -> str:
    return host.machine.run("ip", "-6", "route")


def test_what_a_killed_daemon_left_is_mended_and_what_is_gone_leaves_nothing(put, gate, far, one):
    nothing = left(gate)
    floating = put(router(floating_ips=(FloatingIp(FLOATING, "10.0.0.1"),)))
    assert far.reaches(FLOATING, 80, name="in")
    until(lambda: is_settled(gate), "the links of the router", within_s=WITHIN_S)
    whole = left(gate)

    # As after a crash between any two steps: without a cable, with only a name, with what nobody wants.
    for words in (
        "ip -n synnefo-router-1 address add 203.0.113.99/32 dev outside",
        "ip -n synnefo-router-1 route add 10.7.0.0/16 via 10.0.0.9 proto static",
        f"ip link delete {routers.outer(floating.outside)}",
        "touch /run/netns/synnefo-router-8",
        "ip netns add synnefo-router-9",
    ):
        gate.machine.run(*words.split())
    gate.run("apply")
    until(lambda: whole == left(gate), "the same router again", within_s=WITHIN_S)
    assert far.is_answered("in")
    gate.machine.run("ip", "netns", "delete", "synnefo-router-1")
    gate.machine.run("touch", "/run/netns/synnefo-router-1")
    put(floating)
    until(lambda: whole == left(gate), "the same router again", within_s=WITHIN_S)
    assert far.reaches(FLOATING, 80)

    put(replace(floating, node="another"))
    until(lambda: nothing == left(gate), "the end of the router", within_s=WITHIN_S)
    put(floating)
    put(replace(floating, is_up=False))
    assert not far.reaches(FLOATING, 80, must=False)
    put(replace(floating, is_gone=True))
    until(lambda: nothing == left(gate), "the end of the router", within_s=WITHIN_S)


def test_a_router_outlives_a_service_with_mounts_of_its_own(put, gate, far, one):
    gate.machine.run("mount", "--make-shared", "/run/netns")
    gate.tell(router(version=next(_versions)))

    gate.machine.run("unshare", "--mount", "--propagation=slave", *gate.words("apply"))

    assert one.reaches("203.0.113.254", 80)
    put(router())


def is_settled(gate) -> bool:
    """Whether the kernel has noticed that all links of the router are up."""
    said = gate.machine.run("ip", "-n", "synnefo-router-1", "-br", "link").splitlines()
    return all(line.split()[1] == "UP" for line in said if not line.startswith("lo"))


def left(gate) -> list[str]:
    """Return all that routers are on a gateway."""
    spaces = sorted(gate.machine.run("ls", "/run/netns").split())
    said = [gate.rules(), *gate.machine.run("ls", "/sys/class/net").split(), *spaces]
    for space in spaces:
        for words in ("-br address", "-4 route", "-6 route"):
            said += sorted(gate.machine.run("ip", "-n", space, *words.split()).splitlines())
        inside = ["nsenter", f"--net=/run/netns/{space}", "nft", "-s", "list", "ruleset"]
        said.append(in_order(gate.machine.run(*inside)))
    # A link's other end is numbered anew each time.
    return [" ".join(re.sub(r"@if\d+|@NONE", "", each).split()) for each in said]
