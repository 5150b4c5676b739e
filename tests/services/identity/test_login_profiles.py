# SPDX-License-Identifier: Apache-2.0
"""Other policies of a login method for some users and groups."""

import pytest

import synnefo_identity
from synnefo_core.errors import InvalidField, NotFound, Unauthenticated
from synnefo_identity import login_profiles
from synnefo_identity.standing import GROUP, USER


@pytest.fixture
def jane(home):
    return home.user("jane")


@pytest.fixture
def staff(home, jane):
    group = home.group("staff")
    synnefo_identity.add_user_to_group(home.admin, group.id, jane.id)
    return group


def policy(home, user):
    with home.admin.reading() as session:
        return login_profiles.policy(home.cloud, session, "local", user.id)


def give(home, name, actor, priority=0, is_exclusive=False, **values):
    login_profiles.save(
        home.admin, name, "local", values, priority=priority, is_exclusive=is_exclusive
    )
    login_profiles.assign(home.admin, name, actor)


def test_without_a_profile_the_configuration_counts(home, jane):
    home.cloud.config.set_override("login_policies", ["*:limit=3"], group="identity")

    assert 3 == policy(home, jane).limit


def test_a_profile_counts_for_its_users_and_groups_only(home, jane, staff):
    give(home, "a", (USER, jane.id), remove="no")
    give(home, "b", (GROUP, staff.id), required="yes", add_groups="one,two")

    found = policy(home, jane)

    assert (False, True, ("one", "two")) == (found.remove, found.required, found.add_groups)
    other = policy(home, home.user("other"))
    assert (True, False) == (other.remove, other.required)


def test_the_highest_priority_counts_whoever_has_it(home, jane, staff):
    give(home, "a", (GROUP, staff.id), priority=5, limit="5")
    give(home, "b", (USER, jane.id), priority=1, limit="1", add="no")

    found = policy(home, jane)

    assert (5, False) == (found.limit, found.add)


def test_an_exclusive_profile_begins_anew(home, jane):
    home.cloud.config.set_override("login_policies", ["*:switch=no"], group="identity")
    give(home, "a", (USER, jane.id), priority=1, add="no")
    give(home, "b", (USER, jane.id), priority=2, is_exclusive=True, limit="2")
    give(home, "c", (USER, jane.id), priority=3, remove="no")

    found = policy(home, jane)

    assert (True, True, 2, False) == (found.switch, found.add, found.limit, found.remove)


def test_a_group_may_be_kept_from_logging_in_by_a_method(home, jane, staff):
    give(home, "a", (GROUP, staff.id), login="no")

    with pytest.raises(Unauthenticated):
        home.prove("jane")
    assert home.prove("demo")
    login_profiles.unassign(home.admin, "a", (GROUP, staff.id))
    assert home.prove("jane")


def test_what_a_profile_says_is_replaced_and_its_users_stay(home, jane):
    give(home, "a", (USER, jane.id), limit="5", add="no")

    saved = login_profiles.save(home.admin, "a", "local", {"limit": "7"}, priority=9)

    assert [saved] == login_profiles.index(home.admin)
    assert saved == login_profiles.show(home.admin, "a")
    assert ({"limit": 7}, 9, (jane.id,)) == (saved.values, saved.priority, saved.users)


def test_profiles_go_with_whom_they_are_for(home, jane, staff):
    give(home, "a", (USER, jane.id), limit="5")
    give(home, "b", (GROUP, staff.id), limit="5")

    synnefo_identity.delete_user(home.admin, jane.id)
    synnefo_identity.delete_group(home.admin, staff.id)

    assert not [each for each in login_profiles.index(home.admin) if each.users or each.groups]
    login_profiles.delete(home.admin, "a")
    with pytest.raises(NotFound):
        login_profiles.show(home.admin, "a")


@pytest.mark.parametrize(
    "name, method, values",
    [
        ("", "local", {}),
        ("x" * 65, "local", {}),
        ("a", "nothing", {}),
        ("a", "local", {"fly": "yes"}),
        ("a", "local", {"add": "perhaps"}),
        ("a", "local", {"limit": "-1"}),
    ],
)
def test_what_can_not_be_is_refused(home, name, method, values):
    with pytest.raises(InvalidField):
        login_profiles.save(home.admin, name, method, values)


def test_nobody_gets_what_is_not_there(home, jane):
    login_profiles.save(home.admin, "a", "local", {"limit": "1"})

    for name, actor in (("b", (USER, jane.id)), ("a", (USER, "x")), ("a", (GROUP, jane.id))):
        with pytest.raises(NotFound):
            login_profiles.assign(home.admin, name, actor)
    with pytest.raises(NotFound):
        login_profiles.unassign(home.admin, "a", (USER, jane.id))
    for _ in range(2):
        login_profiles.assign(home.admin, "a", (USER, jane.id))
