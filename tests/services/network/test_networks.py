# SPDX-License-Identifier: Apache-2.0
import pytest
from sqlalchemy import select

import synnefo_network as service
import synnefo_quota
from synnefo_core.db.models import EventRow
from synnefo_core.errors import Forbidden, NotFound, QuotaExceeded
from synnefo_network.errors import NetworkInUse, NoMacPrefixLeft

PRIVATE = "cyclades.network.private"


def used(context, holder="project:p1"):
    return sum(
        held.usage
        for held in synnefo_quota.holdings(context, "p1")
        if held.holder == holder and held.resource == PRIVATE
    )


def names(networks):
    return [network.name for network in networks]


def test_a_network_is_shown_as_it_was_made(member):
    spec = service.NetworkSpec(name="inner", description="for the database", mtu=1400)

    made = service.create_network(member, spec)

    assert made == service.show_network(member, made.id)
    assert ("inner", "for the database", 1400, "p1", 1) == (
        made.name,
        made.description,
        made.mtu,
        made.project_id,
        made.revision,
    )


def test_a_foreign_network_is_not_there(network, stranger):
    for act in (service.show_network, service.delete_network):
        with pytest.raises(NotFound):
            act(stranger, network.id)
    assert [] == service.list_networks(stranger, service.Listing())


def test_a_shared_network_can_be_seen_but_not_changed(shared, member):
    assert "all" == service.show_network(member, shared.id).name

    with pytest.raises(Forbidden):
        service.update_network(member, shared.id, {"name": "mine"})
    with pytest.raises(Forbidden):
        service.delete_network(member, shared.id)


@pytest.mark.parametrize("field", ["is_shared", "is_external"])
def test_only_an_administrator_opens_a_network_to_others(member, network, field):
    with pytest.raises(Forbidden):
        service.create_network(member, service.NetworkSpec(**{field: True}))
    with pytest.raises(Forbidden):
        service.update_network(member, network.id, {field: True})


def test_only_an_administrator_makes_a_network_for_another_project(member, admin):
    spec = service.NetworkSpec(name="given", project_id="p2")

    with pytest.raises(Forbidden):
        service.create_network(member, spec)
    assert "p2" == service.create_network(admin, spec).project_id


def test_each_network_has_a_mac_prefix_of_its_own(member):
    made = [service.create_network(member, service.NetworkSpec()) for _ in range(5)]

    assert 5 == len({network.mac_prefix for network in made})


def test_a_deleted_network_gives_its_mac_prefix_back(make_cloud, member):
    cloud = make_cloud({("network", "mac_count"): 2})
    member = type(member)(cloud=cloud, user_id="u1", project_id="p1", roles=member.roles)
    first, second = (service.create_network(member, service.NetworkSpec()) for _ in range(2))
    with pytest.raises(NoMacPrefixLeft):
        service.create_network(member, service.NetworkSpec())

    service.delete_network(member, second.id)

    assert second.mac_prefix == service.create_network(member, service.NetworkSpec()).mac_prefix
    assert {"aa:01:00", "aa:01:01"} == {first.mac_prefix, second.mac_prefix}


def test_a_network_is_paid_for_until_it_is_deleted(member):
    network = service.create_network(member, service.NetworkSpec())
    assert (1, 1) == (used(member), used(member, "user:u1"))

    service.delete_network(member, network.id)

    assert (0, 0) == (used(member), used(member, "user:u1"))


def test_a_network_above_the_limit_is_not_made(member):
    synnefo_quota.set_limit(member, holder="project:p1", resource=PRIVATE, limit=1)
    service.create_network(member, service.NetworkSpec(name="one"))

    with pytest.raises(QuotaExceeded):
        service.create_network(member, service.NetworkSpec(name="two"))

    assert ["one"] == names(service.list_networks(member, service.Listing()))


def test_what_leads_outside_costs_nothing_and_its_owner_pays_when_it_no_longer_does(admin):
    network = service.create_network(admin, service.NetworkSpec(is_external=True))
    assert [] == synnefo_quota.verify(admin)
    assert not any(held.usage for held in synnefo_quota.holdings(admin, "p0"))

    service.update_network(admin, network.id, {"is_external": False})

    assert {1} == {held.usage for held in synnefo_quota.holdings(admin, "p0")}
    assert [] == synnefo_quota.verify(admin)


def test_a_change_counts_up_the_revision_and_leaves_the_rest(member, network):
    changed = service.update_network(member, network.id, {"name": "outer"})

    assert ("outer", 2, network.mac_prefix) == (changed.name, changed.revision, changed.mac_prefix)
    assert changed == service.show_network(member, network.id)


def test_a_network_with_ports_is_not_deleted(member, network, subnet):
    port = service.create_port(member, service.PortSpec(network_id=network.id))

    with pytest.raises(NetworkInUse):
        service.delete_network(member, network.id)

    service.delete_port(member, port.id)
    service.delete_network(member, network.id)
    with pytest.raises(NotFound):
        service.show_subnet(member, subnet.id)


def test_others_hear_that_a_network_is_gone(member, network):
    service.delete_network(member, network.id)

    with member.reading() as session:
        events = [(row.type, row.subject_id) for row in session.scalars(select(EventRow))]
    assert [("network.deleted", network.id)] == events


def test_pages_follow_each_other_in_any_order(member):
    for name in ("b", "a", "c", "a"):
        service.create_network(member, service.NetworkSpec(name=name))
    order = [("name", True)]

    first = service.list_networks(member, service.Listing(order=order, limit=3))
    second = service.list_networks(
        member, service.Listing(order=order, limit=3, marker=first[-1].id)
    )
    back = service.list_networks(
        member, service.Listing(order=order, limit=3, marker=second[0].id, is_reversed=True)
    )

    assert ["c", "b", "a", "a"] == names(first + second)
    assert first == back


def test_a_marker_that_the_caller_may_not_see_is_not_there(network, stranger):
    with pytest.raises(NotFound):
        service.list_networks(stranger, service.Listing(marker=network.id))


def test_filters_narrow_a_list(member, shared):
    for name in ("a", "b", "c"):
        service.create_network(member, service.NetworkSpec(name=name))

    some = service.list_networks(
        member, service.Listing(where={"name": ["a", "c", "all"], "is_shared": [False]})
    )

    assert {"a", "c"} == set(names(some))


def test_the_networks_behind_the_number_are_listed(member, context):
    made = service.create_network(member, service.NetworkSpec(name="mine"))

    explained = synnefo_quota.explain(context, project_id="p1", resource=PRIVATE)

    assert [(thing.id, thing.name) for thing in explained.things] == [(made.id, "mine")]
    assert explained.is_complete
