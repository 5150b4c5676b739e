# SPDX-License-Identifier: Apache-2.0
"""DNS names of ports, networks and floating IPs; and where ports are."""

import pytest

import synnefo_backends
import synnefo_network as service
from synnefo_backends import Demand
from synnefo_core.errors import InvalidField
from synnefo_network import dns_names

SERVER = "5e7c0000-0000-4000-8000-000000000001"


def test_a_port_is_in_its_own_domain_or_else_in_its_network_s(member, network, subnet):
    service.update_network(member, network.id, {"dns_domain": "Inner.Example."})
    port = service.create_port(member, service.PortSpec(network_id=network.id, dns_name="web"))
    assert "inner.example." == service.show_network(member, network.id).dns_domain
    assert ("web", "inner.example.") == (port.dns_name, port.dns_suffix)
    assert {port.fixed_ips[0].ip: "web"} == port.host_names

    moved = service.update_port(member, port.id, {"dns_domain": "mine.example.", "dns_name": ""})

    assert ("", "mine.example.") == (moved.dns_name, moved.dns_suffix)
    ip = port.fixed_ips[0].ip
    assert {ip: "host-" + ip.replace(".", "-")} == moved.host_names
    assert moved == service.show_port(member, port.id)


@pytest.mark.parametrize("name", ["", "a", "a-1", "a.b", "x" * 63, f"{'x' * 63}.y"])
def test_a_name_is_one_of_letters_digits_and_hyphens(name):
    assert name == dns_names.parse_name(f" {name.upper()} ")


@pytest.mark.parametrize(
    "name",
    ["-a", "a-", "a..b", ".a", "a.", "x" * 64, "a_b", "\u00e4", "a b", "a.-b", "ab." * 90 + "c"],
)
def test_what_is_no_name_is_refused(name):
    with pytest.raises(InvalidField):
        dns_names.parse_name(name)


@pytest.mark.parametrize("domain", ["a.b", ".", "a..", "-a.", "a.b. c"])
def test_what_is_no_domain_is_refused(domain):
    with pytest.raises(InvalidField):
        dns_names.parse_domain(domain)


def test_the_names_of_addresses_of_ipv6_have_hyphens_too():
    assert "host-fd00--5" == dns_names.host_name("", "fd00::5")


def test_ports_of_servers_are_on_their_clusters(member, context, network, subnet):
    quick = {"job_delay_min_s": "0", "job_delay_max_s": "0"}
    cluster = synnefo_backends.add(context, name="north", driver="sim", settings=quick)
    synnefo_backends.book(context, SERVER, cluster.id, Demand(1, 128, 0, "file"))
    (plugged,) = service.plug(
        member,
        device_id=SERVER,
        device_owner="compute:nova",
        requests=[service.PlugRequest(network_id=network.id)],
    )
    free = service.create_port(member, service.PortSpec(network_id=network.id))

    assert {plugged.id: "north"} == service.hosts_of(context, [plugged, free])
    assert {} == service.hosts_of(context, [free])
