# SPDX-License-Identifier: Apache-2.0
"""Users, projects, domains, groups and roles: made, found, changed, deleted."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

import synnefo_identity
from synnefo_core.db.models import EventRow
from synnefo_core.errors import (
    Conflict,
    Duplicate,
    Forbidden,
    InvalidField,
    NotFound,
    Unauthenticated,
)
from synnefo_identity import Filter, Page, Scope, ScopeKind

PASSWORD = "a password of tests"


def events(home):
    with home.admin.reading() as session:
        rows = session.scalars(select(EventRow).order_by(EventRow.id))
        return {(row.type, row.subject_id) for row in rows}


class TestUsers:
    def test_a_user_has_a_personal_project_of_the_same_id(self, home):
        jane = home.user("jane")

        project = synnefo_identity.show_project(home.admin, jane.id)

        assert (f"system:{jane.id}", True, "default") == (
            project.name,
            project.is_personal,
            project.domain_id,
        )

    def test_unknown_attributes_are_kept(self, home):
        jane = home.user("jane", locker=7, plan="gold")

        changed = synnefo_identity.update_user(home.admin, jane.id, {"plan": None, "locker": 8})

        assert {"locker": 8} == changed.extra
        assert changed == synnefo_identity.show_user(home.admin, jane.id)

    def test_a_user_sees_nobody_else_and_does_not_learn_who_is_there(self, home):
        caller = home.caller("demo")

        assert "demo" == synnefo_identity.show_user(caller, caller.user_id).name
        for user_id in (home.user_id("admin"), "nobody"):
            with pytest.raises(Forbidden):
                synnefo_identity.show_user(caller, user_id)

    def test_a_deleted_user_leaves_nothing_behind_and_others_are_told(self, home):
        jane, project, group = home.user("jane"), home.project(), home.group()
        home.grant(("user", jane.id), project.id)
        synnefo_identity.add_user_to_group(home.admin, group.id, jane.id)

        synnefo_identity.delete_user(home.admin, jane.id)

        for gone in (synnefo_identity.show_user, synnefo_identity.show_project):
            with pytest.raises(NotFound):
                gone(home.admin, jane.id)
        assert {("user.deleted", jane.id), ("project.deleted", jane.id)} <= events(home)
        again = home.user("jane")
        assert (jane.id != again.id, []) == (
            True,
            [
                p
                for p in synnefo_identity.list_projects_of_user(home.admin, again.id)
                if not p.is_personal
            ],
        )

    def test_the_password_of_a_deleted_user_is_forgotten(self, home):
        jane = home.user("jane")
        synnefo_identity.delete_user(home.admin, jane.id)

        passwords = home.cloud.driver("auth", "local").passwords
        assert passwords.state(jane.id) is None

    def test_who_knows_the_password_can_change_it(self, home):
        jane = home.user("jane")

        synnefo_identity.change_password(home.admin, jane.id, original=PASSWORD, new="another")

        assert jane.id == home.prove("jane", "another").user_id
        with pytest.raises(Unauthenticated):
            home.prove("jane", PASSWORD)

    @pytest.mark.parametrize("case", ["wrong", "nobody", "disabled"])
    def test_who_does_not_know_it_can_not_change_it(self, home, case):
        jane = home.user("jane", is_enabled=case != "disabled")
        user_id = "nobody" if case == "nobody" else jane.id
        original = "wrong" if case == "wrong" else PASSWORD

        with pytest.raises(Unauthenticated):
            synnefo_identity.change_password(home.admin, user_id, original=original, new="another")

    @pytest.mark.parametrize("password", ["", "x" * 5000])
    def test_a_password_that_breaks_a_rule_makes_no_user(self, home, password):
        with pytest.raises(InvalidField, match="password"):
            synnefo_identity.create_user(home.admin, "default", {"name": "jane"}, password=password)

        assert not synnefo_identity.list_users(home.admin, Filter(names=[("", "jane")]))


class TestProjects:
    def test_a_project_is_seen_by_who_has_a_role_in_it(self, home):
        project, jane = home.project(), home.user("jane")
        home.project("jane")
        caller = home.caller("demo")
        home.grant(("user", caller.user_id), project.id, "reader")

        assert "hall" == synnefo_identity.show_project(caller, project.id).name
        for project_id in (jane.id, "nowhere"):
            with pytest.raises(Forbidden):
                synnefo_identity.show_project(caller, project_id)

    def test_a_user_lists_what_the_user_can_log_in_to(self, home):
        project, group, caller = home.project(), home.group(), home.caller("demo")
        home.grant(("group", group.id), project.id)
        synnefo_identity.add_user_to_group(home.admin, group.id, caller.user_id)

        found = synnefo_identity.list_projects_of_user(caller, caller.user_id)

        assert {"demo", "hall", f"system:{caller.user_id}"} == {p.name for p in found}
        with pytest.raises(Forbidden):
            synnefo_identity.list_projects_of_user(caller, home.user_id("admin"))

    def test_a_personal_project_stays_with_its_user(self, home):
        jane = home.user("jane")

        with pytest.raises(Conflict):
            synnefo_identity.delete_project(home.admin, jane.id)
        with pytest.raises(Conflict):
            synnefo_identity.update_project(home.admin, jane.id, {"name": "mine"})
        changed = synnefo_identity.update_project(home.admin, jane.id, {"description": "x"})

        assert (f"system:{jane.id}", "x") == (changed.name, changed.description)

    def test_a_deleted_project_takes_its_roles_along_and_others_are_told(self, home):
        project = home.project()
        home.grant(("user", home.user_id("demo")), project.id)

        synnefo_identity.delete_project(home.admin, project.id)

        target = Scope(ScopeKind.PROJECT, project.id)
        question = synnefo_identity.Question(target=target)
        assert [] == list(synnefo_identity.list_assignments(home.admin, question))
        assert ("project.deleted", project.id) in events(home)


class TestDomains:
    def test_only_a_disabled_domain_is_deleted_and_with_all_in_it(self, home):
        domain = synnefo_identity.create_domain(home.admin, {"name": "outside"})
        values = {"name": "eve"}
        eve = synnefo_identity.create_user(home.admin, domain.id, values, password=PASSWORD)
        hall = synnefo_identity.create_project(home.admin, domain.id, {"name": "hall"})
        crowd = synnefo_identity.create_group(home.admin, domain.id, {"name": "crowd"})
        synnefo_identity.add_user_to_group(home.admin, crowd.id, eve.id)
        home.grant(("group", crowd.id), hall.id)
        with pytest.raises(Forbidden):
            synnefo_identity.delete_domain(home.admin, domain.id)

        synnefo_identity.update_domain(home.admin, domain.id, {"is_enabled": False})
        synnefo_identity.delete_domain(home.admin, domain.id)

        assert ["Default"] == [d.name for d in synnefo_identity.list_domains(home.admin)]
        assert {"admin", "demo"} == {u.name for u in synnefo_identity.list_users(home.admin)}
        assert {
            ("user.deleted", eve.id),
            ("project.deleted", eve.id),
            ("project.deleted", hall.id),
        } <= events(home)

    def test_the_first_domain_stays(self, home):
        synnefo_identity.update_domain(home.admin, "default", {"is_enabled": False})

        with pytest.raises(Forbidden):
            synnefo_identity.delete_domain(home.admin, "default")


class TestGroups:
    def test_users_come_and_go(self, home):
        group, user_id = home.group(), home.user_id("demo")

        synnefo_identity.add_user_to_group(home.admin, group.id, user_id)
        synnefo_identity.add_user_to_group(home.admin, group.id, user_id)
        synnefo_identity.require_user_in_group(home.admin, group.id, user_id)
        users = synnefo_identity.list_users_of_group(home.admin, group.id)
        groups = synnefo_identity.list_groups_of_user(home.caller("demo"), user_id)
        synnefo_identity.remove_user_from_group(home.admin, group.id, user_id)

        assert ["demo"] == [user.name for user in users]
        assert [group.id] == [each.id for each in groups]
        with pytest.raises(NotFound):
            synnefo_identity.require_user_in_group(home.admin, group.id, user_id)
        with pytest.raises(NotFound):
            synnefo_identity.remove_user_from_group(home.admin, group.id, user_id)


class TestRoles:
    def test_the_ladders_roles_stay(self, home):
        for name in ("admin", "manager", "member", "reader", "service"):
            with pytest.raises(Forbidden):
                synnefo_identity.delete_role(home.admin, home.role_id(name))
            with pytest.raises(Forbidden):
                synnefo_identity.update_role(home.admin, home.role_id(name), {"name": "x"})

    def test_others_come_and_go(self, home):
        role = synnefo_identity.create_role(home.admin, {"name": "auditor", "description": "a"})
        changed = synnefo_identity.update_role(home.admin, role.id, {"name": "inspector"})

        assert ("inspector", "a") == (changed.name, changed.description)
        synnefo_identity.delete_role(home.admin, role.id)
        with pytest.raises(NotFound):
            synnefo_identity.show_role(home.admin, role.id)


MAKE = {
    "user": lambda context, name: synnefo_identity.create_user(context, "default", {"name": name}),
    "project": lambda context, name: synnefo_identity.create_project(
        context, "default", {"name": name}
    ),
    "group": lambda context, name: synnefo_identity.create_group(
        context, "default", {"name": name}
    ),
    "domain": lambda context, name: synnefo_identity.create_domain(context, {"name": name}),
    "role": lambda context, name: synnefo_identity.create_role(context, {"name": name}),
}

every_noun = pytest.mark.parametrize("noun", MAKE)


@every_noun
def test_a_name_is_taken_once(home, noun):
    MAKE[noun](home.admin, "same")
    other = MAKE[noun](home.admin, "other")

    with pytest.raises(Duplicate):
        MAKE[noun](home.admin, "same")
    with pytest.raises(Duplicate):
        getattr(synnefo_identity, f"update_{noun}")(home.admin, other.id, {"name": "same"})


@every_noun
def test_of_several_who_want_one_name_at_once_one_gets_it(home, noun):
    def attempt(_number):
        try:
            return MAKE[noun](home.admin, "wanted")
        except Duplicate:
            return None

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(attempt, range(4)))

    assert 1 == len([each for each in made if each is not None])


@every_noun
def test_pages_follow_each_other_without_gaps(home, noun):
    for number in range(5):
        MAKE[noun](home.admin, f"n{number}")
    index = getattr(synnefo_identity, f"list_{noun}s")

    whole, paged, marker = [each.id for each in index(home.admin)], [], None
    while page := index(home.admin, page=Page(limit=2, marker=marker)):
        paged += [each.id for each in page]
        marker = paged[-1]

    assert whole == paged
    assert len(whole) == len(set(whole)) >= 5


@pytest.mark.parametrize(
    "test, value, expected",
    [
        ("", "Anna", {"Anna"}),
        ("", "anna", set()),
        ("contains", "nn", {"Anna", "a%nn"}),
        ("icontains", "NN", {"Anna", "a%nn"}),
        ("startswith", "An", {"Anna"}),
        ("istartswith", "AN", {"Anna"}),
        ("endswith", "na", {"Anna"}),
        ("iendswith", "NA", {"Anna"}),
        ("contains", "%", {"a%nn"}),
    ],
)
def test_names_can_be_searched(home, test, value, expected):
    for name in ("Anna", "Bert", "a%nn"):
        home.group(name)

    found = synnefo_identity.list_groups(home.admin, Filter(names=[(test, value)]))

    assert expected == {group.name for group in found}


def test_an_unknown_way_to_search_is_refused(home):
    with pytest.raises(InvalidField, match="name__like"):
        synnefo_identity.list_users(home.admin, Filter(names=[("like", "x")]))


def test_the_domain_of_a_thing_can_not_change(home):
    project = home.project()

    with pytest.raises(InvalidField, match="domain_id"):
        synnefo_identity.update_project(home.admin, project.id, {"domain_id": "elsewhere"})
    synnefo_identity.update_project(home.admin, project.id, {"domain_id": "default"})


def test_the_directory_names_users_and_projects(home):
    jane, hall = home.user("jane"), home.project("hall", is_enabled=False)
    directory = home.cloud.directory

    users = directory.users([jane.id, "nobody"])
    projects = directory.projects([hall.id, jane.id, *(f"no{n}" for n in range(2000))])

    assert {jane.id: ("jane", "default", True)} == {
        key: (named.name, named.domain_id, named.is_enabled) for key, named in users.items()
    }
    assert {hall.id: False, jane.id: True} == {
        key: named.is_enabled for key, named in projects.items()
    }
