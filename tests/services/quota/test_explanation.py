# SPDX-License-Identifier: Apache-2.0
"""Which things are behind a number."""

from __future__ import annotations

import pytest

import synnefo_quota
from synnefo_core.cloud import assemble
from synnefo_core.context import for_worker
from synnefo_core.contracts.quota import Charge, Usage
from synnefo_core.errors import NotFound, Unavailable


@pytest.fixture
def rows(context, owner):
    """Let two users have three things of p1 and one of another project."""
    owner.rows = [
        Usage("p1", "u1", "tests.vm", 1),
        Usage("p1", "u1", "tests.vm", 4),
        Usage("p1", "u2", "tests.vm", 2),
        Usage("p2", "u1", "tests.vm", 3),
    ]
    for row in owner.rows:
        synnefo_quota.charge(
            context, [Charge(row.project_id, row.user_id, row.resource, row.amount)]
        )


def explain(context, **others):
    return synnefo_quota.explain(context, project_id="p1", resource="tests.vm", **others)


@pytest.mark.usefixtures("rows")
def test_a_projects_number_is_explained_by_all_its_things(context):
    explained = explain(context)

    assert [thing.amount for thing in explained.things] == [4, 2, 1]
    assert (explained.holding.usage, explained.amount, explained.is_complete) == (7, 7, True)


@pytest.mark.usefixtures("rows")
def test_a_share_is_explained_by_the_users_things(context):
    explained = explain(context, user_id="u2")

    assert [thing.user_id for thing in explained.things] == ["u2"]
    assert (explained.holding.usage, explained.is_complete) == (2, True)


@pytest.mark.usefixtures("rows")
def test_many_things_are_summed_up(context):
    explained = explain(context, most=1)

    assert [thing.amount for thing in explained.things] == [4]
    assert (explained.others, explained.others_amount, explained.amount) == (2, 3, 7)


@pytest.mark.usefixtures("rows")
def test_what_does_not_add_up_is_told(context, owner):
    owner.rows.pop(0)

    assert not explain(context).is_complete


def test_what_nobody_counts_is_not_there(context):
    with pytest.raises(NotFound):
        synnefo_quota.explain(context, project_id="p1", resource="tests.unknown")


@pytest.mark.usefixtures("rows")
def test_an_absent_owner_explains_nothing_away(cloud):
    url = cloud.config.database.url
    without = assemble(data_dir=cloud.data_dir, overrides={("database", "url"): url})

    with pytest.raises(Unavailable, match="owner is not here"):
        explain(for_worker(without))
    without.close()


def test_every_service_that_counts_can_explain(plugins):
    def names(hook):
        return {implementation.plugin_name for implementation in hook.get_hookimpls()}

    assert names(plugins.hook.quota_usage)
    assert names(plugins.hook.quota_usage) == names(plugins.hook.quota_things)
