# SPDX-License-Identifier: Apache-2.0
"""What guests are told becomes a configuration of dnsmasq."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from synnefo_core.contracts.dhcp import DhcpOption
from synnefo_core.contracts.nodes import Address, Ipv6, Mode, Subnet
from synnefo_core.contracts.reading import InvalidDocument
from synnefo_node_ganeti.net.cards import Card
from synnefo_node_ganeti.net.telling import tellings
from tests.plugins.node_ganeti.portdocs import document, documents

GOLDEN = Path(__file__).parent / "samples/dnsmasq.conf"
DNSMASQ = shutil.which("dnsmasq", path="/usr/sbin:/usr/bin")


def card(number: int, **changes) -> Card:
    return Card(f"tap{number}", "br0", 7, document(number, **changes))


def test_a_network_is_told_this():
    (told,) = tellings([card(2), card(1, host_name="")])

    assert GOLDEN.read_text() == told.configuration
    assert ("sv7", "br0", "02:00:01:ff:ff:fe") == (told.server.interface, told.bridge, told.mac)
    assert ("169.254.169.254/32", "2001:db8::/64") == told.prefixes


def test_the_order_of_cards_makes_no_difference():
    assert tellings([card(1), card(2)]) == tellings([card(2), card(1)])


@pytest.mark.skipif(DNSMASQ is None, reason="no dnsmasq")
@given(some=st.lists(documents(), max_size=3))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_dnsmasq_takes_what_any_documents_say(some):
    cards = [
        Card(f"tap{number}", "" if one.network.mode is Mode.ROUTED else "br0", 1, one)
        for number, one in enumerate(some)
    ]

    for told in tellings(cards):
        words = [DNSMASQ, "--test", "--conf-file=-"]
        # It looks whether there is such an interface.
        text = told.configuration.replace(f"={told.interface}", "=lo")
        done = subprocess.run(words, input=text, capture_output=True, text=True, check=False)
        assert 0 == done.returncode, done.stderr


def test_two_guests_with_one_address_do_not_silence_the_network():
    twin = card(2, addresses=document(1).addresses)

    (told,) = tellings([card(1), twin, card(3)])

    hosts = [line for line in told.configuration.splitlines() if line.startswith("dhcp-host")]
    assert 3 == len(hosts)
    assert 1 == told.configuration.count("10.0.0.1,")


def test_networks_without_dhcp_have_no_server():
    silent = tuple(replace(subnet, has_dhcp=False) for subnet in document().subnets)

    assert [] == tellings([card(1, subnets=silent), card(2, is_up=False)])


def test_a_routed_card_has_a_server_of_its_own_and_its_node_for_a_router():
    cards = [Card(f"tap{number}", "", 3, document(number, mode=Mode.ROUTED)) for number in (1, 2)]

    one, other = tellings(cards)

    assert [("tap1", ""), ("tap2", "")] == [(each.interface, each.bridge) for each in (one, other)]
    assert "interface=tap1\n" in one.configuration
    assert "ra-param=tap1,mtu:1400,high,300,1800\n" in one.configuration
    assert ",static,off-link,64," in one.configuration
    assert not one.files.keys() & other.files.keys()


def test_a_subnet_without_dhcp_is_not_spoken_of():
    four, six = document().subnets
    (told,) = tellings([card(1, subnets=(four, replace(six, has_dhcp=False)))])

    assert "2001:db8" not in told.configuration
    assert "enable-ra" not in told.configuration


def test_of_two_versions_of_a_subnet_the_newer_one_counts():
    four, six = document().subnets
    newer = card(2, version=2, subnets=(replace(four, dns_servers=("192.0.2.99",)), six))

    (told,) = tellings([newer, card(1)])

    assert "192.0.2.99" in told.configuration
    assert "192.0.2.53" not in told.configuration


def test_without_a_gateway_or_name_servers_none_is_made_up():
    told = tellings(
        [
            card(
                1,
                addresses=(Address("10.0.0.1", "s"),),
                subnets=(Subnet("s", "10.0.0.0/24", address_mode=Ipv6.NONE),),
            )
        ]
    )[0].configuration

    assert "option:router\n" in told
    assert "option:dns-server\n" in told
    assert "0.0.0.0/0" not in told


OPTIONS = (
    DhcpOption(4, 67, ("pxe,0; linux.0",)),
    DhcpOption(4, 6, ("192.0.2.1", "192.0.2.2")),
    DhcpOption(6, 23, ("2001:db8::7",)),
)


def test_what_one_guest_is_told_is_by_a_tag_of_its_own():
    (told,) = tellings([card(1, dhcp_options=OPTIONS), card(2)])

    lines = told.configuration.splitlines()
    assert "dhcp-host=02:00:01:00:00:01,set:p0,10.0.0.1,[2001:db8::1],guest-1" in lines
    assert "dhcp-host=02:00:01:00:00:02,10.0.0.2,[2001:db8::2],guest-2" in lines
    assert 'dhcp-option=tag:p0,67,"pxe,0; linux.0"' in lines
    assert "dhcp-option=tag:p0,6,192.0.2.1,192.0.2.2" in lines
    assert "dhcp-option=tag:p0,option6:23,[2001:db8::7]" in lines


@pytest.mark.parametrize(
    "version, number, values",
    [
        (4, 67, ("a\ndhcp-script=/bin/sh",)),
        (4, 67, ('a"b',)),
        (4, 67, ("a\\",)),
        (4, 67, ("",)),
        (4, 67, ("x" * 256,)),
        (4, 67, ("a", "b")),
        (4, 6, ("2001:db8::1",)),
        (4, 6, ("192.0.2.1,192.0.2.2",)),
        (4, 6, ("192.0.2.1 ",)),
        (4, 6, ()),
        (6, 23, ("fe80::1%eth0",)),
        (6, 6, ("192.0.2.1",)),
        (4, 26, ("67",)),
        (4, 26, ("١٤٠٠",)),
        (4, 119, ("a b",)),
        (4, 119, ("example.org\n",)),
        (4, 121, ("10.0.0.0/8",)),
        (4, 121, ("10.0.0.1/8", "10.0.0.1")),
        (4, 51, ("1",)),
        (4, 53, ("1",)),
        (4, 82, ("x",)),
    ],
)
def test_a_dhcp_option_that_cant_be_is_none(version, number, values):
    with pytest.raises(InvalidDocument):
        DhcpOption(version, number, values)
