# SPDX-License-Identifier: Apache-2.0
"""Tags of servers: when they change, and what becomes of them."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

import synnefo_compute
from synnefo_compute.models import TagRow
from synnefo_core.errors import Invalid, InvalidState, NotFound

FULL = [f"tag {number}" for number in range(synnefo_compute.MOST_TAGS)]


def test_tags_go_with_their_server(server, member, settle):
    synnefo_compute.replace_tags(member, server.id, ["red", "blue"])

    synnefo_compute.delete_server(member, server.id)
    settle()

    with member.reading() as session:
        assert 0 == session.scalar(select(func.count()).select_from(TagRow))


def test_a_full_server_takes_no_other_tag(server, member):
    synnefo_compute.replace_tags(member, server.id, FULL)

    assert not synnefo_compute.add_tag(member, server.id, FULL[0])
    with pytest.raises(Invalid, match="exceeds the per-server limit 50"):
        synnefo_compute.add_tag(member, server.id, "one more")
    with pytest.raises(Invalid, match="exceeds the per-server limit 50"):
        synnefo_compute.replace_tags(member, server.id, [*FULL, "one more"])
    assert sorted(FULL) == list(synnefo_compute.list_tags(member, server.id))


def test_a_server_that_is_not_there_yet_takes_none(submit, member):
    building = submit()

    with pytest.raises(InvalidState, match="building"):
        synnefo_compute.add_tag(member, building.id, "red")


def test_a_tag_that_is_not_there_is_not_taken_off(server, member):
    with pytest.raises(NotFound, match="tag red could not be found"):
        synnefo_compute.remove_tag(member, server.id, "red")
