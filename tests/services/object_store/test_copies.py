# SPDX-License-Identifier: Apache-2.0
"""Copies: a row for a content that is there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

import synnefo_object_store as store
import synnefo_quota
from synnefo_core.errors import Conflict
from synnefo_object_store import Copying, Place
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
