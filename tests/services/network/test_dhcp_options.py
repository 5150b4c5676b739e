# SPDX-License-Identifier: Apache-2.0
"""Guests of single ports are told more by DHCP."""

import pytest

import synnefo_network as service
from synnefo_core.contracts.dhcp import DhcpOption
from synnefo_core.errors import InvalidField
from synnefo_network import dhcp_options
from synnefo_network.nodes import facts

BOOT = service.DhcpOptionChange(4, "bootfile-name", "pxelinux.0")


def port_with(context, network, *options):
    spec = service.PortSpec(network_id=network.id, dhcp_options=options)
    return service.create_port(context, spec)


def shown(*options):
    return tuple(service.ExtraDhcpOption(*option) for option in options)


def test_options_are_kept_changed_one_by_one_and_taken_away(member, network):
    made = port_with(member, network, BOOT, service.DhcpOptionChange(4, "tftp-server", "a.b"))
    boot, server = (4, "bootfile-name", "pxelinux.0"), (4, "tftp-server", "a.b")
    assert set(shown(boot, server)) == set(made.dhcp_options)

    # The same one by its number.
    other = [service.DhcpOptionChange(4, "67", "other"), service.DhcpOptionChange(6, "24", "x.org")]
    changed = service.update_port(member, made.id, {"dhcp_options": other})
    kept = service.update_port(member, made.id, {"name": "kept"})
    gone = [service.DhcpOptionChange(4, "bootfile-name", None)]
    fewer = service.update_port(member, made.id, {"dhcp_options": gone})

    assert set(shown((4, "67", "other"), server, (6, "24", "x.org"))) == set(changed.dhcp_options)
    assert changed.dhcp_options == kept.dhcp_options
    assert set(shown(server, (6, "24", "x.org"))) == set(fewer.dhcp_options)
    assert fewer == service.show_port(member, made.id)


@pytest.mark.parametrize(
    "version, name, value",
    [
        (4, "bootfile-name", "a\ndhcp-script=/bin/sh"),
        (4, "bootfile-name", 'a"'),
        (4, "bootfile-name\n", "a"),
        (4, "dns-server", "192.0.2.1,nonsense"),
        (4, "dns-server", "2001:db8::1"),
        (6, "dns-server", "192.0.2.1"),
        (4, "mtu", "12"),
        (4, "classless-static-route", "10.0.0.0/8"),
        (4, "no-such-option", "a"),
        (4, "53", "1"),
        (4, "-1", "1"),
        (4, "٦٧", "a"),
        (6, "router", "2001:db8::1"),
    ],
)
def test_what_is_no_option_is_refused(member, network, version, name, value):
    with pytest.raises(InvalidField):
        port_with(member, network, service.DhcpOptionChange(version, name, value))


def test_a_port_has_not_any_number_of_options(member, network):
    many = [service.DhcpOptionChange(4, str(number), "a") for number in range(224, 244)]
    made = port_with(member, network, *many)

    with pytest.raises(InvalidField):
        service.update_port(member, made.id, {"dhcp_options": [BOOT]})

    assert dhcp_options.MOST == len(service.show_port(member, made.id).dhcp_options)


def test_nodes_are_told_in_numbers_and_canonical_addresses(member, network):
    routes = service.DhcpOptionChange(4, "classless-static-route", "10.0.0.0/8, 10.0.0.1")
    server = service.DhcpOptionChange(6, "dns-server", "[2001:DB8:0::1],2001:db8::2")
    (card,) = service.plug(
        member,
        device_id="s1",
        device_owner="compute:nova",
        requests=[service.PlugRequest(port_id=port_with(member, network, BOOT, routes, server).id)],
    )

    with member.reading() as session:
        told = facts.facts_of(session, [card.id])[card.id].dhcp_options

    assert {
        DhcpOption(4, 67, ("pxelinux.0",)),
        DhcpOption(4, 121, ("10.0.0.0/8", "10.0.0.1")),
        DhcpOption(6, 23, ("2001:db8::1", "2001:db8::2")),
    } == set(told)
    assert set(card.dhcp_options) == set(service.ports_of_one(member, "s1")[0].dhcp_options)
