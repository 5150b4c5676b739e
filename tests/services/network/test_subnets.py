# SPDX-License-Identifier: Apache-2.0
import pytest

import synnefo_network as service
from synnefo_core.errors import Forbidden, InvalidField, NotFound
from synnefo_network.errors import GatewayInUse, PoolConflict, SubnetInUse


def make(context, network, cidr="10.0.0.0/24", **more):
    version = 6 if ":" in cidr else 4
    spec = service.SubnetSpec(network_id=network.id, cidr=cidr, ip_version=version, **more)
    return service.create_subnet(context, spec)


def test_the_first_address_is_the_gateway_and_the_rest_the_pool(member, network):
    subnet = make(member, network)

    assert "10.0.0.1" == subnet.gateway_ip
    assert (("10.0.0.2", "10.0.0.254"),) == subnet.pools
    assert subnet == service.show_subnet(member, subnet.id)
    assert (subnet.id,) == service.show_network(member, network.id).subnet_ids


def test_a_gateway_inside_divides_the_pool(member, network):
    subnet = make(member, network, gateway_ip="10.0.0.9")

    assert (("10.0.0.1", "10.0.0.8"), ("10.0.0.10", "10.0.0.254")) == subnet.pools


def test_without_a_gateway_its_address_can_be_given(member, network):
    subnet = make(member, network, gateway_ip=None)

    assert None is subnet.gateway_ip
    assert (("10.0.0.1", "10.0.0.254"),) == subnet.pools


@pytest.mark.parametrize(
    "cidr, pool",
    [
        ("10.0.0.0/30", ("10.0.0.2", "10.0.0.2")),
        ("10.0.0.4/31", ("10.0.0.5", "10.0.0.5")),
        ("fd00::/64", ("fd00::2", "fd00::ffff:ffff:ffff:ffff")),
    ],
)
def test_pools_of_small_and_large_ranges(member, network, cidr, pool):
    assert (pool,) == make(member, network, cidr).pools


@pytest.mark.parametrize(
    "more",
    [
        {"cidr": "10.0.0.5/24"},
        {"cidr": "nonsense"},
        {"cidr": "10.0.0.0/24", "gateway_ip": "10.0.1.1"},
        {"cidr": "10.0.0.0/24", "gateway_ip": "10.0.0.255"},
        {"cidr": "10.0.0.0/24", "gateway_ip": "fd00::1"},
        {"cidr": "10.0.0.0/24", "pools": [("10.0.0.9", "10.0.0.2")]},
        {"cidr": "10.0.0.0/24", "pools": [("10.0.0.9", "10.0.1.2")]},
        {"cidr": "10.0.0.0/24", "pools": [("10.0.0.9", "door")]},
        {"cidr": "10.0.0.0/24", "dns_servers": ["dns"]},
        {"cidr": "10.0.0.0/24", "dns_servers": ["10.0.0.3", "10.0.0.3"]},
        {"cidr": "10.0.0.0/24", "host_routes": [("elsewhere", "10.0.0.3")]},
        {"cidr": "10.0.0.0/24", "host_routes": [("10.9.0.0/16", "fd00::3")]},
        {"cidr": "10.0.0.0/24", "ipv6_ra_mode": "slaac"},
        {"cidr": "fd00::/80", "ipv6_address_mode": "slaac"},
        {"cidr": "fd00::/64", "ipv6_address_mode": "slaac", "ipv6_ra_mode": "dhcpv6-stateful"},
        {"cidr": "fd00::/64", "ipv6_address_mode": "slaac", "is_dhcp_enabled": False},
    ],
)
def test_what_makes_no_sense_is_refused(member, network, more):
    with pytest.raises(InvalidField):
        make(member, network, **more)
    assert [] == service.list_subnets(member, service.Listing())


@pytest.mark.parametrize(
    "pools",
    [
        [("10.0.0.2", "10.0.0.20"), ("10.0.0.20", "10.0.0.30")],
        [("10.0.0.1", "10.0.0.20")],
    ],
)
def test_pools_overlap_neither_each_other_nor_the_gateway(member, network, pools):
    with pytest.raises(PoolConflict):
        make(member, network, pools=pools)


