# SPDX-License-Identifier: Apache-2.0
"""Ports of floating IPs lead to ports inside."""

from concurrent.futures import ThreadPoolExecutor

import pytest

import synnefo_network as service
from synnefo_core.errors import CloudError, InvalidField, NotFound
from synnefo_network import port_forwardings, verification
from synnefo_network.errors import PortWithheld
from synnefo_network.floating_errors import (
    AddressForwarded,
    AlreadyTranslated,
    FloatingIpForwards,
    FloatingIpTranslates,
    ForwardingExists,
    GatewayNeeded,
    InterfaceTranslated,
    TooManyForwarded,
    Unreachable,
)
from synnefo_network.forwarding_values import Ports
from tests.services.network.routing import another_subnet, external, leading


@pytest.fixture
def outside(admin):
    return external(admin)


@pytest.fixture
def router(member, outside, subnet):
    return leading(member, outside, subnet)


def port_at(context, network_id, ip):
    fixed = [service.FixedIpRequest(ip=ip)]
    return service.create_port(context, service.PortSpec(network_id=network_id, fixed_ips=fixed))


@pytest.fixture
def port(member, network, router):
    return port_at(member, network.id, "10.0.0.10")


@pytest.fixture
def floating(member, outside):
    return service.create_floating_ip(member, service.FloatingIpSpec(network_id=outside.id))


def forward(context, floating, port, outside=2222, inside=22, protocol="tcp", **more):
    spec = service.PortForwardingSpec(
        port_id=port.id,
        protocol=protocol,
        outside=outside if isinstance(outside, Ports) else Ports(outside, outside),
        inside=inside if isinstance(inside, Ports) else Ports(inside, inside),
        **more,
    )
    return service.create_port_forwarding(context, floating.id, spec)


def of(context, floating, **where):
    return service.list_port_forwardings(context, floating.id, service.Listing(where))


def again(context, floating):
    return service.show_floating_ip(context, floating.id)


def test_ports_are_forwarded_changed_and_freed(member, stranger, floating, router, port):
    made = forward(member, floating, port, description="ssh")

    assert made == service.show_port_forwarding(member, floating.id, made.id)
    assert (port.id, "10.0.0.10", "tcp") == (made.port_id, made.fixed_ip, made.protocol)
    assert (router.id, None, (made,)) == (
        again(member, floating).router_id,
        again(member, floating).target,
        again(member, floating).forwardings,
    )
    assert [made] == of(member, floating, outside_first=[2222], protocol=["tcp"])
    assert [] == of(member, floating, inside_first=[23])
    with pytest.raises(NotFound):
        of(stranger, floating)
    with pytest.raises(NotFound):
        service.show_port_forwarding(stranger, floating.id, made.id)

    changes = {"outside": Ports(2200, 2201), "inside": Ports(22, 23), "protocol": "udp"}
    changed = service.update_port_forwarding(member, floating.id, made.id, changes=changes)
    assert (Ports(2200, 2201), Ports(22, 23), "udp", "ssh") == (
        changed.outside,
        changed.inside,
        changed.protocol,
        changed.description,
    )

    service.delete_port_forwarding(member, floating.id, made.id)
    assert (None, ()) == (again(member, floating).router_id, again(member, floating).forwardings)
    with pytest.raises(NotFound):
        service.delete_port_forwarding(member, floating.id, made.id)


@pytest.mark.parametrize(
    "ports, their, protocol",
    [
        (0, 22, "tcp"),
        (65536, 22, "tcp"),
        (22, 22, "icmp"),
        (Ports(5, 4), Ports(5, 4), "tcp"),
        (Ports(5, 6), Ports(5, 7), "tcp"),
        (Ports(1, 3), Ports(65534, 65536), "tcp"),
    ],
)
def test_what_are_no_ports_are_refused(member, floating, port, ports, their, protocol):
    with pytest.raises(InvalidField):
        forward(member, floating, port, ports, their, protocol)

    assert [] == of(member, floating)


def test_a_port_leads_to_one_place_and_a_place_has_one_port(member, floating, network, port):
    other = port_at(member, network.id, "10.0.0.11")
    forward(member, floating, port, Ports(100, 110), Ports(200, 210))
    forward(member, floating, port, 105, 22, "udp")
    spare = forward(member, floating, other, 111, 205)

    for outside, inside, to in (
        (110, 22, other),
        (Ports(90, 100), Ports(30, 40), other),
        (7, 210, port),
    ):
        with pytest.raises(ForwardingExists):
            forward(member, floating, to, outside, inside)
    with pytest.raises(ForwardingExists):
        service.update_port_forwarding(
            member, floating.id, spare.id, changes={"outside": Ports(101, 101)}
        )

    assert Ports(111, 111) == service.show_port_forwarding(member, floating.id, spare.id).outside


