# SPDX-License-Identifier: Apache-2.0
"""What may be there once only, made by several at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

import synnefo_network as service
from synnefo_core.errors import Conflict
from synnefo_network.errors import MacInUse

AT_ONCE = 6
SOON_S = 60


def together(act):
    """Do something several times at once; return what came of it, errors of the cloud as well."""
    start = threading.Barrier(AT_ONCE)

    def one(number):
        start.wait(SOON_S)
        try:
            return act(number)
        except (Conflict, MacInUse) as error:
            return error

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(one, range(AT_ONCE), timeout=SOON_S))


def defaults(context):
    return service.list_networks(context, service.Listing({"is_default": [True]}))


def test_of_default_networks_made_at_once_one_is_left(admin):
    spec = service.NetworkSpec(is_external=True, is_default=True)

    made = together(lambda number: service.create_network(admin, replace(spec, name=str(number))))

    assert AT_ONCE == len({network.id for network in made})
    assert 1 == len(defaults(admin))


def test_of_networks_that_become_the_default_at_once_one_is(admin):
    spec = service.NetworkSpec(is_external=True)
    ids = [service.create_network(admin, spec).id for _ in range(AT_ONCE)]

    together(lambda number: service.update_network(admin, ids[number], {"is_default": True}))

    assert 1 == len(defaults(admin))


def test_the_default_network_can_be_made_another_one_and_none(admin):
    spec = service.NetworkSpec(is_external=True, is_default=True)
    first, second = (service.create_network(admin, spec) for _ in range(2))
    assert [second.id] == [network.id for network in defaults(admin)]

    service.update_network(admin, first.id, {"is_default": True})
    assert [first.id] == [network.id for network in defaults(admin)]
    service.update_network(admin, first.id, {"is_default": False})

    assert [] == defaults(admin)


def test_of_default_subnet_pools_made_at_once_one_is(admin):
    def make(number):
        spec = service.SubnetPoolSpec(prefixes=[f"10.{number}.0.0/16"], is_default=True)
        return service.create_subnet_pool(admin, spec)

    made = together(make)

    assert 1 == sum(isinstance(one, service.SubnetPool) for one in made)
    assert 1 == len(service.list_subnet_pools(admin, service.Listing({"is_default": [True]})))
    other = service.SubnetPoolSpec(prefixes=["fd00::/48"], is_default=True)
    assert service.create_subnet_pool(admin, other).is_default


def test_of_ports_with_one_mac_made_at_once_one_has_it_and_its_address(member, network):
    service.create_subnet(member, automatic(network))
    spec = service.PortSpec(network_id=network.id, mac="52:54:00:12:34:56")

    made = together(lambda _: service.create_port(member, spec))

    (port,) = [one for one in made if isinstance(one, service.Port)]
    assert ["fd00::5054:ff:fe12:3456"] == [fixed.ip for fixed in port.fixed_ips]
    assert [] == service.verify_addresses(member)


def automatic(network):
    return service.SubnetSpec(
        network_id=network.id,
        cidr="fd00::/64",
        ip_version=6,
        ipv6_ra_mode="slaac",
        ipv6_address_mode="slaac",
    )


@pytest.mark.parametrize("attempt", range(3))
def test_ports_that_are_made_while_an_automatic_subnet_comes_have_its_address(
    member, network, attempt
):
    del attempt

    def make(number):
        if number == 0:
            return service.create_subnet(member, automatic(network))
        return service.create_port(member, service.PortSpec(network_id=network.id))

    together(make)

    found = service.list_ports(member, service.Listing({"network_id": [network.id]}))
    assert AT_ONCE - 1 == len(found)
    assert all(len(port.fixed_ips) == 1 for port in found)
