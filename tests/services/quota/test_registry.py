# SPDX-License-Identifier: Apache-2.0
"""What is counted, and what operators change of it: AST-054 to AST-059."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

import synnefo_quota
from synnefo_core.context import for_worker
from synnefo_core.contracts.quota import Charge, QuotaResource
from synnefo_core.errors import NotFound, QuotaExceeded
from synnefo_core.hookspecs import hookimpl
from synnefo_core.plugins import Plugins
from synnefo_core.testing.fakes.directory import DirectoryPlugin
from synnefo_quota import registry
from synnefo_quota.models import ResourceRow


class Latecomer:
    """A service that is installed when projects have long been there."""

    @hookimpl
    def quota_resources(self) -> Iterable[QuotaResource]:
        return [QuotaResource("late.cup", "Cups", user_default=2, project_default=5)]


def limit_of(context, project_id, resource="tests.vm"):
    return synnefo_quota.left(context, project_id, resource).limit


def test_a_changed_default_is_for_future_projects_only(context, directory):
    directory.login("u1", "old")

    registry.modify(context, "tests.vm", project_default=3)
    directory.login("u1", "new")

    assert (limit_of(context, "old"), limit_of(context, "new")) == (10, 3)


def test_personal_and_other_projects_have_defaults_of_their_own(context, directory):
    registry.modify(context, "tests.vm", user_default=2, project_default=3)
    directory.login("u1", "u1")

    assert (limit_of(context, "u1"), limit_of(context, "p1")) == (2, 3)


def test_a_personal_project_keeps_its_own_default_too(context, directory):
    registry.modify(context, "tests.vm", user_default=2)
    directory.login("u1", "u1")

    registry.modify(context, "tests.vm", user_default=1)
    directory.login("u2", "u2")

    assert (limit_of(context, "u1"), limit_of(context, "u2")) == (2, 1)


def test_a_limit_that_was_set_outlives_a_changed_default(context, directory):
    directory.login("u1", "p1")
    synnefo_quota.set_limit(context, holder="project:p1", resource="tests.vm", limit=7)

    registry.modify(context, "tests.vm", project_default=3)

    assert limit_of(context, "p1") == 7


def test_a_changed_default_is_enforced(context):
    registry.modify(context, "tests.vm", project_default=1)

    with pytest.raises(QuotaExceeded, match="1 left"):
        synnefo_quota.charge(context, [Charge("p1", "u1", "tests.vm", 2)])


def test_more_projects_than_are_done_at_once_keep_their_limits(context, directory, monkeypatch):
    monkeypatch.setattr(registry, "BATCH", 2)
    for number in range(5):
        directory.login("u1", f"p{number}")

    registry.modify(context, "tests.vm", project_default=3)

    assert {limit_of(context, f"p{number}") for number in range(5)} == {10}


def test_a_hidden_resource_is_enforced_all_the_same(context):
    registry.modify(context, "tests.vm", is_shown=False, project_default=1)

    shares = synnefo_quota.of_user(context, "u1", also=["p1"])
    assert "tests.vm" not in shares["p1"]
    with pytest.raises(QuotaExceeded):
        synnefo_quota.charge(context, [Charge("p1", "u1", "tests.vm", 2)])


def test_a_new_resource_has_its_defaults_in_old_projects_at_once(
    context, owner, directory, make_cloud
):
    directory.login("u1", "u1")
    directory.login("u1", "p1")
    hooks = {"owner": owner, "directory": DirectoryPlugin(directory), "late": Latecomer()}
    later = for_worker(make_cloud(plugins_=Plugins(hooks), like=context.cloud))

    of_projects = synnefo_quota.of_projects(later, ["u1", "p1"])

    limits = {project: held["late.cup"].limit for project, held in of_projects.items()}
    assert limits == {"u1": 2, "p1": 5}
    with pytest.raises(QuotaExceeded):
        synnefo_quota.charge(later, [Charge("p1", "u1", "late.cup", 6)])


def test_an_unknown_resource_cannot_be_changed(context):
    with pytest.raises(NotFound, match=r"tests\.unknown"):
        registry.modify(context, "tests.unknown", project_default=3)


def test_who_counts_a_resource_is_remembered_from_its_first_use(context):
    synnefo_quota.charge(context, [Charge("p1", "u1", "tests.vm", 1)])

    with context.reading() as session:
        assert session.get_one(ResourceRow, "tests.vm").owner == "owner"


def test_a_refused_first_use_is_registered_by_the_next(context):
    with pytest.raises(QuotaExceeded):
        synnefo_quota.charge(context, [Charge("p1", "u1", "tests.vm", 11)])

    synnefo_quota.charge(context, [Charge("p1", "u1", "tests.vm", 1)])

    with context.reading() as session:
        assert session.get(ResourceRow, "tests.vm") is not None
