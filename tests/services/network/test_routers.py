# SPDX-License-Identifier: Apache-2.0
from concurrent.futures import ThreadPoolExecutor

import pytest

import synnefo_network as service
import synnefo_quota
from synnefo_core.errors import CloudError, Forbidden, InvalidField, NotFound, QuotaExceeded
from synnefo_network.errors import AddressInUse, NetworkInUse, PortInUse, SubnetInUse
from synnefo_network.router_errors import (
    BadRoute,
    InterfaceNeeded,
    InterfaceNotFound,
    NotExternal,
    RouterInUse,
    SubnetsOverlap,
)
from tests.services.network.routing import another_subnet, external


@pytest.fixture
def outside(admin):
    return external(admin)


@pytest.fixture
def router(member):
    return service.create_router(member, service.RouterSpec(name="r"))


def gateway(network, **more):
    return service.GatewaySpec(network_id=network.id, **more)


def port_of(context, router, owner="network:router_interface"):
    found = service.list_ports(context, service.Listing({"device_id": [router.id]}))
    return next(port for port in found if port.device_owner == owner)


def test_a_router_is_shown_as_it_was_made_and_only_to_its_project(member, stranger, router):
    assert router == service.show_router(member, router.id)
    assert [router] == service.list_routers(member, service.Listing({"name": ["r"]}))
    assert [] == service.list_routers(stranger, service.Listing())
    with pytest.raises(NotFound):
        service.show_router(stranger, router.id)


def test_a_project_pays_for_its_routers(member, router):
    synnefo_quota.set_limit(member, holder="project:p1", resource="cyclades.router", limit=1)

    with pytest.raises(QuotaExceeded):
        service.create_router(member, service.RouterSpec())

    assert [] == synnefo_quota.verify(member)
    service.delete_router(member, router.id)
    assert [] == synnefo_quota.verify(member)
    service.create_router(member, service.RouterSpec())


def test_an_interface_has_the_address_of_the_gateway(member, router, subnet):
    made = service.add_interface(member, router.id, subnet_id=subnet.id)

    port = service.show_port(member, made.port_id)
    assert (router.id, "network:router_interface") == (port.device_id, port.device_owner)
    assert ["10.0.0.1"] == [fixed.ip for fixed in port.fixed_ips]
    assert ((subnet.id,), "ACTIVE") == (made.subnet_ids, port.status)
    assert not port.is_secured


def test_an_interface_is_the_gateway_also_where_addresses_follow_from_macs(member, router):
    six = another_subnet(
        member, "fd00::/64", ip_version=6, ipv6_ra_mode="slaac", ipv6_address_mode="slaac"
    )

    made = service.add_interface(member, router.id, subnet_id=six.id)

    assert "fd00::1" == service.show_port(member, made.port_id).fixed_ips[0].ip


def test_an_interface_can_be_a_port_of_the_callers(member, router, network, subnet):
    port = service.create_port(member, service.PortSpec(network_id=network.id))

    made = service.add_interface(member, router.id, port_id=port.id)

    assert (port.id, (subnet.id,)) == (made.port_id, made.subnet_ids)
    assert port.fixed_ips == service.show_port(member, port.id).fixed_ips
    with pytest.raises(PortInUse):
        service.add_interface(member, router.id, port_id=port.id)


def test_an_interface_goes_only_with_its_router(member, router, subnet):
    made = service.add_interface(member, router.id, subnet_id=subnet.id)

    with pytest.raises(PortInUse):
        service.delete_port(member, made.port_id)
    with pytest.raises(PortInUse):
        service.update_port(member, made.port_id, {"device_id": ""})
    with pytest.raises(SubnetInUse):
        service.delete_subnet(member, subnet.id)
    with pytest.raises(RouterInUse):
        service.delete_router(member, router.id)

    assert made == service.remove_interface(member, router.id, subnet_id=subnet.id)
    service.delete_router(member, router.id)
    service.delete_subnet(member, subnet.id)


def test_a_router_is_not_connected_to_one_range_twice(member, router, subnet):
    other = another_subnet(member, "10.0.0.128/25")
    service.add_interface(member, router.id, subnet_id=subnet.id)

    with pytest.raises(SubnetsOverlap):
        service.add_interface(member, router.id, subnet_id=other.id)
    with pytest.raises(SubnetsOverlap):
        service.add_interface(member, router.id, subnet_id=subnet.id)


def test_of_those_who_connect_a_router_to_one_range_at_once_one_does(member, router):
    subnets = [another_subnet(member) for _ in range(4)]

    def connect(subnet):
        try:
            return service.add_interface(member, router.id, subnet_id=subnet.id)
        except CloudError:
            return None

    with ThreadPoolExecutor(4) as pool:
        made = [one for one in pool.map(connect, subnets) if one]

    assert 1 == len(made)


