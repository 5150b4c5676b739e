# SPDX-License-Identifier: Apache-2.0
"""What a router is becomes cables, ways and elements of maps."""

import json
import subprocess
from dataclasses import replace

import pytest

from synnefo_core.contracts.gateways import PURPOSE, FloatingIp, Forwarding, GatewayDocument
from synnefo_core.contracts.nodes import Mode, Route
from synnefo_core.contracts.reading import InvalidDocument
from synnefo_core.signatures import Signer, Verifier
from synnefo_node_ganeti.net import routers
from synnefo_node_ganeti.net.cards import Joint
from synnefo_node_ganeti.net.gateway import Gateway
from synnefo_node_ganeti.net.ruleset import render
from synnefo_node_ganeti.net.shelf import NotSigned
from synnefo_node_ganeti.net.tables import whole
from tests.plugins.node_ganeti.routerdocs import leg, network, outside, router
from tests.plugins.node_ganeti.test_ruleset import NFT, with_nft

FLOATING = FloatingIp("203.0.113.50", "10.0.0.1")
FORWARDING = Forwarding("tcp", "203.0.113.51", 2200, 2201, "10.0.0.1", 22)
FULL = router(
    floating_ips=(FLOATING,),
    routes=(Route("10.9.0.0/16", "10.0.0.7"),),
    forwardings=(FORWARDING, replace(FORWARDING, protocol="udp")),
)


def test_a_document_of_a_router_is_read_as_it_was_written():
    assert FULL == GatewayDocument.from_json(FULL.to_json())


@pytest.mark.parametrize(
    "change",
    [
        {"router": "a b"},
        {"node": "a;b"},
        {"node": ""},
        {"floating_ips": (FLOATING, FLOATING)},
        {"floating_ips": (FLOATING, FloatingIp("203.0.113.51", "10.0.0.1"))},
        {"floating_ips": (FLOATING,), "outside": None, "next_hops": ()},
        {"forwardings": (FORWARDING, replace(FORWARDING, first=2201, last=2202))},
        {
            "forwardings": (replace(FORWARDING, outside=FLOATING.outside),),
            "floating_ips": (FLOATING,),
        },
        {"forwardings": (FORWARDING,), "outside": None, "next_hops": ()},
        {"next_hops": ("203.0.113.254", "203.0.113.253")},
        {"outside": None},
        {"routes": (Route("10.9.0.0/16", "10.1.0.7"),)},
        {"legs": (outside(1, "10.0.0.1/24"),)},
    ],
    ids=lambda change: " ".join(change),
)
def test_a_router_that_cant_be_is_none(change):
    with pytest.raises(InvalidDocument):
        router(**change)


@pytest.mark.parametrize(
    "change",
    [
        {"protocol": "icmp"},
        {"first": 0},
        {"first": 2202},
        {"last": 65536},
        {"inside_first": 0},
        {"inside_first": 65535},
        {"outside": "2001:db8::1"},
        {"inside": "10.0.0.1; drop"},
    ],
    ids=lambda change: " ".join(change),
)
def test_a_forwarding_that_cant_be_is_none(change):
    with pytest.raises(InvalidDocument):
        replace(FORWARDING, **change)


def test_what_an_older_gateway_does_not_know_is_only_said_where_it_is_needed():
    assert "forwardings" not in json.loads(router().to_json())
    assert "forwardings" in json.loads(FULL.to_json())


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "10.0.0.1/33", "10.0.0.01/24", "10.0.0.1/٤", "::1/a"]
)
def test_a_leg_has_addresses_with_lengths(address):
    with pytest.raises(InvalidDocument):
        leg(network("red", "02:00:01", link="br-red"), address)


def test_a_leg_is_on_a_bridge():
    with pytest.raises(InvalidDocument):
        leg(network("red", "02:00:01", link="100", mode=Mode.ROUTED), "10.0.0.1/24")


