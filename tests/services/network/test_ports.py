# SPDX-License-Identifier: Apache-2.0
import pytest
from sqlalchemy import select

import synnefo_network as service
from synnefo_core.db.models import EventRow
from synnefo_core.errors import Forbidden, InvalidField, NotFound
from synnefo_network import claims, macs
from synnefo_network.errors import (
    AddressInUse,
    AddressOutside,
    MacInUse,
    NoAddressLeft,
)
from synnefo_network.models import AddressRow

Wish = service.FixedIpRequest


def make(context, network, **more):
    return service.create_port(context, service.PortSpec(network_id=network.id, **more))


def add_subnet(context, network, cidr, **more):
    version = 6 if ":" in cidr else 4
    spec = service.SubnetSpec(network_id=network.id, cidr=cidr, ip_version=version, **more)
    return service.create_subnet(context, spec)


def ips(port):
    return [fixed.ip for fixed in port.fixed_ips]


def taken(context):
    with context.reading() as session:
        return set(session.scalars(select(AddressRow.ip)))


def test_a_port_gets_a_mac_of_its_network_and_an_address_of_the_pool(member, network, subnet):
    port = make(member, network, name="eth0")

    assert port == service.show_port(member, port.id)
    assert port.mac.startswith(network.mac_prefix + ":")
    assert {subnet.id} == {fixed.subnet_id for fixed in port.fixed_ips}
    assert ips(port)[0].startswith("10.0.0.")
    assert ("DOWN", "inner") == (port.status, port.network_name)


def test_a_port_on_a_network_without_subnets_has_no_address(member, network):
    assert () == make(member, network).fixed_ips


def test_a_port_gets_an_address_of_each_version(member, network, subnet):
    six = add_subnet(member, network, "fd00::/64")

    port = make(member, network)

    assert [(subnet.id, 4), (six.id, 6)] == [(f.subnet_id, f.version) for f in port.fixed_ips]


def test_on_a_slaac_subnet_the_address_follows_from_the_mac(member, network):
    add_subnet(member, network, "fd00::/64", ipv6_ra_mode="slaac", ipv6_address_mode="slaac")

    port = make(member, network, mac="52:54:00:12:34:56")

    assert ["fd00::5054:ff:fe12:3456"] == ips(port)
    with pytest.raises(InvalidField):
        make(member, network, fixed_ips=[Wish(ip="fd00::7")])


def test_the_second_subnet_gives_when_the_first_is_full(member, network):
    add_subnet(member, network, "10.0.0.0/30")
    add_subnet(member, network, "10.0.1.0/30")

    given = {ip for _ in range(2) for ip in ips(make(member, network))}

    assert {"10.0.0.2", "10.0.1.2"} == given
    with pytest.raises(NoAddressLeft):
        make(member, network)


def test_each_address_of_a_pool_is_given_once_and_a_freed_one_again(member, network):
    add_subnet(
        member,
        network,
        "10.0.0.0/24",
        pools=[("10.0.0.10", "10.0.0.12"), ("10.0.0.40", "10.0.0.44")],
    )
    ports = [make(member, network) for _ in range(8)]
    expected = {f"10.0.0.{n}" for n in (10, 11, 12, 40, 41, 42, 43, 44)}
    assert expected == {ip for port in ports for ip in ips(port)} == taken(member)
    with pytest.raises(NoAddressLeft):
        make(member, network)
    assert expected == taken(member)

    service.delete_port(member, ports[5].id)

    assert ips(ports[5]) == ips(make(member, network))


def test_an_address_that_was_asked_for_is_given_once(member, network, subnet):
    wish = [Wish(ip="10.0.0.77", subnet_id=subnet.id)]

    assert ["10.0.0.77"] == ips(make(member, network, fixed_ips=wish))

    with pytest.raises(AddressInUse):
        make(member, network, fixed_ips=wish)
    assert 1 == len(service.list_ports(member, service.Listing()))


