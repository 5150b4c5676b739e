# SPDX-License-Identifier: Apache-2.0
"""Copies: a row for a content that is there."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import replace

import pytest
from sqlalchemy import select

import synnefo_object_store as store
import synnefo_quota
from synnefo_core.errors import Conflict
from synnefo_object_store import Copying, Patch, Place, writes
from synnefo_object_store.models import PossessionRow

TWO_BLOCKS = b"x" * (4 * 1024 * 1024) + b"y"


def copy(account, found, name="copy", **copying):
    target = Place(account.id, "c", name)
    return store.copy_object(account.context, found, target, Copying(**copying))


def possessed(context, project_id):
    query = select(PossessionRow.digest).where(PossessionRow.project_id == project_id)
    with context.reading() as session:
        return set(session.scalars(query))


def test_a_copy_has_the_same_content_and_another_id(account):
    found = account.put("a", TWO_BLOCKS, metadata={"Color": "red"})

    made = copy(account, found, metadata={"Form": "round"})

    assert found.reference == made.reference
    assert found.id != made.id
    assert {"Color": "red", "Form": "round"} == made.metadata
    assert TWO_BLOCKS == account.get("copy")


def test_a_copy_is_paid_for_like_any_object(account):
    found = account.put("a", b"12345")
    copy(account, found)

    account.delete("a")

    assert ((1, 1, 5), (1, 5)) == account.counts()
    assert [] == synnefo_quota.verify(account.context)


def test_what_was_removed_meanwhile_is_not_copied(account):
    found = account.put("a", b"12345")
    account.delete("a")

    with pytest.raises(Conflict):
        copy(account, found)


def test_another_account_possesses_the_blocks_of_its_copy(account):
    found = account.put("a", TWO_BLOCKS)
    seller = replace(account.context, roles=frozenset({"admin"}))
    other = replace(seller, project_id="p2")
    store.create_container(other, "p2", "c", {})

    store.copy_object(seller, found, Place("p2", "c", "copy"), Copying())

    assert possessed(seller, "p1") == possessed(seller, "p2") != set()


def patch(account, found, name):
    part = Patch(start=0, source=found, size_bytes=1)
    return store.patch_object(account.context, Place(account.id, "c", name), part)


@pytest.mark.parametrize("make", [copy, patch])
@pytest.mark.parametrize("other", ["b", "a"])
def test_two_against_each_other_do_not_wait_in_a_circle(account, monkeypatch, make, other):
    account.put("a", b"of a")
    account.put("b", b"of b")
    both_hold, problems, put = threading.Barrier(2), [], writes.put

    def put_when_both_hold(*arguments, **named):
        with contextlib.suppress(threading.BrokenBarrierError):
            both_hold.wait(0.5)
        return put(*arguments, **named)

    def run(source, to):
        try:
            make(account, account.find(source), to)
        except Conflict:
            return
        except BaseException as problem:
            problems.append(problem)
            raise

    monkeypatch.setattr(writes, "put", put_when_both_hold)
    pairs = [("a", other), (other, "a")]
    threads = [threading.Thread(target=run, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [] == problems
    assert [] == synnefo_quota.verify(account.context)
