# SPDX-License-Identifier: Apache-2.0
"""What operators add to the catalog."""

import pytest

from synnefo_core.errors import Forbidden, InvalidField
from synnefo_core.testing.fixtures import StillClock
from synnefo_identity import Installed, catalog
from synnefo_identity.catalog.offers import KNOWN_S

OURS = Installed(regions=frozenset({"RegionOne"}), services=frozenset({"ours"}))


@pytest.fixture
def clock():
    return StillClock()


def service(home, **values):
    return catalog.create_service(home.admin, {"type": "dns", "name": "designate", **values})


def endpoint(home, service_id, **values):
    given = {"service_id": service_id, "interface": "public", "url": "https://dns.example.org"}
    return catalog.create_endpoint(home.admin, {**given, **values}, OURS)


def test_what_is_enabled_is_offered(home):
    dns, gone = service(home), service(home, is_enabled=False)
    seen = endpoint(home, dns.id)
    endpoint(home, dns.id, is_enabled=False)
    endpoint(home, gone.id)

    found = catalog.offered(home.admin)

    assert [(dns.id, (seen,))] == [(each.id, each.endpoints) for each in found.services]
    assert {} == found.elsewhere


def test_an_installed_service_can_be_elsewhere_too(home):
    made = endpoint(home, "ours", region_id="RegionOne")

    assert {"ours": (made,)} == catalog.offered(home.admin).elsewhere


def test_who_changes_something_sees_it_at_once_and_others_within_a_second(home, neighbour, clock):
    assert () == catalog.offered(home.admin).services == catalog.offered(neighbour.admin).services

    made = service(home)

    assert [made.id] == [each.id for each in catalog.offered(home.admin).services]
    clock.advance(KNOWN_S)
    assert [made.id] == [each.id for each in catalog.offered(neighbour.admin).services]


def test_what_is_remembered_costs_no_statement(home):
    catalog.offered(home.admin)

    class NoDatabase:
        cloud = home.cloud

    assert () == catalog.offered(NoDatabase()).services


def test_a_region_is_not_in_itself_by_way_of_others(home):
    for name, parent in (("world", None), ("north", "world"), ("arctic", "north")):
        catalog.create_region(home.admin, name, {"parent_id": parent}, OURS)

    with pytest.raises(InvalidField, match="in itself"):
        catalog.update_region(home.admin, "world", {"parent_id": "arctic"}, OURS)


def test_a_region_goes_with_those_in_it_but_not_with_endpoints(home):
    for name, parent in (("world", None), ("north", "world"), ("arctic", "north")):
        catalog.create_region(home.admin, name, {"parent_id": parent}, OURS)
    kept = endpoint(home, "ours", region_id="arctic")

    with pytest.raises(Forbidden):
        catalog.delete_region(home.admin, "world")
    catalog.delete_endpoint(home.admin, kept.id)
    catalog.delete_region(home.admin, "world")

    assert [] == catalog.list_regions(home.admin)