def test_one_port_may_have_several_addresses(member, network, subnet):
    wishes = [Wish(subnet_id=subnet.id), Wish(ip="10.0.0.200"), Wish(subnet_id=subnet.id)]

    port = make(member, network, fixed_ips=wishes)

    assert 3 == len(set(ips(port)))
    assert "10.0.0.200" in ips(port)


@pytest.mark.parametrize(
    "wish, problem",
    [
        (Wish(ip="10.9.0.1"), AddressOutside),
        (Wish(ip="10.0.0.0"), AddressOutside),
        (Wish(ip="10.0.0.255"), AddressOutside),
        (Wish(ip="there"), InvalidField),
        (Wish(), InvalidField),
        (Wish(subnet_id="none"), NotFound),
    ],
)
def test_an_address_that_makes_no_sense_leaves_nothing_behind(
    member, network, subnet, wish, problem
):
    with pytest.raises(problem):
        make(member, network, fixed_ips=[Wish(subnet_id=subnet.id), wish])

    assert [] == service.list_ports(member, service.Listing())
    assert set() == taken(member)


def test_an_address_may_be_outside_of_the_pools_but_not_of_the_subnet(member, network):
    add_subnet(member, network, "10.0.0.0/24", pools=[("10.0.0.10", "10.0.0.12")])

    assert ["10.0.0.99"] == ips(make(member, network, fixed_ips=[Wish(ip="10.0.0.99")]))


def test_a_mac_is_given_once_in_a_network(member, network, shared):
    other = service.create_network(member, service.NetworkSpec())
    make(member, network, mac="52:54:00:AA:BB:CC")

    with pytest.raises(MacInUse):
        make(member, network, mac="52-54-00-aa-bb-cc")
    assert "52:54:00:aa:bb:cc" == make(member, other, mac="52:54:00:aa:bb:cc").mac


def test_where_a_random_mac_is_taken_another_is_tried(member, network, subnet, monkeypatch):
    first = make(member, network)
    drawn = iter([first.mac, f"{network.mac_prefix}:00:00:01"])
    monkeypatch.setattr(macs, "random_mac", lambda prefix: next(drawn))

    second = make(member, network)

    assert f"{network.mac_prefix}:00:00:01" == second.mac
    assert second == service.show_port(member, second.id)
    assert {*ips(first), *ips(second)} == taken(member)
    assert first.security_group_ids == second.security_group_ids


def test_where_a_random_address_is_taken_another_is_tried(member, network, subnet, monkeypatch):
    first = make(member, network)
    position = int(ips(first)[0].rpartition(".")[2])
    monkeypatch.setattr(claims, "some_of", lambda spans, number: [position, position])

    second = make(member, network)

    assert 1 == len(second.fixed_ips)
    assert ips(first) != ips(second)
    assert second == service.show_port(member, second.id)


def test_of_some_random_addresses_the_first_that_is_free_is_given(
    member, network, subnet, monkeypatch
):
    first = make(member, network)
    position = int(ips(first)[0].rpartition(".")[2])
    free = [each for each in (20, 30, 40) if each != position][:2]
    monkeypatch.setattr(claims, "some_of", lambda spans, number: [position, *free])

    second = make(member, network)

    assert [f"10.0.0.{free[0]}"] == ips(second)
    assert second == service.show_port(member, second.id)
    assert {*ips(first), *ips(second)} == taken(member)


@pytest.mark.parametrize("mac", ["nonsense", "01:00:5e:00:00:01", "00:00:00:00:00:00"])
def test_a_mac_of_no_single_card_is_refused(member, network, mac):
    with pytest.raises(InvalidField):
        make(member, network, mac=mac)


def test_on_a_shared_network_only_its_owner_chooses(member, shared):
    for choice in ({"mac": "52:54:00:aa:bb:cc"}, {"fixed_ips": [Wish(ip="10.1.0.9")]}):
        with pytest.raises(Forbidden):
            make(member, shared, **choice)

    assert ips(make(member, shared))[0].startswith("10.1.0.")


