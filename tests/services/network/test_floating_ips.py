# SPDX-License-Identifier: Apache-2.0
from concurrent.futures import ThreadPoolExecutor

import pytest

import synnefo_network as service
import synnefo_quota
from synnefo_core.errors import CloudError, Forbidden, InvalidField, NotFound, QuotaExceeded
from synnefo_network.errors import (
    AddressInUse,
    NetworkInUse,
    NoAddressLeft,
    PortInUse,
    PortWithheld,
)
from synnefo_network.floating_errors import (
    AlreadyTranslated,
    ExternalNetworkInUse,
    GatewayNeeded,
    InterfaceTranslated,
    Unreachable,
)
from synnefo_network.router_errors import NotExternal
from tests.services.network.routing import another_subnet, external, leading

Spec = service.FloatingIpSpec


@pytest.fixture
def outside(admin):
    return external(admin)


@pytest.fixture
def router(member, outside, subnet):
    return leading(member, outside, subnet)


@pytest.fixture
def port(member, network, router):
    # Not an address drawn at random, which would sometimes be one that a test names.
    fixed = [service.FixedIpRequest(ip="10.0.0.10")]
    return service.create_port(member, service.PortSpec(network_id=network.id, fixed_ips=fixed))


def take(context, network=None, **more):
    spec = Spec(network_id=network and network.id, **more)
    return service.create_floating_ip(context, spec)


def of(context, **where):
    return service.list_floating_ips(context, service.Listing(where))


def own_ports(admin, network):
    found = service.list_ports(admin, service.Listing({"network_id": [network.id]}))
    return [port for port in found if port.device_owner == "network:floatingip"]


def test_a_floating_ip_is_an_address_outside_of_ones_own(member, stranger, admin, outside):
    made = take(member, outside, description="for the web")

    assert made == service.show_floating_ip(member, made.id)
    assert made.ip.startswith("192.0.2.")
    assert ("DOWN", None, "p1") == (made.status, made.target, made.project_id)
    assert [made] == of(member, status=["DOWN"], ip=[made.ip])
    assert [] == of(member, status=["ACTIVE"])
    assert [] == of(stranger)
    (own,) = own_ports(admin, outside)
    assert ("", made.id) == (own.project_id, own.device_id)
    with pytest.raises(PortInUse):
        service.delete_port(admin, own.id)
    with pytest.raises(NotFound):
        service.show_floating_ip(stranger, made.id)
    with pytest.raises(NetworkInUse):
        service.delete_network(admin, outside.id)


def test_what_is_given_back_is_free_and_nobody_pays_for_it(member, admin, outside):
    synnefo_quota.set_limit(member, holder="project:p1", resource="cyclades.floating_ip", limit=1)
    made = take(member, outside)

    with pytest.raises(QuotaExceeded):
        take(member, outside)

    assert 1 == len(own_ports(admin, outside))
    service.delete_floating_ip(member, made.id)
    assert [] == own_ports(admin, outside)
    assert [] == synnefo_quota.verify(member)
    take(member, outside)


def test_a_floating_ip_stands_for_an_address_that_a_router_leads_to(member, outside, router, port):
    made = take(member, outside, port_id=port.id)

    assert ("DOWN", port.id, router.id) == (
        made.status,
        made.target.port_id,
        made.target.router_id,
    )
    assert port.fixed_ips[0].ip == made.target.fixed_ip
    freed = service.update_floating_ip(member, made.id, {"port_id": None})
    assert ("DOWN", None) == (freed.status, freed.target)


def test_it_moves_to_another_port_and_to_another_address_of_it(member, outside, network, port):
    two = [service.FixedIpRequest(ip=f"10.0.0.{last}") for last in (50, 51)]
    other = service.create_port(member, service.PortSpec(network_id=network.id, fixed_ips=two))
    made = take(member, outside, port_id=port.id)

    with pytest.raises(InvalidField):
        service.update_floating_ip(member, made.id, {"port_id": other.id})
    moved = service.update_floating_ip(
        member, made.id, {"port_id": other.id, "fixed_ip": "10.0.0.50"}
    )
    again = service.update_floating_ip(member, made.id, {"fixed_ip": "10.0.0.51"})

    assert (other.id, "10.0.0.50") == (moved.target.port_id, moved.target.fixed_ip)
    assert (other.id, "10.0.0.51") == (again.target.port_id, again.target.fixed_ip)


def test_it_follows_to_a_port_behind_another_router(member, outside, port):
    far = another_subnet(member, "10.7.0.0/24")
    router = leading(member, outside, far)
    other = service.create_port(member, service.PortSpec(network_id=far.network_id))
    made = take(member, outside, port_id=port.id)

    moved = service.update_floating_ip(member, made.id, {"port_id": other.id})

    assert router.id == moved.target.router_id


def test_it_stays_where_it_is_while_the_device_of_its_port_is_withheld(
    member, admin, outside, network, port
):
    service.plug(
        member,
        device_id="vm",
        device_owner="compute:nova",
        requests=[service.PlugRequest(port_id=port.id)],
    )
    made, other = take(member, outside, port_id=port.id), take(member, outside)
    service.withhold(member, device_id="vm", is_withheld=True)

    with pytest.raises(PortWithheld):
        service.update_floating_ip(member, made.id, {"port_id": None})
    with pytest.raises(PortWithheld):
        service.update_floating_ip(member, other.id, {"port_id": port.id})
    with pytest.raises(PortWithheld):
        service.delete_floating_ip(member, made.id)

    assert [made, other] == [service.show_floating_ip(member, one.id) for one in (made, other)]
    service.delete_floating_ip(admin, made.id)