def test_subnets_of_one_network_do_not_overlap(member, network, subnet):
    with pytest.raises(InvalidField, match="overlaps"):
        make(member, network, "10.0.0.128/25")

    other = service.create_network(member, service.NetworkSpec())
    assert subnet.cidr == make(member, other, "10.0.0.0/24").cidr
    assert 2 == len(service.list_subnets(member, service.Listing()))


def test_only_the_owner_of_a_network_divides_it(member, stranger, network, shared):
    with pytest.raises(NotFound):
        make(stranger, network)
    with pytest.raises(Forbidden):
        make(member, shared, "10.9.0.0/24")


def test_the_subnets_of_a_shared_network_are_seen_by_all(member, stranger, shared, subnet):
    seen = service.list_subnets(stranger, service.Listing())

    assert [shared.id] == [found.network_id for found in seen]
    with pytest.raises(NotFound):
        service.show_subnet(stranger, subnet.id)
    with pytest.raises(Forbidden):
        service.delete_subnet(member, seen[0].id)


def test_a_change_is_checked_like_a_new_subnet(member, subnet):
    changed = service.update_subnet(
        member,
        subnet.id,
        {
            "gateway_ip": "10.0.0.2",
            "pools": [("10.0.0.10", "10.0.0.20")],
            "dns_servers": ["10.0.0.53"],
            "host_routes": [("10.7.0.0/16", "10.0.0.7")],
        },
    )

    assert changed == service.show_subnet(member, subnet.id)
    assert ("10.0.0.2", ("10.0.0.53",), 2) == (
        changed.gateway_ip,
        changed.dns_servers,
        changed.revision,
    )
    with pytest.raises(PoolConflict):
        service.update_subnet(member, subnet.id, {"gateway_ip": "10.0.0.15"})


def test_a_subnet_whose_addresses_are_in_use_is_not_deleted(member, network, subnet):
    port = service.create_port(member, service.PortSpec(network_id=network.id))

    with pytest.raises(SubnetInUse):
        service.delete_subnet(member, subnet.id)

    service.delete_port(member, port.id)
    service.delete_subnet(member, subnet.id)
    assert () == service.show_network(member, network.id).subnet_ids


def automatic(network, cidr="fd00::/64"):
    return service.SubnetSpec(
        network_id=network.id,
        cidr=cidr,
        ip_version=6,
        ipv6_ra_mode="slaac",
        ipv6_address_mode="slaac",
    )


def test_ports_get_their_addresses_when_an_automatic_subnet_comes(member, network, subnet):
    port = service.create_port(member, service.PortSpec(network_id=network.id))

    new = service.create_subnet(member, automatic(network))

    changed = service.show_port(member, port.id)
    assert {subnet.id, new.id} == {fixed.subnet_id for fixed in changed.fixed_ips}
    assert port.revision + 1 == changed.revision


def test_an_automatic_subnet_goes_with_the_addresses_that_follow_from_it(member, network, subnet):
    new = service.create_subnet(member, automatic(network))
    port = service.create_port(member, service.PortSpec(network_id=network.id))

    service.delete_subnet(member, new.id)

    left = service.show_port(member, port.id).fixed_ips
    assert [subnet.id] == [fixed.subnet_id for fixed in left]


def test_dhcp_stays_on_where_there_are_ipv6_modes(member, network):
    new = service.create_subnet(member, automatic(network))

    with pytest.raises(InvalidField):
        service.update_subnet(member, new.id, {"is_dhcp_enabled": False})


def test_a_gateway_where_a_router_is_stays(member, network, subnet):
    router = service.create_router(member, service.RouterSpec(name="out"))
    service.add_interface(member, router.id, subnet_id=subnet.id)

    with pytest.raises(GatewayInUse):
        service.update_subnet(member, subnet.id, {"gateway_ip": "10.0.0.9"})
    with pytest.raises(GatewayInUse):
        service.update_subnet(member, subnet.id, {"gateway_ip": None})

    same = service.update_subnet(member, subnet.id, {"gateway_ip": "10.0.0.1", "name": "n"})
    assert "n" == same.name