def test_a_network_that_only_leads_outside_takes_no_ports(admin, member):
    network = service.create_network(admin, service.NetworkSpec(is_external=True))

    with pytest.raises(Forbidden):
        make(member, network)


def test_a_foreign_network_or_port_is_not_there(stranger, member, network, subnet):
    port = make(member, network)

    with pytest.raises(NotFound):
        make(stranger, network)
    for act in (service.show_port, service.delete_port):
        with pytest.raises(NotFound):
            act(stranger, port.id)
    with pytest.raises(NotFound):
        service.update_port(stranger, port.id, {"name": "mine"})
    assert [] == service.list_ports(stranger, service.Listing())


def test_only_the_cloud_itself_makes_ports_for_its_own_use(member, network):
    with pytest.raises(Forbidden):
        make(member, network, device_owner="network:dhcp")
    with pytest.raises(Forbidden):
        service.update_port(member, make(member, network).id, {"device_owner": "network:dhcp"})


def test_nobody_says_of_a_port_that_it_is_a_card_of_a_server(member, network):
    (plugged,) = service.plug(
        member,
        device_id="mine",
        device_owner="compute:nova",
        requests=[service.PlugRequest(network_id=network.id)],
    )
    with pytest.raises(Forbidden):
        make(member, network, device_id="vm", device_owner="compute:nova")
    with pytest.raises(Forbidden):
        service.update_port(member, plugged.id, {"device_id": "vm"})

    named = make(member, network, device_id="vm")
    assert "vm" == named.device_id
    assert [] == service.ports_of_one(member, "vm")
    assert {} == service.ports_of(member, ["vm"])


def test_other_addresses_replace_those_that_are_no_longer_wanted(member, network, subnet):
    port = make(member, network, fixed_ips=[Wish(ip="10.0.0.5"), Wish(ip="10.0.0.6")])

    changed = service.update_port(
        member, port.id, {"fixed_ips": [Wish(ip="10.0.0.6"), Wish(ip="10.0.0.7")]}
    )

    assert ["10.0.0.6", "10.0.0.7"] == ips(changed)
    assert {"10.0.0.6", "10.0.0.7"} == taken(member)
    assert 2 == changed.revision


@pytest.mark.parametrize("how", ["free", "delete"])
def test_a_server_hears_that_its_port_was_taken_away(member, network, how):
    (port,) = service.plug(
        member,
        device_id="vm",
        device_owner="compute:nova",
        requests=[service.PlugRequest(network_id=network.id)],
    )

    if how == "free":
        service.update_port(member, port.id, {"device_id": "", "device_owner": ""})
    else:
        service.delete_port(member, port.id)

    with member.reading() as session:
        events = list(session.scalars(select(EventRow)))
    assert [("port.unbound", port.id, "vm")] == [
        (event.type, event.subject_id, event.payload["device_id"]) for event in events
    ]


def test_ports_are_found_by_address_subnet_and_status(member, network, subnet):
    first = make(member, network, fixed_ips=[Wish(ip="10.0.0.5")])
    used = make(member, network, device_id="vm", fixed_ips=[])

    def found(where=None, **addresses):
        wanted = service.AddressFilter(**addresses)
        listing = service.Listing(where=where or {})
        return [port.id for port in service.list_ports(member, listing, addresses=wanted)]

    assert [first.id] == found(ips=["10.0.0.5"]) == found(subnet_ids=[subnet.id])
    assert [first.id] == found(parts=["0.0.5"], subnet_ids=[subnet.id])
    assert [used.id] == found({"status": ["ACTIVE"]})
    assert [first.id] == found({"status": ["DOWN"]})
    assert [] == found({"status": ["BUILD"]}) == found(ips=["10.0.0.6"]) == found(parts=["_"])
    assert {first.id, used.id} == set(found({"network_id": [network.id]}))
