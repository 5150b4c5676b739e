# SPDX-License-Identifier: Apache-2.0
"""Which project pays for a container: all of it changes hands at once, beside writers too."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

import synnefo_object_store as store
import synnefo_quota
from synnefo_core.contracts.directory import Claims
from synnefo_core.errors import Conflict, Forbidden, NotFound, QuotaExceeded, Unavailable
from synnefo_core.testing.fakes.directory import MemoryDirectory
from synnefo_object_store import DISKSPACE, containers, owned, payers


class People(MemoryDirectory):
    """Knows that the member of p1 is one of p2, too."""

    def roles(self, user_id, project_id):
        return frozenset({"member", "reader"}) if project_id == "p2" else frozenset()


@pytest.fixture
def cloud(make_cloud, cloud_settings):
    made = make_cloud(cloud_settings)
    made.shared("core.directory", lambda: [People()])
    return made


def pay(account, project_id, container="c"):
    changes = {"project": project_id}
    store.update_container(account.context, account.id, container, {}, changes)


def used(account, project_id):
    return synnefo_quota.left(account.context, project_id, DISKSPACE).usage


def limit(account, project_id, amount):
    synnefo_quota.set_limit(
        account.context, holder=f"project:{project_id}", resource=DISKSPACE, limit=amount
    )


def test_another_project_pays_for_all_that_is_there_and_for_what_comes(account):
    account.put("a", b"12345")
    account.by("u7").put("b", b"123")

    pay(account, "p2")
    account.put("c", b"1")
    account.put("a", b"12")

    assert (0, 6) == (used(account, "p1"), used(account, "p2"))
    assert ["p1", "p2"] == list(store.limits_of_payers(account.context, "p1"))
    assert [] == synnefo_quota.verify(account.context)


def test_the_account_pays_again_when_nobody_is_named(account):
    store.create_container(account.context, account.id, "d", {}, {"project": "p2"})
    account.put("a", b"12345", container="d")
    before = used(account, "p2")

    pay(account, "", container="d")
    account.delete("a", container="d")

    assert (5, 0, 0) == (before, used(account, "p1"), used(account, "p2"))
    assert [] == synnefo_quota.verify(account.context)


@pytest.mark.parametrize(
    "way", [{"versions_enabled": "true"}, {"versions_location": "d"}, {"history_location": "d"}]
)
def test_each_container_is_paid_for_by_its_own(account, way):
    store.create_container(account.context, account.id, "d", {}, {"project": "p2"})
    store.update_container(account.context, account.id, "c", {}, way)

    account.put("a", b"12345")
    account.put("a", b"1")
    between = used(account, "p2")
    account.delete("a")
    store.update_container(account.context, account.id, "c", {}, {"project": "p2"})
    store.update_container(account.context, account.id, "d", {}, {"project": ""})

    assert (0 if "versions_enabled" in way else 5) == between
    assert [] == synnefo_quota.verify(account.context)


def test_a_project_that_has_no_room_takes_nothing(account):
    account.put("a", b"12345")
    account.put("b", b"12345")
    limit(account, "p2", 9)

    with pytest.raises(QuotaExceeded):
        pay(account, "p2")

    assert (10, 0) == (used(account, "p1"), used(account, "p2"))
    assert {} == store.show_container(account.context, "p1", "c").settings


def test_uploads_and_blocks_need_room_where_it_is_paid_for(account):
    limit(account, "p1", 0)
    limit(account, "p2", 5)
    pay(account, "p2")

    account.put("a", b"12345")

    with pytest.raises(QuotaExceeded):
        account.put("b", b"1")


def test_only_a_member_has_a_project_pay(account):
    with pytest.raises(Forbidden):
        pay(account, "p3")
    with pytest.raises(Forbidden):
        store.create_container(account.context, account.id, "d", {}, {"project": "p3"})
    with pytest.raises(NotFound):
        store.show_container(account.context, account.id, "d")
    pay(account, "p1")


def test_a_password_for_one_project_has_no_other_pay(account):
    claims = Claims(
        user_id=account.context.user_id,
        user_name="u",
        user_domain_id="default",
        expires_at=2e10,
        application_credential_id="of p1",
    )
    bound = replace(account.context, claims=claims)

    with pytest.raises(Forbidden):
        store.update_container(bound, account.id, "c", {}, {"project": "p2"})


def test_who_dies_in_the_middle_has_changed_nothing(account, monkeypatch):
    class Killed(BaseException):
        pass

    def die(*arguments, **named):
        raise Killed

    account.put("a", b"12345")
    monkeypatch.setattr(containers.payers, "change", die)

    with pytest.raises(Killed):
        pay(account, "p2")

    assert {} == store.show_container(account.context, "p1", "c").settings
    assert [] == synnefo_quota.verify(account.context)


def test_writers_and_a_change_of_who_pays_do_not_pass_each_other_by(account):
    store.create_container(account.context, account.id, "old", {})
    store.update_container(account.context, account.id, "c", {}, {"versions_location": "old"})
    problems = []

    def write(number):
        own = account.by(f"u{number}")
        try:
            for _ in range(8):
                with_others(lambda: own.put(f"own {number}", b"12345" * number))
                with_others(lambda: own.put("all", b"x" * number))
                with_others(lambda: own.delete("all"))
        except BaseException as problem:
            problems.append(problem)
            raise

    def change():
        try:
            for _ in range(10):
                for project_id in ("p2", ""):
                    with_others(lambda to=project_id: pay(account, to))
                    with_others(lambda to=project_id: pay(account, to, container="old"))
        except BaseException as problem:
            problems.append(problem)
            raise

    threads = [threading.Thread(target=write, args=(number,)) for number in (1, 2, 3)]
    threads.append(threading.Thread(target=change))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [] == problems
    assert [] == synnefo_quota.verify(account.context)


def with_others(act):
    """Do something that others may make impossible."""
    try:
        act()
    except (Conflict, NotFound, Unavailable):
        return


def test_what_a_project_pays_for_elsewhere_is_named_by_its_account(account):
    account.put("a", b"12345")
    pay(account, "p2")

    with account.context.reading(is_snapshot=True):
        (thing,) = owned.things(account.context, DISKSPACE, "p2")

    assert ("p2", 5, "p1/c/a") == (thing.project_id, thing.amount, thing.name)
    assert payers.limits(account.context, "p1").keys() == {"p1", "p2"}
