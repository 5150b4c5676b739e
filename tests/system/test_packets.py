# SPDX-License-Identifier: Apache-2.0
"""Real packets between guests of two nodes: what may pass does, and nothing else."""

import ipaddress

import pytest

from synnefo_core.contracts.nodes import (
    Address,
    Direction,
    Group,
    Mode,
    Network,
    Pair,
    Rule,
    Subnet,
)
from tests.plugins.node_ganeti.portdocs import ANY4, ANY6, document
from tests.system.labs import LabFailed, frames
from tests.system.wired import Guest, arrives, since

pytestmark = pytest.mark.system

IN, OUT = Direction.INGRESS, Direction.EGRESS
TCP, UDP, ESP = 6, 17, 50
SINK = 9
"""What receives everything: nobody guards it, so it sees what left the sender."""

RULES = (
    Rule(IN, 4, TCP, 22, 22),
    Rule(IN, 4, UDP, 1000, 1999),
    Rule(IN, 4, 1, 8, 0),
    Rule(IN, 4, ESP),
    Rule(IN, 4, TCP, 80, 80, remote_prefix="10.0.0.0/29"),
    Rule(IN, 4, TCP, 81, 81, remote_prefix="10.0.0.128/25"),
    Rule(IN, 4, TCP, 82, 82, remote_group="friends"),
    Rule(IN, 4, TCP, 83, 83, remote_group="strangers"),
    Rule(IN, 6, TCP, 22, 22),
    Rule(IN, 6, 58, 128, 0),
    Rule(IN, 6, UDP, 53, 53, remote_prefix="2001:db8::/64"),
    Rule(IN, 6, UDP, 54, 54, remote_group="strangers"),
)
OPEN = (ANY4, Rule(IN, 4))
GROUPS = (
    Group("friends", ("10.0.0.1/32", "10.0.0.77/32")),
    Group("strangers", ("10.0.0.200/32", "2001:db8:ffff::/48")),
)


@pytest.fixture(scope="module")
def nodes(world):
    """Two nodes, joined for a network with a bridge of its own and for many on one."""
    first, second = (world.node(name, "br-red", "br-all") for name in ("node1", "node2"))
    for bridge in ("br-red", "br-all"):
        world.join(first, second, bridge)
    return first, second


@pytest.fixture(scope="module")
def guests(world, nodes) -> dict[str, Guest]:
    """A guarded guest, one on either node that sees everything, and one with all kinds of rules."""
    first, second = nodes
    plain = document(1, rules=(ANY4, ANY6))
    return {
        "sender": world.guest("sender", first, plain, "br-red"),
        "sink": world.guest("sink", first, document(SINK, is_guarded=False), "br-red"),
        "far": world.guest("far", second, document(8, is_guarded=False), "br-red"),
        "ruled": world.guest("ruled", second, document(2, rules=RULES, groups=GROUPS), "br-red"),
    }


ME, OTHER, ALIEN = "02:00:01:00:00:01", "02:00:01:00:00:09", "02:00:01:00:00:77"
MY4, MY6, MY_LINK = "10.0.0.1", "2001:db8::1", "fe80::1ff:fe00:1"
HIS4, HIS6 = "10.0.0.9", "2001:db8::9"


def packet(content: bytes, *, source: str = ME) -> bytes:
    kind = frames.IP6 if content[0] >> 4 == 6 else frames.IP4
    return frames.ether(source, frames.EVERYBODY, kind, content)


def neighbour(kind: int, target: str, *, source: str = MY_LINK) -> bytes:
    rest = bytes([0x20, 0, 0, 0]) + ipaddress.ip_address(target).packed
    return packet(frames.icmp(source, "ff02::1", kind, rest=rest))


def dhcp_request(client: str) -> bytes:
    content = bytes([1, 1, 6, 0]) + bytes(24) + frames.mac(client) + bytes(202)
    return packet(frames.udp("0.0.0.0", "255.255.255.255", (68, 67), content))


