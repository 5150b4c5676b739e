# SPDX-License-Identifier: Apache-2.0
"""What nodes are told, word by word: nodes that were not updated have to understand it.

A change of a file in ``golden`` is a change of the format: nodes refuse names that they don't know.
"""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from synnefo_core.contracts.dhcp import DhcpOption
from synnefo_core.contracts.gateways import GatewayDocument
from synnefo_core.contracts.guests import Guest
from synnefo_core.contracts.nodes import Address, Group, Pair, PortDocument
from synnefo_network.devices import ROUTER_INTERFACE
from synnefo_network.nodes import facts, router_facts

GOLDEN = Path(__file__).parent / "golden"
MAC = "aa:01:00:00:00:05"


def network(name, **more):
    told = {"mode": "bridged", "kind": "CUSTOM", "is_external": False, "segmentation_id": None}
    told |= {"id": name, "link": f"br-{name}", "mtu": 1500, "mac_prefix": "aa:01:00"}
    return SimpleNamespace(**(told | more))


def subnet(name, cidr, gateway, **more):
    told = {"is_dhcp_enabled": True, "dns_servers": [], "host_routes": [], "ipv6_ra_mode": None}
    told |= {"id": name, "cidr": cidr, "gateway_ip": gateway, "ipv6_address_mode": None}
    return SimpleNamespace(ip_version=6 if ":" in cidr else 4, **(told | more))


FOUR = subnet(
    "s4",
    "10.0.0.0/24",
    "10.0.0.1",
    dns_servers=["192.0.2.53"],
    host_routes=[["10.9.0.0/16", "10.0.0.9"]],
)
SIX = subnet("s6", "2001:db8::/64", "2001:db8::1", ipv6_ra_mode="slaac", ipv6_address_mode="slaac")
OUT4 = subnet("o4", "203.0.113.0/24", "203.0.113.1")
OUT6 = subnet("o6", "2001:db8:f::/64", "2001:db8:f::1", ipv6_ra_mode="slaac")


def rule(**more):
    told = {"direction": "ingress", "ethertype": "IPv4", "protocol": None, "port_min": None}
    told |= {"port_max": None, "remote_prefix": None, "remote_group_id": None}
    return facts.rule_of(SimpleNamespace(**(told | more)))


RULES = (
    rule(protocol="tcp", port_min=22, port_max=23, remote_prefix="192.0.2.0/24"),
    rule(protocol="icmp", port_min=8, port_max=0),
    rule(ethertype="IPv6", protocol="icmp", remote_group_id="g"),
    rule(direction="egress"),
)


def port(net, **more):
    told = {"port": "p", "device": "d", "network": facts.network_of(net), "mac": MAC, "pairs": ()}
    told |= {"addresses": (Address("10.0.0.5", "s4"),), "subnets": (facts.subnet_of(FOUR),)}
    told |= {"rules": RULES, "groups": (Group("g", ("10.0.0.5/32", "2001:db8::5/128")),)}
    return facts.Facts(**(told | {"is_up": True, "is_guarded": True} | more))


def told(known):
    guest = Guest(frozenset({"east"}), "web", {"latest/meta-data/instance-id": b"d"})
    return facts.render(known, guest, version=7, expires_at=4e9)


BOTH = {
    "addresses": (Address("10.0.0.5", "s4"), Address("2001:db8::5", "s6")),
    "subnets": (facts.subnet_of(FOUR), facts.subnet_of(SIX)),
}

PORTS = {
    "port-bridged": told(port(network("n"), **BOTH)),
    "port-filtered": told(port(network("n", kind="MAC_FILTERED", link=""))),
    "port-vlan": told(port(network("n", kind="PHYSICAL_VLAN", segmentation_id=101, link="prv101"))),
    "port-routed": told(port(network("n", mode="routed", kind="IP_LESS_ROUTED", link="snf-link"))),
    "port-open": told(
        port(network("n"), is_guarded=False, rules=(), groups=(), pairs=(Pair("10.0.0.9/32", MAC),))
    ),
    "port-options": told(port(network("n"), dhcp_options=(DhcpOption(4, 67, ("pxelinux.0",)),))),
    "port-down": told(port(network("n"), is_up=False)),
    "port-gone": facts.render_gone("p", version=7, expires_at=4e9),
}


def card(name, net, *addresses, is_admin_up=True):
    own = SimpleNamespace(id=name, mac=MAC, is_admin_up=is_admin_up, device_owner=ROUTER_INTERFACE)
    return router_facts.Card(own, net, addresses)


INNER = card("i", network("n"), ("10.0.0.1", FOUR), ("2001:db8::1", SIX))
OUTER = card("o", network("w", is_external=True), ("203.0.113.9", OUT4), ("2001:db8:f::9", OUT6))
FLOATING = (SimpleNamespace(ip="203.0.113.50", fixed_ip="10.0.0.5"),)


FORWARDED = SimpleNamespace(
    protocol="tcp", outside_first=2200, outside_last=2201, fixed_ip="10.0.0.5", inside_first=22
)


def router(*inside, outside=None, floating=(), forwarded=(), link="br0", **more):
    said = {"id": "r", "is_snat_enabled": True, "routes": [], "is_admin_up": True}
    row = SimpleNamespace(**(said | more))
    known = router_facts.Facts(row, inside, outside, floating, forwarded)
    return router_facts.render(known, node="gate1", link=link)


ROUTERS = {
    "router-whole": router(
        INNER, outside=OUTER, floating=FLOATING, routes=[["10.9.0.0/16", "10.0.0.9"]]
    ),
    "router-without-snat": router(INNER, outside=OUTER, is_snat_enabled=False),
    "router-forwarding": router(INNER, outside=OUTER, forwarded=[("203.0.113.51", FORWARDED)]),
    "router-inside-only": router(
        INNER, card("j", network("m", kind="MAC_FILTERED", link=""), ("10.1.0.1", FOUR))
    ),
    # Not at the subnet's gateway, so guests are not told that it is their router.
    "router-beside": router(card("i", network("n"), ("2001:db8::2", SIX))),
    "router-card-down": router(
        card("i", network("n"), ("10.0.0.1", FOUR), is_admin_up=False),
        routes=[["10.9.0.0/16", "10.0.0.9"]],
    ),
    "router-down": router(INNER, is_admin_up=False),
    "router-gone": router_facts.render_gone("r", version=7, expires_at=4e9),
}


@pytest.mark.parametrize("name", [*PORTS, *ROUTERS])
def test_nodes_are_told_word_by_word(name):
    document = (PORTS | ROUTERS)[name]
    text = json.dumps(json.loads(document.to_json()), indent=1, sort_keys=True) + "\n"

    assert (GOLDEN / f"{name}.json").read_text() == text


def test_every_file_is_of_a_document_that_its_reader_takes():
    readers = {"port": PortDocument, "router": GatewayDocument}

    names = {file.stem for file in GOLDEN.glob("*.json")}

    assert {*PORTS, *ROUTERS} == names
    for name in names:
        text = (GOLDEN / f"{name}.json").read_text()
        assert (PORTS | ROUTERS)[name] == readers[name.partition("-")[0]].from_json(text)
