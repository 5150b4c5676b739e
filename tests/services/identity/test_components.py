# SPDX-License-Identifier: Apache-2.0
"""Components, their services and their tokens: AST-046 to AST-048."""

import pytest

import synnefo_identity
import synnefo_quota
from synnefo_core.context import for_claims
from synnefo_core.errors import Conflict, Duplicate, InvalidField, NotFound
from synnefo_core.testing.fixtures import StillClock

components = synnefo_identity.components

EXPORTED = {
    "kettle_tea": {
        "type": "tea",
        "component": "kettle",
        "prefix": "tea",
        "public": True,
        "endpoints": [{"versionId": "v1.0", "publicURL": None, "SNF:note": "hot"}],
        "resources": {
            "cup": {
                "name": "kettle.cup",
                "desc": "Cups",
                "unit": "cups",
                "service_type": "tea",
                "service_origin": "kettle_tea",
                "api_visible": True,
            }
        },
    }
}


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def kettle(home):
    """Make a component; return it and its token."""
    return components.add(home.admin, "kettle", base_url="https://kettle.example.org/")


def take(home, exported=EXPORTED):
    return components.take(home.admin, components.read(exported))


def test_a_component_speaks_by_its_token(home, kettle):
    claims = home.claims(kettle.token)

    assert (kettle.component.id, frozenset({"service"})) == (claims.user_id, claims.roles)
    assert kettle.component.token_expires_at == claims.expires_at


def test_nobody_can_read_its_token_anywhere(home, kettle):
    with home.admin.reading() as session:
        for (text,) in session.connection().exec_driver_sql(
            "SELECT digest FROM identity_component"
        ):
            assert kettle.token not in text
    assert kettle.token not in repr(kettle)


def test_another_token_ends_the_old_one_in_all_processes(home, neighbour, kettle):
    proof = synnefo_identity.with_token(home.admin, kettle.token)
    scope = synnefo_identity.Scope(synnefo_identity.ScopeKind.PROJECT, kettle.component.id)
    derived = synnefo_identity.issue_token(home.admin, proof, scope).text
    assert neighbour.claims(kettle.token)
    assert neighbour.claims(derived)

    renewed = components.modify(neighbour.admin, "kettle", is_renewed=True)

    assert neighbour.claims(renewed.token)
    assert not neighbour.claims(kettle.token)
    assert not neighbour.claims(derived)


def test_a_token_ends(home, clock, kettle):
    assert home.claims(kettle.token)

    clock.advance(366 * 86400)

    assert not home.claims(kettle.token)


@pytest.mark.parametrize("text", ["svc-", "svc-wrong", "svc-\udc80"])
def test_what_only_looks_like_one_is_none(home, kettle, text):
    assert not home.claims(text)


def test_a_component_that_is_shut_out_gets_nothing(home, kettle):
    synnefo_identity.update_user(home.admin, kettle.component.id, {"is_enabled": False})

    assert not home.claims(kettle.token)


def test_services_are_taken_into_the_catalog_and_the_ledger(home, kettle):
    (service,) = take(home)

    assert ["https://kettle.example.org/tea/v1.0"] == [each.url for each in service.endpoints]
    (offered,) = synnefo_identity.catalog.offered(home.admin).services
    assert ("kettle_tea", "hot") == (offered.name, offered.endpoints[0].extra["SNF:note"])
    counted = synnefo_quota.resources(home.cloud)["kettle.cup"]
    assert "component kettle" == counted.owner


def test_a_second_import_says_what_is_the_case_now(home, kettle):
    (first,) = take(home)
    changed = {**EXPORTED["kettle_tea"], "public": False, "endpoints": []}

    (second,) = take(home, {"kettle_tea": changed})

    assert (first.id, False, ()) == (second.id, second.is_public, second.endpoints)


def test_all_are_taken_or_none(home, kettle):
    other = {**EXPORTED["kettle_tea"], "component": "nobody"}

    with pytest.raises(NotFound):
        take(home, {**EXPORTED, "kettle_coffee": other})

    assert () == synnefo_identity.catalog.offered(home.admin).services
    assert "kettle.cup" not in synnefo_quota.resources(home.cloud)


def test_a_service_is_of_one_component(home, kettle):
    take(home)
    components.add(home.admin, "urn", base_url="https://urn.example.org")

    with pytest.raises(Conflict):
        take(home, {"kettle_tea": {**EXPORTED["kettle_tea"], "component": "urn"}})


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        {"s": []},
        {"s": {"type": "tea"}},
        {"s": {"type": "tea", "component": "kettle", "endpoints": {}}},
        {"s": {"type": "tea", "component": "kettle", "endpoints": [{"versionId": 1}]}},
        {"s": {"type": "tea", "component": "kettle", "public": "yes"}},
        {"s": {"type": "tea", "component": "kettle", "resources": {"cup": {}}}},
    ],
)
def test_what_is_of_another_form_is_refused(wrong):
    with pytest.raises(InvalidField):
        components.read(wrong)


def test_an_endpoint_must_be_somewhere(home):
    components.add(home.admin, "kettle")

    with pytest.raises(InvalidField):
        take(home)


def test_what_is_held_of_a_removed_components_resources_stays(home, kettle):
    take(home)
    with pytest.raises(Conflict):
        components.remove(home.admin, "kettle")
    with pytest.raises(Conflict):
        synnefo_identity.delete_user(home.admin, kettle.component.id)

    components.remove(home.admin, "kettle", is_purged=True)

    assert () == synnefo_identity.catalog.offered(home.admin).services
    assert not home.claims(kettle.token)
    again = components.add(home.admin, "kettle", base_url="https://kettle.example.org")
    take(home)
    caller = for_claims(home.cloud, home.claims(again.token), "req-test")
    assert frozenset({"kettle.cup"}) == synnefo_quota.declared.of_client(caller, caller.user_id)


def test_a_name_that_a_user_has_is_taken(home):
    with pytest.raises(Duplicate):
        components.add(home.admin, "demo")