HONEST = {
    "IPv4": packet(frames.udp(MY4, HIS4, (5, 7))),
    "IPv6": packet(frames.udp(MY6, HIS6, (5, 7))),
    "link-local": packet(frames.udp(MY_LINK, HIS6, (5, 7))),
    "ARP": frames.arp(ME, MY4, HIS4),
    "ARP probe": frames.arp(ME, "0.0.0.0", MY4),
    "DHCP request": dhcp_request(ME),
    "neighbour advertisement": neighbour(frames.ADVERT, MY6),
    "duplicate detection": neighbour(frames.SOLICIT, MY6, source="::"),
}
SPOOFED = {
    "MAC": packet(frames.udp(MY4, HIS4, (5, 7)), source=ALIEN),
    "IPv4": packet(frames.udp("10.0.0.3", HIS4, (5, 7))),
    "IPv4 none": packet(frames.udp("0.0.0.0", HIS4, (5, 7))),
    "IPv6": packet(frames.udp("2001:db8::3", HIS6, (5, 7))),
    "IPv6 link-local": packet(frames.udp("fe80::3", HIS6, (5, 7))),
    "ARP address": frames.arp(ME, "10.0.0.254", HIS4, is_reply=True),
    "ARP MAC": frames.arp(ME, MY4, HIS4, is_reply=True, said=ALIEN),
    "ARP frame": frames.arp(ALIEN, MY4, HIS4),
    "neighbour advertisement": neighbour(frames.ADVERT, HIS6),
    "router advertisement": neighbour(frames.ROUTER_ADVERT, MY_LINK),
    "redirect": neighbour(137, MY_LINK),
    "DHCP server": packet(frames.udp(MY4, "255.255.255.255", (67, 68), bytes(240))),
    "DHCPv6 server": packet(frames.udp(MY_LINK, "ff02::1", (547, 546), bytes(20))),
    "DHCP for others": dhcp_request(ALIEN),
    "VLAN": frames.tagged(packet(frames.udp(MY4, HIS4, (5, 7))), 5),
    "other protocol": frames.ether(ME, frames.EVERYBODY, 0x88CC, bytes(46)),
    "spanning tree": frames.ether(ME, "01:80:c2:00:00:00", 38, bytes(46)),
}


@pytest.mark.parametrize("where", ["sink", "far"])
@pytest.mark.parametrize("what", HONEST)
def test_what_a_guest_says_of_itself_passes(guests, what, where):
    assert arrives(guests["sender"], guests[where], HONEST[what])


@pytest.mark.parametrize("where", ["sink", "far"])
@pytest.mark.parametrize("what", SPOOFED)
def test_what_a_guest_says_in_the_name_of_others_is_dropped(guests, what, where):
    assert not arrives(guests["sender"], guests[where], SPOOFED[what])


@pytest.mark.parametrize("what", SPOOFED)
def test_an_unguarded_guest_may_say_anything(guests, what):
    if what == "spanning tree":
        pytest.skip("bridges don't pass these on")

    assert arrives(guests["sink"], guests["far"], SPOOFED[what])


def to_ruled(content: bytes) -> bytes:
    kind = frames.IP6 if content[0] >> 4 == 6 else frames.IP4
    return frames.ether(OTHER, "02:00:01:00:00:02", kind, content)


T4, T6 = "10.0.0.2", "2001:db8::2"


