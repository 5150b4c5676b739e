# SPDX-License-Identifier: Apache-2.0
import pytest

import synnefo_network as service
from synnefo_core.errors import Forbidden, InvalidField, NotFound
from synnefo_network.errors import AmbiguousNetwork, PortInUse

Request = service.PlugRequest


def plug(context, *requests, device="vm"):
    return service.plug(
        context, device_id=device, device_owner="compute:nova", requests=list(requests) or None
    )


def test_without_a_wish_a_device_gets_the_only_network(member, network, subnet):
    (port,) = plug(member)

    assert (network.id, "vm", "ACTIVE") == (port.network_id, port.device_id, port.status)
    assert [port] == service.ports_of(member, ["vm"])["vm"]


def test_without_a_wish_and_without_a_network_a_device_gets_nothing(member):
    assert [] == plug(member)


def test_a_shared_network_is_one_that_the_project_can_use(member, shared):
    assert [shared.id] == [port.network_id for port in plug(member)]


def test_several_networks_are_no_choice(member, network, shared):
    with pytest.raises(AmbiguousNetwork):
        plug(member)
    assert [] == service.list_ports(member, service.Listing())


def test_cards_come_in_the_order_in_which_they_were_asked_for(member, network, shared, subnet):
    fixed = [service.FixedIpRequest(ip="10.0.0.8")]
    port = service.create_port(member, service.PortSpec(network_id=network.id, fixed_ips=fixed))

    made = plug(
        member,
        Request(network_id=shared.id),
        Request(port_id=port.id),
        Request(network_id=network.id, fixed_ip="10.0.0.9"),
    )

    assert [shared.id, network.id, network.id] == [card.network_id for card in made]
    assert port.id == made[1].id
    assert "10.0.0.9" == made[2].fixed_ips[0].ip
    assert {card.id for card in made} == {c.id for c in service.ports_of(member, ["vm"])["vm"]}


def test_one_device_and_many_are_shown_alike(member, network, shared, subnet):
    six = service.SubnetSpec(network_id=network.id, cidr="2001:db8::/64", name="six", ip_version=6)
    service.create_subnet(member, six)
    plug(member, Request(network_id=shared.id), Request(network_id=network.id), device="other")

    plug(member, Request(network_id=network.id), Request(network_id=shared.id))

    shown = service.ports_of_one(member, "vm")
    assert service.ports_of(member, ["vm", "other"])["vm"] == shown
    assert [4, 6] == [address.version for address in shown[0].fixed_ips]
    assert [] == service.ports_of_one(member, "nothing")


def test_a_port_is_plugged_in_once(member, network):
    port = service.create_port(member, service.PortSpec(network_id=network.id))
    plug(member, Request(port_id=port.id))

    with pytest.raises(PortInUse):
        plug(member, Request(port_id=port.id), device="other")


def test_nothing_is_plugged_in_when_one_card_can_not_be(member, network, subnet):
    with pytest.raises(NotFound):
        plug(member, Request(network_id=network.id), Request(network_id="none"))

    assert [] == service.list_ports(member, service.Listing())


def test_what_is_anothers_can_not_be_used(stranger, member, network):
    port = service.create_port(member, service.PortSpec(network_id=network.id))

    for request in (Request(network_id=network.id), Request(port_id=port.id)):
        with pytest.raises(NotFound):
            plug(stranger, request)


def test_a_wish_names_a_place_and_on_a_shared_network_no_address(member, shared):
    with pytest.raises(InvalidField):
        plug(member, Request())
    with pytest.raises(Forbidden):
        plug(member, Request(network_id=shared.id, fixed_ip="10.1.0.9"))


def test_a_port_is_not_active_before_its_device_has_the_card(member, network, subnet):
    wish = [Request(network_id=network.id)]
    (port,) = service.plug(
        member, device_id="vm", device_owner="compute:nova", requests=wish, is_awaited=True
    )
    building = service.list_ports(member, service.Listing(where={"status": ["BUILD"]}))

    service.settle(member, device_id="vm")

    assert ["BUILD"] == [each.status for each in building]
    assert "ACTIVE" == service.show_port(member, port.id).status


def test_only_the_cards_of_some_ports_are_taken_when_asked(member, network, subnet):
    lost, kept = plug(member, Request(network_id=network.id), Request(network_id=network.id))

    service.unplug(member, device_id="vm", port_ids=[lost.id])
    service.unplug(member, device_id="other", port_ids=[kept.id])

    assert [kept.id] == [port.id for port in service.ports_of(member, ["vm"])["vm"]]


def test_unplugging_removes_what_was_made_and_frees_what_was_given(member, network, subnet):
    given = service.create_port(member, service.PortSpec(network_id=network.id))
    plug(member, Request(network_id=network.id), Request(port_id=given.id))
    plug(member, Request(network_id=network.id), device="other")

    service.unplug(member, device_id="vm")
    service.unplug(member, device_id="vm")

    left = {port.id: port for port in service.list_ports(member, service.Listing())}
    assert {"", "other"} == {port.device_id for port in left.values()}
    assert (2, "", given.fixed_ips) == (
        len(left),
        left[given.id].device_owner,
        left[given.id].fixed_ips,
    )
    assert ["other"] == list(service.ports_of(member, ["vm", "other"]))