def test_where_no_router_leads_it_cannot_stand(member, stranger, admin, outside, port):
    lonely = another_subnet(member, "10.8.0.0/24")
    unreached = service.create_port(member, service.PortSpec(network_id=lonely.network_id))
    elsewhere = external(admin, "198.51.100.0/24")
    bare = service.create_port(member, service.PortSpec(network_id=lonely.network_id, fixed_ips=[]))

    with pytest.raises(Unreachable):
        take(member, outside, port_id=unreached.id)
    with pytest.raises(Unreachable):
        take(member, elsewhere, port_id=port.id)
    with pytest.raises(InvalidField):
        take(member, outside, port_id=bare.id)
    with pytest.raises(InvalidField):
        take(member, outside, port_id=port.id, fixed_ip="10.0.0.99")
    with pytest.raises(InvalidField):
        take(member, outside, fixed_ip="10.0.0.99")
    with pytest.raises(NotFound):
        take(stranger, outside, port_id=port.id)
    with pytest.raises(NotExternal):
        take(member, lonely.network_id and service.show_network(member, lonely.network_id))
    assert [] == of(admin)
    assert [] == [*own_ports(admin, outside), *own_ports(admin, elsewhere)]


def test_an_address_has_one_floating_ip_of_a_network(member, outside, port):
    take(member, outside, port_id=port.id)
    spare = take(member, outside)

    with pytest.raises(AlreadyTranslated):
        service.update_floating_ip(member, spare.id, {"port_id": port.id})
    with pytest.raises(AlreadyTranslated):
        take(member, outside, port_id=port.id)


def test_with_its_port_or_address_goes_what_it_stands_for(member, outside, port):
    made = take(member, outside, port_id=port.id)

    service.update_port(member, port.id, {"fixed_ips": [service.FixedIpRequest(ip="10.0.0.77")]})
    lost = service.show_floating_ip(member, made.id)
    service.update_floating_ip(member, made.id, {"port_id": port.id})
    service.delete_port(member, port.id)

    assert lost.target is None
    assert service.show_floating_ip(member, made.id).target is None


def test_what_it_is_reached_through_stays(member, admin, outside, router, subnet, port):
    made = take(member, outside, port_id=port.id)

    with pytest.raises(GatewayNeeded):
        service.update_router(member, router.id, {"gateway": None})
    with pytest.raises(InterfaceTranslated):
        service.remove_interface(member, router.id, subnet_id=subnet.id)
    with pytest.raises(ExternalNetworkInUse):
        service.update_network(admin, outside.id, {"is_external": False})

    service.delete_floating_ip(member, made.id)
    service.remove_interface(member, router.id, subnet_id=subnet.id)
    service.delete_router(member, router.id)
    service.update_network(admin, outside.id, {"is_external": False})


def test_only_administrators_choose_the_address(member, admin, outside):
    with pytest.raises(Forbidden):
        take(member, outside, ip="192.0.2.9")

    made = take(admin, outside, ip="192.0.2.9", project_id="p1")

    assert ("192.0.2.9", "p1") == (made.ip, made.project_id)
    with pytest.raises(AddressInUse):
        take(admin, outside, ip="192.0.2.9")


def test_who_names_no_network_gets_one_that_has_room(member, admin):
    external(admin, "192.0.2.0/30", name="a")
    second = external(admin, "198.51.100.0/30", name="b")
    take(member)

    made = take(member)

    assert ("198.51.100.2", second.id) == (made.ip, made.network_id)
    with pytest.raises(NoAddressLeft):
        take(member)
    assert ["a", "b"] == [pool.name for pool in service.list_pools(member)]


def test_servers_are_shown_with_their_floating_ips(member, outside, network, port):
    (card,) = service.plug(
        member,
        device_id="s1",
        device_owner="compute:nova",
        requests=[service.PlugRequest(port_id=port.id)],
    )
    made = take(member, outside, port_id=port.id)

    (shown,) = service.ports_of_one(member, "s1")

    assert ((card.fixed_ips[0].ip, made.ip),) == shown.floating_ips
    assert card.fixed_ips == shown.fixed_ips
    assert {"s1": [shown]} == service.ports_of(member, ["s1"])


def test_many_at_once_take_each_address_once_and_give_it_back(member, admin):
    network = external(admin, "192.0.2.0/26")
    synnefo_quota.set_limit(member, holder="project:p1", resource="cyclades.floating_ip", limit=99)
    synnefo_quota.set_limit(
        member, holder="user:u1", source="project:p1", resource="cyclades.floating_ip", limit=99
    )

    def some(_):
        taken = []
        for _ in range(10):
            try:
                taken.append(take(member, network))
            except NoAddressLeft:
                continue
        return taken

    with ThreadPoolExecutor(8) as pool:
        taken = [one for some_taken in pool.map(some, range(8)) for one in some_taken]
        assert 61 == len(taken) == len({one.ip for one in taken})
        list(pool.map(lambda one: service.delete_floating_ip(member, one.id), taken))

    assert [] == own_ports(admin, network)
    assert [] == synnefo_quota.verify(member)


def test_a_floating_ip_never_stands_for_a_port_that_is_gone(member, outside, network, port):
    """A port is deleted while floating IPs are pointed at it and through its router."""
    floating = [take(member, outside) for _ in range(4)]
    others = [service.create_port(member, service.PortSpec(network_id=network.id)) for _ in "ab"]
    doomed = [port, *others]

    def point(number):
        for target in doomed:
            try:
                service.update_floating_ip(member, floating[number].id, {"port_id": target.id})
            except CloudError:
                continue

    with ThreadPoolExecutor(5) as pool:
        pointing = [pool.submit(point, number) for number in range(4)]
        for one in doomed:
            service.delete_port(member, one.id)
        for each in pointing:
            each.result(30)

    assert [None] * 4 == [one.target for one in of(member)]
