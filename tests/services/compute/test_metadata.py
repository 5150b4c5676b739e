# SPDX-License-Identifier: Apache-2.0
"""Metadata of servers: what is kept, what is refused, and when."""

from __future__ import annotations

from dataclasses import replace

import pytest

import synnefo_compute
from synnefo_compute import ServerSpec
from synnefo_core.errors import Forbidden, InvalidState, NotFound

FLAVOR = "small"
FULL = {f"key {n}": "value" for n in range(128)}


def test_merged_items_leave_the_others(server, member):
    synnefo_compute.merge_metadata(member, server.id, {"a": "1", "b": "2"})

    merged = synnefo_compute.merge_metadata(member, server.id, {"b": "3"})

    assert {"a": "1", "b": "3"} == merged
    assert merged == synnefo_compute.show_server(member, server.id).metadata


def test_replaced_items_leave_no_others(server, member):
    synnefo_compute.merge_metadata(member, server.id, {"a": "1", "b": "2"})

    synnefo_compute.replace_metadata(member, server.id, {"b": "3"})

    assert {"b": "3"} == synnefo_compute.show_metadata(member, server.id)


def test_a_removed_item_is_gone_and_the_others_stay(server, member):
    synnefo_compute.merge_metadata(member, server.id, {"a": "1", "b": "2"})

    synnefo_compute.remove_metadata(member, server.id, "a")

    assert {"b": "2"} == synnefo_compute.show_metadata(member, server.id)
    with pytest.raises(NotFound, match="metadata item a could not be found"):
        synnefo_compute.remove_metadata(member, server.id, "a")
    with pytest.raises(NotFound, match="metadata item a could not be found"):
        synnefo_compute.show_metadata_item(member, server.id, "a")


def test_the_limit_counts_what_there_would_be(server, member):
    synnefo_compute.replace_metadata(member, server.id, FULL)

    synnefo_compute.merge_metadata(member, server.id, {"key 7": "another"})
    with pytest.raises(Forbidden, match="maximum number of metadata items exceeds 128"):
        synnefo_compute.merge_metadata(member, server.id, {"one more": ""})

    assert {**FULL, "key 7": "another"} == synnefo_compute.show_metadata(member, server.id)


def test_a_new_server_has_the_same_limit(member, cluster, network):
    spec = ServerSpec("web", FLAVOR, metadata={**FULL, "one more": ""})

    with pytest.raises(Forbidden, match="exceeds 128"):
        synnefo_compute.create_server(member, spec)

    assert [] == synnefo_compute.list_servers(member, limit=10)


def test_a_server_that_is_being_made_keeps_what_it_was_asked_for_with(submit, member):
    server = submit()

    with pytest.raises(InvalidState, match="cannot update metadata of a server while it is in"):
        synnefo_compute.merge_metadata(member, server.id, {"a": "1"})

    assert {} == synnefo_compute.show_metadata(member, server.id)


def test_a_stopped_server_has_its_metadata_changed(server, member, settle):
    synnefo_compute.stop_server(member, server.id)
    settle()

    assert {"a": "1"} == synnefo_compute.merge_metadata(member, server.id, {"a": "1"})


def test_a_foreign_servers_metadata_is_not_there(server, member):
    stranger = replace(member, project_id="p2", user_id="u2")

    with pytest.raises(NotFound):
        synnefo_compute.show_metadata(stranger, server.id)
    with pytest.raises(NotFound):
        synnefo_compute.replace_metadata(stranger, server.id, {})
    with pytest.raises(NotFound):
        synnefo_compute.remove_metadata(stranger, server.id, "a")
