# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace

import pytest

import synnefo_volume as service
from synnefo_core.errors import Conflict, InvalidField, NotFound


@pytest.fixture
def admin(member):
    return replace(member, user_id="boss", project_id="p0", roles=frozenset({"admin", "member"}))


@pytest.fixture(autouse=True)
def _without_directory(cloud, monkeypatch):
    monkeypatch.setattr(type(cloud), "directory", None)


@pytest.fixture
def private(admin):
    specs = {"store": "slow"}
    return service.create_type(admin, name="private", is_public=False, extra_specs=specs)


def names(found):
    return [each.name for each in found]


def test_a_type_that_is_not_public_is_for_the_projects_that_were_let_use_it(member, admin, private):
    before = names(service.list_types(member))

    service.allow_type(admin, private.id, member.project_id)

    assert private.name not in before
    assert private == service.resolve_type(member, "private")
    assert private.name in names(service.list_types(member))


def test_nobody_else_finds_it_by_any_name(member, private):
    for name in (private.id, private.name):
        with pytest.raises(NotFound):
            service.resolve_type(member, name)


def test_a_type_is_found_by_its_id_before_another_ones_name(admin, private):
    service.create_type(admin, name=private.id)

    assert private == service.resolve_type(admin, private.id)


def test_of_no_name_the_default_of_the_cloud_is_found_unless_the_project_has_one(member, admin):
    usual = service.create_type(admin, name="standard")
    own = service.create_type(admin, name="own")

    before = service.resolve_type(member, "")
    service.set_default_type(admin, member.project_id, "own")

    assert (usual, own) == (before, service.resolve_type(member, ""))


def test_a_default_type_is_one_that_its_project_may_use(member, admin, private):
    usual = service.create_type(admin, name="standard")
    with pytest.raises(InvalidField):
        service.set_default_type(admin, member.project_id, private.id)
    service.allow_type(admin, private.id, member.project_id)
    service.set_default_type(admin, member.project_id, private.id)
    own = service.resolve_type(member, "")

    service.forbid_type(admin, private.id, member.project_id)

    assert (private.id, usual.id) == (own.id, service.resolve_type(member, "").id)


def test_a_default_type_is_not_removed(member, admin, private):
    service.allow_type(admin, private.id, member.project_id)
    service.set_default_type(admin, member.project_id, private.id)

    with pytest.raises(Conflict):
        service.delete_type(admin, private.id)

    service.unset_default_type(admin, member.project_id)
    service.delete_type(admin, private.id)
    assert private.name not in names(service.list_types(admin, is_public=None))


def test_types_are_chosen_by_what_is_said_of_them(admin, private):
    service.create_type(admin, name="quick", extra_specs={"store": "quick"})

    found = service.list_types(admin, is_public=None, extra_specs={"store": "slow"})

    assert [private] == found


def test_pages_follow_one_another(admin):
    made = [service.create_type(admin, name=name) for name in ("a", "b", "c")]
    by_name = (("name", False),)

    first = service.list_types(admin, limit=2, sort=by_name)
    second = service.list_types(admin, limit=2, sort=by_name, marker=first[-1].id)

    assert made == first + second


def test_a_marker_that_is_not_there_is_told(admin):
    with pytest.raises(InvalidField):
        service.list_types(admin, marker="nothing")


def test_a_type_has_one_quality_of_service(admin, private):
    first = service.create_qos(admin, name="first", specs={"read_iops_sec": "100"})
    second = service.create_qos(admin, name="second", specs={})
    service.associate_qos(admin, first.id, private.id)

    with pytest.raises(Conflict):
        service.associate_qos(admin, second.id, private.id)

    assert [private.id] == [each.id for each in service.list_qos_types(admin, first.id)]


def test_forced_removal_takes_a_quality_from_its_types(admin, private):
    made = service.create_qos(admin, name="made", specs={})
    service.associate_qos(admin, made.id, private.id)

    with pytest.raises(Conflict):
        service.delete_qos(admin, made.id)
    service.delete_qos(admin, made.id, is_forced=True)

    assert "" == service.show_type(admin, private.id).qos_id
