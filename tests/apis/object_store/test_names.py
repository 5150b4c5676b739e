# SPDX-License-Identifier: Apache-2.0
"""Users by their names in place of ids (PIT-042)."""

from __future__ import annotations

import pytest

from synnefo_core.contracts.directory import Named
from synnefo_core.testing import http
from tests.apis.object_store.conftest import MadeUpPeople

USERS = {"u1": "ann@x.org", "p1": "bob@x.org", "u3": "u1", "u4": "of another domain"}


class People(MadeUpPeople):
    """Bob's personal account is p1; the name of u3 is the id of another one."""

    def users(self, ids):
        found = {id_: USERS[id_] for id_ in ids if id_ in USERS}
        return {
            id_: Named(id_, name, "other" if id_ == "u4" else "default", is_enabled=True)
            for id_, name in found.items()
        }

    def user_ids(self, names):
        return {name: id_ for id_, name in USERS.items() if name in set(names) and id_ != "u4"}


@pytest.fixture
def is_used():
    return True


@pytest.fixture
def cloud(make_cloud, cloud_settings, is_used):
    made = make_cloud({**cloud_settings, ("object_store", "user_names"): is_used})
    made.shared("core.directory", lambda: [People()])
    return made


def test_what_is_shared_with_a_name_is_told_by_names(container):
    shares = {"X_Object_Sharing": "read=ann%40x.org,bob@x.org:friends;write=u4"}
    assert 201 == container("PUT", "/o", body=b"", **shares).status_int

    told = container("HEAD", "/o").headers["X-Object-Sharing"]

    assert "read=ann%40x.org,bob%40x.org:friends;write=u4" == told


def test_groups_are_made_and_told_by_names(call):
    call("POST", X_Account_Group_Friends="ann@x.org, p1")

    assert "bob@x.org,ann@x.org" == call("HEAD").headers["X-Account-Group-Friends"]


def test_a_name_stands_for_the_users_own_account(application, container):
    container("PUT", "/o", body=b"content")
    url = "/object-store/v1/{}/c/o"

    for name in ("bob@x.org", "AUTH_bob@x.org", "p1", "AUTH_p1"):
        shown = http.call(application, "GET", url.format(name), token="member.p1")
        assert b"content" == shown.body
    assert 403 == http.call(application, "GET", url.format("x"), token="member.p1").status_int


@pytest.mark.parametrize("header", ["Destination", "X-Copy-From", "X-Symlink-Target"])
def test_headers_name_accounts_so_too(call, container, header):
    container("PUT", "/o", body=b"content")
    method, path = ("COPY", "/o") if header == "Destination" else ("PUT", "/new")
    named = {header: "c/new" if method == "COPY" else "c/o", f"{header}-Account": "bob@x.org"}

    assert 201 == container(method, path, body=b"", **named).status_int
    assert b"content" == container("GET", "/new").body


def test_accounts_that_share_are_listed_by_names(application, container):
    container("PUT", "/o", body=b"", X_Object_Sharing="read=*")

    def listed(query):
        url = f"/object-store/v1/{query}"
        return http.call(application, "GET", url, token="member.p2").body

    assert b"bob@x.org\n" == listed("")
    assert b"" == listed("?marker=bob@x.org")


def test_who_takes_the_id_of_another_for_a_name_gets_nothing_of_it(container):
    container("PUT", "/o", body=b"", X_Object_Sharing="read=u1")

    assert "read=ann%40x.org" == container("HEAD", "/o").headers["X-Object-Sharing"]


@pytest.mark.parametrize("name", ["nobody", "of another domain"])
def test_whom_nobody_knows_is_not_named(call, container, name):
    assert 400 == container("PUT", "/o", body=b"", X_Object_Sharing=f"read={name}").status_int
    assert 400 == call("POST", X_Account_Group_Friends=name).status_int


@pytest.mark.parametrize("is_used", [False])
def test_elsewhere_names_are_none(application, container):
    container("PUT", "/o", body=b"", X_Object_Sharing="read=ann@x.org,u1")
    shown = http.call(application, "GET", "/object-store/v1/bob@x.org/c/o", token="member.p1")

    assert "read=ann%40x.org,u1" == container("HEAD", "/o").headers["X-Object-Sharing"]
    assert 403 == shown.status_int