@pytest.mark.parametrize(
    "passes, content",
    [
        (True, frames.tcp(HIS4, T4, (40, 22))),
        (False, frames.tcp(HIS4, T4, (22, 23))),
        (False, frames.udp(HIS4, T4, (40, 22))),
        (True, frames.udp(HIS4, T4, (40, 1000))),
        (True, frames.udp(HIS4, T4, (40, 1999))),
        (False, frames.udp(HIS4, T4, (40, 999))),
        (False, frames.udp(HIS4, T4, (40, 2000))),
        (True, frames.icmp(HIS4, T4, 8, rest=b"\0\1\0\1")),
        (False, frames.icmp(HIS4, T4, 13, rest=bytes(16))),
        (True, frames.ip(HIS4, T4, ESP, bytes(40))),
        (False, frames.ip(HIS4, T4, 51, bytes(40))),
        (True, frames.tcp("10.0.0.7", T4, (41, 80))),
        (False, frames.tcp("10.0.0.8", T4, (41, 80))),
        (True, frames.tcp("10.0.0.200", T4, (41, 81))),
        (False, frames.tcp(HIS4, T4, (41, 81))),
        (True, frames.tcp("10.0.0.77", T4, (41, 82))),
        (False, frames.tcp("10.0.0.78", T4, (41, 82))),
        (True, frames.tcp("10.0.0.200", T4, (41, 83))),
        (False, frames.tcp("10.0.0.77", T4, (41, 83))),
        (True, frames.tcp(HIS6, T6, (42, 22))),
        (False, frames.tcp(HIS6, T6, (42, 23))),
        (True, frames.icmp(HIS6, T6, 128, rest=b"\0\1\0\1")),
        (False, frames.icmp(HIS6, T6, 1, rest=bytes(44))),
        (True, frames.udp(HIS6, T6, (42, 53))),
        (False, frames.udp("2001:db8:1::1", T6, (42, 53))),
        (True, frames.udp("2001:db8:ffff::1", T6, (42, 54))),
        (False, frames.udp(HIS6, T6, (42, 54))),
        # Nobody may open what is closed by an answer that nobody asked for.
        (False, frames.tcp(HIS4, T4, (22, 40), flags=0x12)),
    ],
    ids=lambda value: ("blocks", "passes")[value] if isinstance(value, bool) else "",
)
def test_a_rule_lets_pass_what_it_says_and_nothing_else(guests, passes, content):
    assert passes == arrives(guests["sink"], guests["ruled"], to_ruled(content))


def test_what_a_guest_may_send_is_ruled_too(world, nodes, guests):
    rules = (Rule(OUT, 4, UDP, 53, 53, "10.0.0.0/29"), Rule(OUT, 6, TCP, 443, 443))
    sender = world.guest("mute", nodes[0], document(3, rules=rules), "br-red")
    allowed = [
        frames.udp("10.0.0.3", "10.0.0.7", (9, 53)),
        frames.tcp("2001:db8::3", HIS6, (9, 443)),
    ]
    others = [
        frames.udp("10.0.0.3", HIS4, (9, 53)),
        frames.udp("10.0.0.3", "10.0.0.7", (53, 9)),
        frames.tcp("10.0.0.3", "10.0.0.7", (9, 443)),
        frames.tcp("2001:db8::3", HIS6, (443, 9)),
    ]

    passed = [
        arrives(sender, guests["sink"], packet(content, source=sender.mac))
        for content in allowed + others
    ]

    assert [True, True, False, False, False, False] == passed


def test_allowed_pairs_are_allowed_and_only_they(world, nodes, guests):
    pairs = (Pair("10.0.0.128/25", ALIEN), Pair("2001:db8::a:0/112", "02:00:01:00:00:04"))
    told = document(4, rules=(ANY4, ANY6), pairs=pairs)
    sender = world.guest("paired", nodes[0], told, "br-red")

    passed = [
        arrives(sender, guests["sink"], frame)
        for frame in (
            packet(frames.udp("10.0.0.200", HIS4, (5, 7)), source=ALIEN),
            frames.arp(ALIEN, "10.0.0.200", HIS4),
            packet(frames.udp("2001:db8::a:1", HIS6, (5, 7)), source=sender.mac),
            packet(frames.udp("10.0.0.200", HIS4, (5, 7)), source=sender.mac),
            packet(frames.udp("10.0.0.4", HIS4, (5, 7)), source=ALIEN),
            packet(frames.udp("2001:db8::b:1", HIS6, (5, 7)), source=sender.mac),
        )
    ]

    assert [True, True, True, False, False, False] == passed


def tenant(color: str, number: int, prefix: str, *, mode=Mode.FILTERED, rules=OPEN):
    """Return a document of a guest of a network with addresses as everybody's."""
    return document(
        number,
        port=f"{color}-{number}",
        network=Network(color, mode, "", 1400, prefix),
        mac=f"{prefix}:00:00:{number:02x}",
        addresses=(Address(f"10.0.0.{number}", "s"),),
        subnets=(Subnet("s", "10.0.0.0/24"),),
        rules=rules,
    )


