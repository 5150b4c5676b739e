# SPDX-License-Identifier: Apache-2.0
"""Roles that imply others."""

import pytest

import synnefo_identity
from synnefo_core.errors import Forbidden, NotFound


@pytest.fixture
def auditor(home):
    """Return a role of one's own."""
    return synnefo_identity.create_role(home.admin, {"name": "auditor"})


def test_who_has_a_role_has_what_it_implies_at_once(home, auditor):
    jane, hall = home.user("jane"), home.project("hall")
    home.grant(("user", jane.id), hall.id, "auditor")
    token = home.token("jane", "hall")
    assert {"auditor"} == home.claims(token.text).roles

    synnefo_identity.add_implied_role(home.admin, auditor.id, home.role_id("member"))
    assert {"auditor", "member", "reader"} == home.claims(token.text).roles

    synnefo_identity.remove_implied_role(home.admin, auditor.id, home.role_id("member"))
    assert {"auditor"} == home.claims(token.text).roles


def test_roles_that_imply_each_other_are_one(home, auditor):
    other = synnefo_identity.create_role(home.admin, {"name": "other"})
    synnefo_identity.add_implied_role(home.admin, auditor.id, other.id)
    synnefo_identity.add_implied_role(home.admin, other.id, auditor.id)
    jane, hall = home.user("jane"), home.project("hall")
    home.grant(("user", jane.id), hall.id, "other")

    assert {"auditor", "other"} == home.claims(home.token("jane", "hall").text).roles


def test_adding_twice_is_adding_once(home, auditor):
    for _ in range(2):
        synnefo_identity.add_implied_role(home.admin, auditor.id, home.role_id("reader"))

    found = synnefo_identity.list_implied_roles(home.admin, auditor.id)
    assert ["reader"] == [role.name for role in found.implied]


def test_nothing_implies_the_administrator(home, auditor):
    with pytest.raises(Forbidden):
        synnefo_identity.add_implied_role(home.admin, auditor.id, home.role_id("admin"))


def test_the_clouds_own_ladder_stays(home):
    admin, manager = home.role_id("admin"), home.role_id("manager")

    with pytest.raises(Forbidden):
        synnefo_identity.remove_implied_role(home.admin, admin, manager)
    shown = {
        (each.prior.name, role.name)
        for each in synnefo_identity.list_role_inferences(home.admin)
        for role in each.implied
    }
    assert {("admin", "manager"), ("manager", "member"), ("member", "reader")} == shown


def test_what_is_not_implied_is_not_found(home, auditor):
    reader = home.role_id("reader")

    for call in (synnefo_identity.require_implied_role, synnefo_identity.remove_implied_role):
        with pytest.raises(NotFound):
            call(home.admin, auditor.id, reader)
    with pytest.raises(NotFound):
        synnefo_identity.add_implied_role(home.admin, auditor.id, "nothing")
