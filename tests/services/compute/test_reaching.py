# SPDX-License-Identifier: Apache-2.0
"""What operators say of how servers are reached (CYC-023)."""

from __future__ import annotations

from dataclasses import replace

import pytest

import synnefo_compute
from synnefo_core.contracts.driver import Misconfigured
from synnefo_network import FixedIp

OUTSIDE = FixedIp("subnet", "203.0.113.7", 4)


@pytest.fixture
def direct(server):
    """Return the server as if its card were outside."""
    card = replace(server.ports[0], is_external=True, fixed_ips=(OUTSIDE,))
    return replace(server, ports=(card,))


@pytest.fixture
def say(cloud):
    """Return a function that sets options of the cloud."""

    def said(**words):
        for name, value in words.items():
            cloud.config.set_override(name, value, group="compute")

    return said


def test_where_nothing_is_said_nothing_is_told(cloud, direct):
    assert "" == synnefo_compute.fqdn(cloud, direct)
    assert {} == synnefo_compute.port_forwarding(cloud, direct)


def test_a_name_has_the_servers_id(cloud, server, say):
    say(fqdn="snf-{id}.vm.example.org")

    assert f"snf-{server.id}.vm.example.org" == synnefo_compute.fqdn(cloud, server)


def test_ports_are_told_of_servers_with_a_public_address(cloud, server, direct, say):
    say(port_forwarding={"22": "gate.example.org:10000+", "80": "{ip}.example.org:8080"})

    told = synnefo_compute.port_forwarding(cloud, direct)

    ssh = 10000 + 113 * 256 + 7
    assert {"22": ("gate.example.org", ssh), "80": ("203.0.113.7.example.org", 8080)} == told
    assert {} == synnefo_compute.port_forwarding(cloud, server)


def test_a_floating_ip_is_a_public_address(cloud, server, say):
    say(port_forwarding={"22": "{ip}:22"})
    (card,) = server.ports
    floating = replace(card, floating_ips=((card.fixed_ips[0].ip, "203.0.113.9"),))

    told = synnefo_compute.port_forwarding(cloud, replace(server, ports=(floating,)))

    assert {"22": ("203.0.113.9", 22)} == told


@pytest.mark.parametrize("words", ["gate", "gate:", ":22", "gate:ssh", "gate:22++"])
def test_what_is_no_place_is_a_mistake_in_the_configuration(cloud, direct, say, words):
    say(port_forwarding={"22": words})

    with pytest.raises(Misconfigured, match="port_forwarding"):
        synnefo_compute.port_forwarding(cloud, direct)
