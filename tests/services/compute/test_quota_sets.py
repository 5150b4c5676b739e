# SPDX-License-Identifier: Apache-2.0
"""Quotas by Nova's names: what the ledger says of servers, and what is set there."""

from __future__ import annotations

import pytest

import synnefo_compute
import synnefo_quota
from synnefo_core.contracts.quota import Limit
from synnefo_core.errors import Conflict, Invalid, InvalidField, QuotaExceeded, Unbuilt
from synnefo_core.hookspecs import hookimpl
from synnefo_core.plugins import Plugins
from synnefo_core.testing.fakes.directory import DirectoryPlugin, MemoryDirectory
from synnefo_quota import Quota

GIB = 2**30


class Governor:
    """Says what limits follow from something else."""

    def __init__(self):
        self.limits: list[Limit] = []

    @hookimpl
    def quota_limits(self):
        return self.limits


@pytest.fixture
def governor():
    return Governor()


@pytest.fixture
def cloud(make_cloud, clock, governor):
    """Return a cloud in which u1 has a personal project and p1."""
    directory = MemoryDirectory()
    directory.login("u1", "u1")
    directory.login("u1", "p1")
    directory.login("u2", "p1")
    plugins = Plugins({"people": DirectoryPlugin(directory), "governor": governor})
    return make_cloud(plugins_=plugins, clock=clock)


def update(context, limits, **options):
    return synnefo_compute.QUOTAS.update(context, "p1", limits, **options)


def of_servers(quotas):
    return {name: quotas[name].limit for name in ("instances", "cores", "ram")}


def test_a_project_without_servers_has_the_default_limits(context):
    quotas = synnefo_compute.QUOTAS.show(context, "p1")

    assert {"instances": 200, "cores": -1, "ram": -1} == of_servers(quotas)
    assert Quota(128) == quotas["metadata_items"]


def test_a_personal_project_has_those_of_its_kind(context):
    own = {"instances": 20, "cores": 40, "ram": 80 * 1024}

    assert own == of_servers(synnefo_compute.QUOTAS.show(context, "u1"))
    assert own == of_servers(synnefo_compute.QUOTAS.defaults(context, "u1"))


def test_a_stopped_server_uses_no_processors_and_no_memory(member, server, settle):
    running = synnefo_compute.QUOTAS.show(member, "p1")
    synnefo_compute.stop_server(member, server.id)
    settle()
    stopped = synnefo_compute.QUOTAS.show(member, "p1")

    names = ("instances", "cores", "ram")
    assert [1, 2, 1024] == [running[name].in_use for name in names]
    assert [1, 0, 0] == [stopped[name].in_use for name in names]


def test_what_a_commission_is_promised_is_reserved(context):
    synnefo_quota.issue_commission(
        context,
        client="c",
        name="n",
        provisions=[synnefo_quota.Provision("project:p1", "", "cyclades.ram", 3 * GIB)],
    )

    assert Quota(-1, 0, 3072) == synnefo_compute.QUOTAS.show(context, "p1")["ram"]


def test_a_limit_that_is_set_holds_the_next_server_back(context, submit):
    update(context, {"instances": 1, "ram": 1024})
    submit()

    with pytest.raises(QuotaExceeded):
        submit()


def test_a_limit_is_not_set_below_what_is_used_unless_forced(context, server):
    with pytest.raises(InvalidField, match="2 are used"):
        update(context, {"instances": 5, "cores": 1})
    kept = of_servers(synnefo_compute.QUOTAS.show(context, "p1"))
    forced = of_servers(update(context, {"cores": 1}, is_forced=True))

    assert {"instances": 200, "cores": -1, "ram": -1} == kept
    assert {"instances": 200, "cores": 1, "ram": -1} == forced


def test_a_users_share_is_limited_by_itself(context, submit):
    update(context, {"instances": 0}, user_id="u1")

    with pytest.raises(QuotaExceeded):
        submit()
    assert 200 == synnefo_compute.QUOTAS.show(context, "p1")["instances"].limit
    assert 0 == synnefo_compute.QUOTAS.show(context, "p1", user_id="u1")["instances"].limit
    assert -1 == synnefo_compute.QUOTAS.show(context, "p1", user_id="u2")["instances"].limit


def test_the_defaults_can_be_had_back(context):
    update(context, {"instances": 7, "ram": 512})
    update(context, {"cores": 3}, user_id="u1")

    synnefo_compute.QUOTAS.reset(context, "p1")
    synnefo_compute.QUOTAS.reset(context, "p1", user_id="u1")

    assert {"instances": 200, "cores": -1, "ram": -1} == of_servers(
        synnefo_compute.QUOTAS.show(context, "p1")
    )
    assert -1 == synnefo_compute.QUOTAS.show(context, "p1", user_id="u1")["cores"].limit


def test_a_limit_that_was_granted_is_not_set_by_hand(context, governor):
    governor.limits = [Limit("project:p1", "", "cyclades.vm", 6)]

    with pytest.raises(Conflict, match="what governor granted"):
        update(context, {"cores": 9, "instances": 7})
    assert -1 == synnefo_compute.QUOTAS.show(context, "p1")["cores"].limit


def test_what_is_not_counted_has_no_limit_to_set(context):
    with pytest.raises(Unbuilt):
        update(context, {"key_pairs": 3})

    assert -1 == update(context, {"key_pairs": -1})["key_pairs"].limit


@pytest.mark.parametrize("project, user", [("nothing", ""), ("p1", "nobody")])
def test_who_is_not_there_has_no_quotas(context, project, user):
    with pytest.raises(Invalid, match="is not a valid"):
        synnefo_compute.QUOTAS.show(context, project, user_id=user)
