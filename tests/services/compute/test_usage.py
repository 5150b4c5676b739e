# SPDX-License-Identifier: Apache-2.0
"""How long servers were there in a period, to the second."""

from __future__ import annotations

import pytest

import synnefo_compute
from synnefo_compute import Period
from synnefo_compute.models import ServerRow
from synnefo_core.errors import InvalidField

HOUR = 3600.0
NOON = 1_800_000_000.0


@pytest.fixture
def lived(submit, member):
    """Return a function that makes a server that was there between two moments; 0 for still."""

    def make(launched_at, deleted_at=0.0):
        server_id = submit().id
        with member.unit_of_work() as session:
            row = session.get_one(ServerRow, server_id)
            row.launched_at, row.deleted_at = launched_at, deleted_at
            row.is_deleted = bool(deleted_at)
        return server_id

    return make


def seconds(member, period, **settings):
    found = synnefo_compute.list_usage(member, period, limit=10, **settings)
    return {each.server_id: each.seconds for each in found}


@pytest.mark.parametrize(
    "launched, removed, expected",
    [
        (NOON - HOUR, 0.0, HOUR),  # there all the time
        (NOON + 61, 0.0, HOUR - 61),  # made meanwhile
        (NOON - HOUR, NOON + 62, 62.0),  # removed meanwhile
        (NOON + 60, NOON + 63, 3.0),  # both
    ],
)
def test_a_server_counts_while_it_is_there(lived, member, launched, removed, expected):
    server_id = lived(launched, removed)

    assert {server_id: expected} == seconds(member, Period(NOON, NOON + HOUR))


@pytest.mark.parametrize(
    "launched, removed", [(NOON - HOUR, NOON - 1), (NOON + HOUR + 1, 0.0), (0.0, 0.0)]
)
def test_what_was_not_there_is_not_told(lived, member, launched, removed):
    lived(launched, removed)

    assert {} == seconds(member, Period(NOON, NOON + HOUR))


def test_what_is_told_of_a_server(lived, member):
    server_id = lived(NOON, NOON + 90)

    (usage,) = synnefo_compute.list_usage(member, Period(NOON, NOON + HOUR), limit=10)

    assert (server_id, "web", "p1", "small") == (
        usage.server_id,
        usage.name,
        usage.project_id,
        usage.flavor,
    )
    assert (2, 1024, 5) == (usage.vcpus, usage.ram_mib, usage.disk_gib)
    assert (NOON, NOON + 90, 90) == (usage.started_at, usage.ended_at, usage.uptime_s)


def test_pages_go_on_behind_their_marker(lived, member):
    first, second = sorted(lived(NOON) for _ in range(2))
    period = Period(NOON, NOON + HOUR)

    assert [first] == [u.server_id for u in synnefo_compute.list_usage(member, period, limit=1)]
    assert [second] == list(seconds(member, period, marker=first))
    with pytest.raises(InvalidField, match="marker nothing could not be found"):
        seconds(member, period, marker="nothing")


def test_only_a_project_s_own(lived, member):
    lived(NOON)

    assert {} == seconds(member, Period(NOON, NOON + HOUR), project_id="p2")