def test_tenants_with_the_same_addresses_on_one_bridge_never_meet(world, nodes):
    first, second = nodes
    blue, green = (
        (
            world.guest(f"{color}1", first, tenant(color, 1, prefix), "br-all"),
            world.guest(f"{color}2", second, tenant(color, 2, prefix), "br-all"),
            world.guest(f"{color}3", first, tenant(color, 3, prefix), "br-all"),
        )
        for color, prefix in (("blue", "02:00:02"), ("green", "02:00:03"))
    )
    for one in (*blue[1:], *green[1:]):
        one.machine.ask("listen", address=one.ip(), port=7)

    for mine, others in ((blue, green), (green, blue)):
        me = mine[0]
        # The same ports, so that nothing but the network tells the connections apart.
        assert all(me.connects(peer, 7, name=peer.machine.name) for peer in mine[1:])
        content = frames.udp(me.ip(), "10.0.0.2", (1, 3))
        for target in (frames.EVERYBODY, others[1].mac, others[2].mac):
            frame = frames.ether(me.mac, target, frames.IP4, content)
            reached = [arrives(me, peer, frame) for peer in mine[1:]]
            assert (target == frames.EVERYBODY) == all(reached)
        for peer in others[1:]:
            assert not [
                frame for frame in since(others[0], peer) if frame[6:12] == frames.mac(me.mac)
            ]
    for mine in (blue, green):
        assert all(mine[0].is_answered(peer.machine.name) for peer in mine[1:])


@pytest.fixture(scope="module")
def crowded(world):
    """A node with many networks of the same addresses."""
    return world.node("crowded", "br-a", "br-b", "br-all")


@pytest.mark.parametrize("mode", [Mode.BRIDGED, Mode.FILTERED])
def test_a_connection_of_one_tenant_opens_nothing_at_another(world, crowded, mode):
    letter = mode[0]
    bridges = ("br-a", "br-b") if mode is Mode.BRIDGED else ("br-all", "br-all")
    (asks, answers), (knocks, closed) = (
        [
            world.guest(
                f"{letter}{color}{number}",
                crowded,
                tenant(f"{letter}{color}", number, prefix, mode=mode, rules=rules),
                bridge,
            )
            for number in (1, 2)
        ]
        for color, prefix, rules, bridge in (
            ("open", f"02:00:{ord(letter):02x}", (ANY4, Rule(IN, 4)), bridges[0]),
            ("shut", f"02:01:{ord(letter):02x}", (ANY4,), bridges[1]),
        )
    )
    question, reply = (
        frames.udp("10.0.0.1", "10.0.0.2", (5, 7)),
        frames.udp("10.0.0.2", "10.0.0.1", (7, 5)),
    )

    def passes(sender: Guest, receiver: Guest, content: bytes) -> bool:
        return arrives(
            sender, receiver, frames.ether(sender.mac, receiver.mac, frames.IP4, content)
        )

    assert passes(asks, answers, question)
    assert passes(answers, asks, reply)
    assert not passes(knocks, closed, question)
    assert not passes(closed, knocks, reply)


def test_rules_change_without_harm_to_connections_that_there_are(guests):
    sender, ruled = guests["sender"], guests["ruled"]
    ruled.machine.ask("listen", address=ruled.ip(), port=22)
    assert sender.connects(ruled, 22, name="before")

    ruled.change(rules=(Rule(IN, 4, TCP, 80, 80),))

    assert sender.is_answered("before")
    assert not sender.connects(ruled, 22, within_s=0.5)
    ruled.change(rules=RULES)
    assert sender.is_answered("before")
    assert sender.connects(ruled, 22)


def test_a_card_that_nothing_is_known_of_is_not_connected(world, nodes):
    node = nodes[0]
    node.machine.ip("link add strange type veth peer name egnarts")

    with pytest.raises(LabFailed, match="no document"):
        node.plug("strange", document(99), "br-red")

    assert "br-red" not in node.machine.run("ip", "link", "show", "strange")
    assert "strange" not in node.rules()
