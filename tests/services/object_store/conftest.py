# SPDX-License-Identifier: Apache-2.0
"""A container ``c`` in the account of ``p1``, and short ways to put into it and look at it."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

import synnefo_object_store as store
from synnefo_object_store import Incoming
from synnefo_object_store.statistics import fold


class Account:
    """The account of a member's project."""

    def __init__(self, context):
        self.context = context
        self.id = context.project_id

    def by(self, user_id):
        """Return the same account in the hands of another member."""
        return Account(replace(self.context, user_id=user_id))

    def by_guest(self, user_id):
        """Return the same account as it is to a user who has no role in it."""
        guest = replace(self.context, user_id=user_id, project_id=f"{user_id}-own")
        return Guest(guest, self.id)

    def put(self, name, content=b"", container="c", **incoming):
        return store.put_object(
            self.context,
            self.id,
            container,
            name,
            read=io.BytesIO(content).read,
            incoming=Incoming(**{"content_type": "text/plain", **incoming}),
        )

    def find(self, name, container="c"):
        return store.find_object(self.context, self.id, container, name)

    def get(self, name, container="c"):
        found = self.find(name, container)
        return b"".join(store.open_object(self.context, found).read())

    def delete(self, name, container="c"):
        store.delete_object(self.context, self.id, container, name)

    def counts(self):
        """Return (containers, objects, bytes) of the account, then (objects, bytes) of c."""
        account = store.show_account(self.context, self.id)
        container = store.show_container(self.context, self.id, "c")
        return (
            (account.containers, account.objects, account.bytes),
            (container.objects, container.bytes),
        )

    def fold(self):
        fold(self.context)


class Guest(Account):
    """The account of others."""

    def __init__(self, context, account):
        super().__init__(context)
        self.id = account


@pytest.fixture
def account(member):
    store.create_container(member, "p1", "c", {})
    return Account(member)


@pytest.fixture
def guest(account):
    """Return the account as it is to a user who has no role in it."""
    return account.by_guest("u2")
