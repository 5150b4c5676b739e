# SPDX-License-Identifier: Apache-2.0
"""A server is given to another project, and that is charged for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

import synnefo_backends
import synnefo_compute
import synnefo_quota
from synnefo_compute import ServerVolume, flavor_access, volumes
from synnefo_compute.models import FlavorRow, ServerRow
from synnefo_core.errors import Conflict, Forbidden, Invalid, InvalidState, NotFound, QuotaExceeded
from synnefo_core.plugins import Plugins
from synnefo_core.testing.fakes.directory import DirectoryPlugin, MemoryDirectory


@pytest.fixture
def cloud(make_cloud, clock):
    """Return a cloud in which u1 is in p1 and p2, and u2 in p1."""
    directory = MemoryDirectory()
    for user, project in (("u1", "p1"), ("u1", "p2"), ("u2", "p1"), ("u3", "p3")):
        directory.login(user, project, "member", "reader")
    return make_cloud(plugins_=Plugins({"people": DirectoryPlugin(directory)}), clock=clock)


def cores(context, project_id: str) -> int:
    return synnefo_compute.QUOTAS.show(context, project_id)["cores"].in_use


def owner(context, server) -> str:
    return synnefo_compute.show_server(context, server.id).project_id


def test_a_server_is_seen_and_paid_for_by_its_new_project_only(server, member, context):
    synnefo_compute.reassign_server(member, server.id, "p2")

    with pytest.raises(NotFound):
        synnefo_compute.show_server(member, server.id)
    there = replace(member, project_id="p2")
    assert "p2" == owner(there, server)
    assert (0, 2) == (cores(context, "p1"), cores(context, "p2"))
    assert [] == synnefo_quota.verify(context)
    assert "reassign" == synnefo_compute.list_actions(there, server.id)[0].name


def test_a_stopped_server_goes_with_what_it_costs_stopped(server, member, context, settle):
    synnefo_compute.stop_server(member, server.id)
    settle()
    synnefo_compute.reassign_server(member, server.id, "p2")
    there = replace(member, project_id="p2")
    synnefo_compute.start_server(there, server.id)
    settle()

    assert (0, 2) == (cores(context, "p1"), cores(context, "p2"))
    synnefo_compute.delete_server(there, server.id)
    settle()
    assert 0 == cores(context, "p2")
    assert [] == synnefo_quota.verify(context)


@pytest.mark.parametrize(
    "project,problem", [("p3", Forbidden), ("nothing", Invalid)], ids=["stranger", "nobody"]
)
def test_a_server_is_given_to_no_project_in_which_one_is_nobody(
    server, member, context, project, problem
):
    with pytest.raises(problem):
        synnefo_compute.reassign_server(member, server.id, project)

    assert "p1" == owner(context, server)


def test_only_its_user_gives_a_server_away(server, member, context):
    with pytest.raises(Forbidden):
        synnefo_compute.reassign_server(replace(member, user_id="u2"), server.id, "p1")

    synnefo_compute.reassign_server(context, server.id, "p3")
    assert "p3" == owner(context, server)


def test_a_project_that_has_not_enough_left_gets_nothing(server, member, context):
    synnefo_compute.QUOTAS.update(context, "p2", {"cores": 1})

    with pytest.raises(QuotaExceeded):
        synnefo_compute.reassign_server(member, server.id, "p2")

    assert ("p1", 2, 0) == (owner(context, server), cores(context, "p1"), cores(context, "p2"))


def test_a_server_does_not_go_where_its_cluster_or_flavor_is_not(server, member, context):
    synnefo_backends.modify(context, "sim", is_public=False, reserve=["p1"])
    with pytest.raises(Conflict, match="cluster"):
        synnefo_compute.reassign_server(member, server.id, "p2")
    synnefo_backends.modify(context, "sim", reserve=["p2"])

    with context.unit_of_work() as session:
        session.get(FlavorRow, server.flavor_id).is_public = False
    with pytest.raises(Conflict, match="flavor"):
        synnefo_compute.reassign_server(member, server.id, "p2")
    flavor_access.allow(context, server.flavor_id, "p2")

    synnefo_compute.reassign_server(member, server.id, "p2")
    assert "p2" == owner(context, server)


def test_a_server_that_is_given_away_leaves_its_group(server, member, context):
    group = synnefo_compute.create_server_group(member, name="g", policy="soft-affinity")
    with context.unit_of_work() as session:
        session.get(ServerRow, server.id).group_id = group.id

    synnefo_compute.reassign_server(member, server.id, "p2")

    assert () == synnefo_compute.show_server_group(member, group.id).members


def test_what_is_at_work_stays(server, member):
    synnefo_compute.stop_server(member, server.id)
    with pytest.raises(InvalidState, match="powering-off"):
        synnefo_compute.reassign_server(member, server.id, "p2")


def test_what_is_locked_stays(server, member):
    synnefo_compute.lock_server(member, server.id)
    with pytest.raises(InvalidState, match="locked"):
        synnefo_compute.reassign_server(member, server.id, "p2")


def test_a_server_with_volumes_stays_where_they_are(server, member):
    with member.unit_of_work() as session:
        volumes.add(session, ServerVolume("1", server.id, "v1", "a1", "/dev/vdb"))

    with pytest.raises(Conflict, match="detach"):
        synnefo_compute.reassign_server(member, server.id, "p2")