def test_floating_ips_are_addresses_of_the_outside_and_ways_lead_there():
    inner, outer = routers.links(FULL)

    assert ("10.0.0.254/24", "2001:db8:1::fe/64") == inner.addresses
    assert (
        "203.0.113.1/24",
        "2001:db8:f::1/64",
        "203.0.113.50/32",
        "203.0.113.51/32",
    ) == outer.addresses
    assert ("10.9.0.0/16", "10.0.0.7") in routers.ways(FULL)
    assert [] == [
        *routers.links(replace(FULL, is_up=False)),
        *routers.ways(replace(FULL, is_up=False)),
    ]


def test_each_port_leads_to_its_own():
    text = routers.content(router(forwardings=(FORWARDING,)))

    mapped = "tcp . 203.0.113.51 . 2200 : 10.0.0.1 . 22, tcp . 203.0.113.51 . 2201 : 10.0.0.1 . 23"
    assert f"forwarded {{ {mapped} }}" in text
    served = "tcp . 203.0.113.51 . 10.0.0.1 . 22, tcp . 203.0.113.51 . 10.0.0.1 . 23"
    assert f"served {{ {served} }}" in text


@pytest.mark.parametrize(
    "change, owned, routed",
    [
        ({}, "203.0.113.1", ""),
        ({"has_snat": False}, "", "10.0.0.0/24"),
        ({"outside": None, "next_hops": ()}, "", ""),
    ],
    ids=["translated", "routed", "inside"],
)
def test_what_is_not_translated_is_routed(change, owned, routed):
    text = routers.content(router(**change)).splitlines()

    for name, wanted in (("owned", owned), ("routed4", routed)):
        added = [
            line.partition("{ ")[2]
            for line in text
            if f"add element inet {routers.TABLE} {name} " in line
        ]
        assert [f"{wanted} }}"] * bool(wanted) == added


@with_nft
def test_nftables_takes_the_rules_of_routers_over_those_that_are_there():
    texts = [routers.content(each) for each in (FULL, router(has_snat=False), FULL)]

    done = subprocess.run(
        [*NFT, "-c", "-f", "-"],
        input=routers.frame() + "".join(texts),
        capture_output=True,
        text=True,
        check=False,
    )

    assert "" == done.stderr


def test_a_bridge_of_several_networks_lets_a_router_hear_of_its_own_only():
    green = network("green", "02:00:03", link="br-all", mode=Mode.FILTERED)
    red = network("red", "02:00:01", link="br-red")

    text = whole(
        render([], joints=[Joint("gw1", "br-all", 7, green), Joint("gw2", "br-red", 8, red)])
    )

    assert 1 == text.count("ether saddr & ff:ff:ff:00:00:00 != 02:00:03:00:00:00 drop")
    assert "meta mark set 7" in text
    assert 'add element inet synnefo zones { "br-red" : 8 }' in text


@pytest.fixture
def gateway(tmp_path):
    """Return a gateway, and what signs for it."""
    signer = Signer(Signer.new_key(), PURPOSE)
    return Gateway(tmp_path, Verifier([signer.public_key], PURPOSE), name="gate"), signer


def test_a_gateway_has_the_routers_that_name_it_and_are_not_gone(gateway):
    here, signer = gateway
    for number, change in enumerate([{}, {"node": "another"}, {"is_gone": True}], start=1):
        here.take(signer.sign(router(number, **change).to_json()))

    assert ["red"] == [each.network.id for each in here.joints({"red": 1, "world": 2})][:1]
    assert {"router-1": 1} == here.own_versions()
    assert {"router-1", "router-2"} == here.versions().keys()
    assert ["red", "world"] == here.networks()


def test_a_document_of_another_kind_is_none_of_a_routers(gateway):
    here, _ = gateway
    stranger = Signer(Signer.new_key(), PURPOSE)

    with pytest.raises(NotSigned):
        here.take(stranger.sign(FULL.to_json()))
    assert [] == here.networks()


def test_a_router_whose_document_is_damaged_is_left_alone(gateway, tmp_path, monkeypatch):
    here, signer = gateway
    here.take(signer.sign(FULL.to_json()))
    (tmp_path / f"{FULL.router}.json").write_text(json.dumps({"router": 1}))
    kept = []
    monkeypatch.setattr(
        here, "_spaces", type("Spaces", (), {"keep": lambda _, names: kept.append(names)})()
    )

    here.apply()

    assert [] == here.here
    assert [{f"synnefo-{FULL.router}"}] == kept