def test_what_cannot_be_an_interface(member, stranger, router, network, subnet, shared):
    bare = service.create_port(member, service.PortSpec(network_id=network.id, fixed_ips=[]))
    closed = another_subnet(member, "10.5.0.0/24", gateway_ip=None)
    theirs = another_subnet(stranger, "10.6.0.0/24")
    taken = service.FixedIpRequest(ip="10.0.0.1")
    shared_id = service.show_network(member, shared.id).subnet_ids[0]

    with pytest.raises(InvalidField):
        service.add_interface(member, router.id)
    with pytest.raises(InvalidField):
        service.add_interface(member, router.id, port_id=bare.id)
    with pytest.raises(InvalidField):
        service.add_interface(member, router.id, subnet_id=closed.id)
    with pytest.raises(NotFound):
        service.add_interface(member, router.id, subnet_id=theirs.id)
    with pytest.raises(InvalidField):
        service.add_interface(member, router.id, subnet_id=shared_id)
    service.create_port(member, service.PortSpec(network_id=network.id, fixed_ips=[taken]))
    with pytest.raises(AddressInUse):
        service.add_interface(member, router.id, subnet_id=subnet.id)
    with pytest.raises(InterfaceNotFound):
        service.remove_interface(member, router.id, subnet_id=subnet.id)


def test_a_gateway_has_an_address_outside_and_is_nobodys_port(member, admin, outside):
    spec = service.RouterSpec(gateway=gateway(outside))

    router = service.create_router(member, spec)

    assert (outside.id, True) == (router.gateway.network_id, router.gateway.is_snat_enabled)
    assert router.gateway.fixed_ips[0].ip.startswith("192.0.2.")
    assert [] == service.list_ports(member, service.Listing({"device_id": [router.id]}))
    assert "" == port_of(admin, router, "network:router_gateway").project_id
    with pytest.raises(NetworkInUse):
        service.delete_network(admin, outside.id)


def test_a_gateway_that_goes_frees_its_address(member, admin, outside):
    router = service.create_router(member, service.RouterSpec(gateway=gateway(outside)))

    changed = service.update_router(member, router.id, {"gateway": None})

    assert changed.gateway is None
    assert [] == service.list_ports(admin, service.Listing({"network_id": [outside.id]}))
    service.update_router(member, router.id, {"gateway": gateway(outside)})
    service.delete_router(member, router.id)
    service.delete_network(admin, outside.id)


def test_only_administrators_choose_addresses_outside(member, admin, outside):
    wish = [service.FixedIpRequest(ip="192.0.2.9")]
    router = service.create_router(member, service.RouterSpec(gateway=gateway(outside)))

    with pytest.raises(Forbidden):
        service.update_router(member, router.id, {"gateway": gateway(outside, fixed_ips=wish)})
    chosen = gateway(outside, fixed_ips=wish, is_snat_enabled=False)
    changed = service.update_router(admin, router.id, {"gateway": chosen})
    again = service.update_router(member, router.id, {"gateway": gateway(outside)})

    assert ["192.0.2.9"] == [fixed.ip for fixed in changed.gateway.fixed_ips]
    assert (changed.gateway, False) == (again.gateway, again.gateway.is_snat_enabled)


def test_what_cannot_be_a_gateway(member, stranger, admin, router, network, outside):
    overlapping = another_subnet(member, "192.0.2.0/25")
    theirs = service.create_network(stranger, service.NetworkSpec())

    with pytest.raises(NotExternal):
        service.update_router(member, router.id, {"gateway": gateway(network)})
    with pytest.raises(NotFound):
        service.update_router(member, router.id, {"gateway": gateway(theirs)})
    service.add_interface(member, router.id, subnet_id=overlapping.id)
    with pytest.raises(SubnetsOverlap):
        service.update_router(member, router.id, {"gateway": gateway(outside)})


def test_routes_lead_where_the_router_is_connected(member, router, subnet):
    service.add_interface(member, router.id, subnet_id=subnet.id)
    route = ("172.16.0.0/16", "10.0.0.9")

    changed = service.update_router(member, router.id, {"routes": [route]})

    assert (route,) == changed.routes
    for bad in (("172.17.0.0/16", "10.0.0.1"), ("172.17.0.0/16", "10.9.0.1"), ("fd00::/8", "::1")):
        with pytest.raises(BadRoute):
            service.add_routes(member, router.id, [bad])
    with pytest.raises(BadRoute):
        service.update_router(member, router.id, {"routes": [route, route]})
    with pytest.raises(InterfaceNeeded):
        service.remove_interface(member, router.id, subnet_id=subnet.id)


def test_routes_are_added_and_removed_one_by_one(member, router, subnet):
    service.add_interface(member, router.id, subnet_id=subnet.id)
    one, two = ("172.16.0.0/16", "10.0.0.9"), ("172.17.0.0/16", "10.0.0.9")

    service.add_routes(member, router.id, [one])
    service.add_routes(member, router.id, [two, one])
    left = service.remove_routes(member, router.id, [one])

    assert (two,) == left.routes
