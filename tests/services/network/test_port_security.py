# SPDX-License-Identifier: Apache-2.0
"""Which groups apply to a port, whether it is filtered at all, and what else may come from it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

import synnefo_network as service
from synnefo_core.errors import Forbidden, InvalidField, NotFound
from synnefo_network import AddressPair, Listing, PlugRequest, PortSpec, SecurityGroupSpec
from synnefo_network.errors import Unsecured


@pytest.fixture
def group(member):
    return service.create_security_group(member, SecurityGroupSpec(name="web"))


def default_of(context):
    (found,) = service.list_security_groups(context, Listing(where={"name": ["default"]}))
    return found.id


def test_a_port_that_names_none_has_the_default_group(member, network):
    port = service.create_port(member, PortSpec(network.id))

    assert (default_of(member),) == port.security_group_ids
    assert port == service.show_port(member, port.id)


def test_a_port_has_the_groups_that_it_names_or_none(member, network, group):
    named = service.create_port(member, PortSpec(network.id, security_group_ids=[group.id] * 2))
    bare = service.create_port(member, PortSpec(network.id, security_group_ids=[]))

    assert ((group.id,), ()) == (named.security_group_ids, bare.security_group_ids)
    assert bare.is_secured


def test_a_port_gets_other_groups(member, network, group):
    port = service.create_port(member, PortSpec(network.id))

    changed = service.update_port(member, port.id, {"security_group_ids": [group.id]})

    assert (group.id,) == changed.security_group_ids
    assert [changed] == service.list_ports(member, Listing(), group_ids=[group.id])
    assert [] == service.list_ports(member, Listing(), group_ids=[default_of(member)])


def test_a_port_has_no_foreign_group(member, stranger, network):
    foreign = service.create_security_group(stranger, SecurityGroupSpec())

    with pytest.raises(NotFound):
        service.create_port(member, PortSpec(network.id, security_group_ids=[foreign.id]))


def test_a_network_says_whether_its_ports_are_filtered(member, network):
    service.update_network(member, network.id, {"is_port_secured": False})

    port = service.create_port(member, PortSpec(network.id))

    assert (False, ()) == (port.is_secured, port.security_group_ids)


def test_the_clouds_own_ports_are_not_filtered(admin, network):
    port = service.create_port(admin, PortSpec(network.id, device_owner="network:dhcp"))

    assert (False, ()) == (port.is_secured, port.security_group_ids)


def test_a_port_that_is_not_filtered_has_neither_groups_nor_pairs(member, network, group):
    pairs = [AddressPair("10.0.0.9")]
    with pytest.raises(Unsecured):
        service.create_port(
            member, PortSpec(network.id, is_secured=False, security_group_ids=[group.id])
        )
    with pytest.raises(Unsecured):
        service.create_port(member, PortSpec(network.id, is_secured=False, address_pairs=pairs))
    port = service.create_port(member, PortSpec(network.id))
    with pytest.raises(Unsecured):
        service.update_port(member, port.id, {"is_secured": False})

    changes = {"is_secured": False, "security_group_ids": []}
    assert not service.update_port(member, port.id, changes).is_secured


def test_on_anothers_network_nobody_decides_about_filters(member, shared):
    with pytest.raises(Forbidden):
        service.create_port(member, PortSpec(shared.id, is_secured=False))
    with pytest.raises(Forbidden):
        service.create_port(member, PortSpec(shared.id, address_pairs=[AddressPair("10.1.0.9")]))
    port = service.create_port(member, PortSpec(shared.id))
    with pytest.raises(Forbidden):
        service.update_port(member, port.id, {"is_secured": False, "security_group_ids": []})


def test_pairs_are_stored_in_one_form(member, network):
    pairs = [AddressPair("10.0.0.9"), AddressPair("FD00::/64", "AA-01-00-00-00-07")]

    port = service.create_port(member, PortSpec(network.id, address_pairs=pairs))

    expected = (AddressPair("10.0.0.9", port.mac), AddressPair("fd00::/64", "aa:01:00:00:00:07"))
    assert expected == port.address_pairs
    assert () == service.update_port(member, port.id, {"address_pairs": []}).address_pairs


@pytest.mark.parametrize("ip", ["10.0.0.300", "10.0.0.1/8", "fe80::1%eth0", "all"])
def test_pairs_that_make_no_sense_are_refused(member, network, ip):
    with pytest.raises(InvalidField):
        service.create_port(member, PortSpec(network.id, address_pairs=[AddressPair(ip)]))


def test_a_pair_is_there_once(member, network):
    pairs = [AddressPair("10.0.0.9"), AddressPair("10.0.0.9")]

    with pytest.raises(InvalidField):
        service.create_port(member, PortSpec(network.id, address_pairs=pairs))


def test_a_device_is_plugged_in_with_groups(member, network, group):
    (port,) = service.plug(
        member,
        device_id="d1",
        device_owner="compute:nova",
        requests=[PlugRequest(network_id=network.id)],
        security_group_ids=[group.id],
    )

    assert (group.id,) == port.security_group_ids
    assert [port] == service.ports_of_one(member, "d1")


def pairs(*ips):
    return [service.AddressPair(ip) for ip in ips]


def ips(port):
    return [pair.ip for pair in port.address_pairs]


def test_pairs_are_added_and_removed_one_by_one(member, network, subnet):
    port = service.create_port(member, service.PortSpec(network_id=network.id))

    service.add_address_pairs(member, port.id, pairs("10.0.0.80"))
    more = service.add_address_pairs(member, port.id, pairs("10.0.0.81", "10.0.0.80"))
    left = service.remove_address_pairs(member, port.id, pairs("10.0.0.80", "10.0.0.99"))

    assert ["10.0.0.80", "10.0.0.81"] == ips(more)
    assert ["10.0.0.81"] == ips(left) == ips(service.show_port(member, port.id))


def test_there_are_not_more_pairs_than_nodes_are_to_know(member, network, subnet):
    port = service.create_port(member, service.PortSpec(network_id=network.id))
    many = [f"10.0.0.{last}" for last in range(100, 110)]
    service.add_address_pairs(member, port.id, pairs(*many))

    with pytest.raises(InvalidField):
        service.add_address_pairs(member, port.id, pairs("10.0.0.99"))

    assert many == ips(service.show_port(member, port.id))


def test_pairs_that_are_added_at_once_are_all_there(member, network, subnet):
    port = service.create_port(member, service.PortSpec(network_id=network.id))
    wanted = [f"10.0.0.{last}" for last in range(100, 108)]

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda ip: service.add_address_pairs(member, port.id, pairs(ip)), wanted))

    assert set(wanted) == set(ips(service.show_port(member, port.id)))