def test_a_floating_ip_forwards_or_stands_for_an_address(member, outside, network, floating, port):
    whole = service.create_floating_ip(
        member, service.FloatingIpSpec(network_id=outside.id, port_id=port.id)
    )
    with pytest.raises(AlreadyTranslated):
        forward(member, floating, port)
    with pytest.raises(FloatingIpTranslates):
        forward(member, whole, port_at(member, network.id, "10.0.0.11"))
    service.delete_floating_ip(member, whole.id)
    forward(member, floating, port)
    spare = service.create_floating_ip(member, service.FloatingIpSpec(network_id=outside.id))

    with pytest.raises(AddressForwarded):
        service.update_floating_ip(member, spare.id, {"port_id": port.id})
    other = port_at(member, network.id, "10.0.0.12")
    with pytest.raises(FloatingIpForwards):
        service.update_floating_ip(member, floating.id, {"port_id": other.id})
    service.update_floating_ip(member, floating.id, {"port_id": None, "description": "kept"})

    assert 1 == len(again(member, floating).forwardings)


def test_all_ports_of_a_floating_ip_are_behind_one_router(member, outside, floating, port):
    far = another_subnet(member, "10.7.0.0/24")
    leading(member, outside, far)
    lonely = another_subnet(member, "10.8.0.0/24")
    forward(member, floating, port)

    with pytest.raises(InvalidField):
        forward(member, floating, port_at(member, far.network_id, "10.7.0.10"), 80, 80)
    with pytest.raises(Unreachable):
        forward(member, floating, port_at(member, lonely.network_id, "10.8.0.10"), 80, 80)


def test_what_is_forwarded_through_stays(member, outside, router, subnet, floating, port):
    forward(member, floating, port)

    with pytest.raises(GatewayNeeded):
        service.update_router(member, router.id, {"gateway": None})
    with pytest.raises(InterfaceTranslated):
        service.remove_interface(member, router.id, subnet_id=subnet.id)

    service.delete_floating_ip(member, floating.id)
    service.remove_interface(member, router.id, subnet_id=subnet.id)


def test_with_its_port_or_address_goes_a_forwarding(member, network, floating, port):
    other = port_at(member, network.id, "10.0.0.11")
    forward(member, floating, port, 1, 1)
    kept = forward(member, floating, other, 2, 2)

    service.update_port(member, port.id, {"fixed_ips": [service.FixedIpRequest(ip="10.0.0.77")]})
    assert [kept] == of(member, floating)
    assert again(member, floating).router_id is not None
    service.delete_port(member, other.id)

    assert ([], None) == (of(member, floating), again(member, floating).router_id)
    with member.reading() as session:
        assert [] == list(verification._floating_ips(session))


def test_forwardings_stay_while_the_device_of_their_port_is_withheld(member, floating, port):
    made = forward(member, floating, port)
    requests = [service.PlugRequest(port_id=port.id)]
    service.plug(member, device_id="vm", device_owner="compute:nova", requests=requests)
    service.withhold(member, device_id="vm", is_withheld=True)

    with pytest.raises(PortWithheld):
        forward(member, floating, port, 80, 80)
    with pytest.raises(PortWithheld):
        service.update_port_forwarding(
            member, floating.id, made.id, changes={"inside": Ports(9, 9)}
        )
    with pytest.raises(PortWithheld):
        service.delete_port_forwarding(member, floating.id, made.id)
    with pytest.raises(PortWithheld):
        service.delete_floating_ip(member, floating.id)

    assert [made] == of(member, floating)


def test_a_gateway_has_not_to_carry_any_number_of_ports(member, floating, port, monkeypatch):
    monkeypatch.setattr(port_forwardings, "MOST", 10)
    made = forward(member, floating, port, Ports(1, 8), Ports(1, 8))

    with pytest.raises(TooManyForwarded):
        forward(member, floating, port, Ports(20, 22), Ports(20, 22))

    forward(member, floating, port, Ports(20, 21), Ports(20, 21))
    service.update_port_forwarding(member, floating.id, made.id, changes={"description": "same"})


def test_many_at_once_forward_each_port_once_and_none_to_what_is_gone(
    member, network, floating, port
):
    ports = [port, port_at(member, network.id, "10.0.0.11")]

    def some(number):
        made = 0
        for outside in range(100, 105):
            try:
                forward(member, floating, ports[number % 2], outside, 1000 + outside)
            except CloudError:
                continue
            made += 1
        return made

    with ThreadPoolExecutor(5) as pool:
        trying = [pool.submit(some, number) for number in range(4)]
        assert 5 == sum(each.result(60) for each in trying)
        doomed = [pool.submit(service.delete_port, member, each.id) for each in ports]
        for each in doomed:
            each.result(60)

    assert ([], None) == (of(member, floating), again(member, floating).router_id)
