# SPDX-License-Identifier: Apache-2.0
"""Groups, also those around groups."""

import ssl

import ldap
import pytest

from synnefo_auth_ldap.channel import Address, Trust
from synnefo_auth_ldap.connection import Connection, Query
from synnefo_core.contracts.auth import AuthUnavailable
from synnefo_core.offload import make_offload
from tests.system.labs.ldap import BASE, GROUPS, PASSWORD, PEOPLE, READER

pytestmark = pytest.mark.system

WAYS = pytest.mark.parametrize("groups", ["search", "memberof"])


@WAYS
@pytest.mark.parametrize(
    "depth, around",
    [(0, set()), (1, {"staff"}), (2, {"staff", "everyone"}), (5, {"staff", "everyone"})],
)
def test_groups_around_groups_count_as_deep_as_is_allowed(log_in, groups, depth, around):
    assertion = log_in("u00001", groups=groups, group_depth=depth)

    assert {"cloud-admins", "cloud-users"} | around == set(assertion.groups)


@WAYS
def test_groups_in_a_circle_come_to_an_end(log_in, groups):
    found = log_in("u00003", groups=groups, group_depth=20).groups

    assert {"circle-a", "circle-b"} <= set(found)
    assert len(found) == len(set(found))


@WAYS
def test_who_is_in_no_group_has_none(log_in, groups):
    assert () == log_in("u05000", groups=groups).groups


def test_groups_are_told_only_when_that_is_wanted(log_in):
    assert () == log_in("u00001").groups


@WAYS
def test_more_groups_than_the_server_gives_at_once_are_all_found(log_in, groups):
    found = log_in("u00002", groups=groups).groups

    assert 600 == len([name for name in found if name.startswith("many-")])
    assert {"cloud-users", "staff", "everyone"} <= set(found)


@WAYS
def test_groups_elsewhere_do_not_count(log_in, groups):
    found = log_in("u00001", groups=groups, group_base=f"cn=cloud-users,{GROUPS}").groups

    assert set(found) <= {"cloud-users"}


@WAYS
def test_only_groups_that_the_filter_fits_count(log_in, groups):
    only = "(&(objectClass=groupOfNames)(cn=cloud-*))"

    found = log_in("u00001", groups=groups, group_filter=only).groups

    assert {"cloud-admins", "cloud-users"} == set(found)


def test_groups_may_hold_names_in_place_of_dns(log_in):
    posix = {
        "group_filter": "(objectClass=posixGroup)",
        "group_member": "memberUid",
        "group_member_is": "name",
    }

    assert ("operators",) == log_in("u00001", groups="search", **posix).groups
    assert () == log_in("u00002", groups="search", **posix).groups


@WAYS
def test_groups_may_be_called_by_their_dns(log_in, groups):
    found = log_in("u00001", groups=groups, group_name="dn", group_depth=0).groups

    assert (f"cn=cloud-admins,{GROUPS}", f"cn=cloud-users,{GROUPS}") == found


@pytest.fixture
def connection(ldap_lab):
    context = ssl.create_default_context(cafile=ldap_lab.ca_file)
    address = Address.parse(ldap_lab.ldaps_url)

    offload = make_offload(1)
    connection = Connection(address, Trust(context, starts_tls=True), offload.run, timeout_s=5)
    connection.bind(READER, PASSWORD, timeout_s=5)
    yield connection
    connection.close()


def test_ten_thousand_people_come_in_pages(connection):
    query = Query(PEOPLE, "(objectClass=inetOrgPerson)", ["uid"])

    found = connection.search(query, most=100_000, timeout_s=30)

    assert {f"u{number:05}" for number in range(1, 10_001)} == {each.text("uid") for each in found}


def test_the_server_would_not_give_as_many_at_once(connection):
    with pytest.raises(ldap.SIZELIMIT_EXCEEDED):
        connection._call(connection._ldap.search_s, PEOPLE, ldap.SCOPE_SUBTREE, "(uid=*)", ["uid"])


def test_a_search_ends_when_there_is_enough(connection):
    assert 2 == len(connection.search(Query(PEOPLE, "(uid=*)", ["uid"]), most=2, timeout_s=30))
    assert READER == connection.whoami(timeout_s=5).removeprefix("dn:")


def test_an_entry_that_is_not_there_is_none(connection):
    assert connection.get(f"cn=nobody,{BASE}", ["cn"], timeout_s=5) is None
    assert connection.get("no dn at all", ["cn"], timeout_s=5) is None
    assert connection.get(READER, ["cn"], filter_="(cn=other)", timeout_s=5) is None


@WAYS
def test_who_is_in_too_many_groups_to_tell_is_not_let_in(log_in, monkeypatch, groups):
    monkeypatch.setattr("synnefo_auth_ldap.groups.MOST", 100)

    with pytest.raises(AuthUnavailable, match="more than 100 groups"):
        log_in("u00002", groups=groups)
