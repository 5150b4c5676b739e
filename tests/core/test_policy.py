# SPDX-License-Identifier: Apache-2.0
import pytest

from synnefo_core import policy
from synnefo_core.context import RequestContext, for_claims, for_worker
from synnefo_core.contracts.directory import Claims
from synnefo_core.errors import Forbidden
from synnefo_core.policy import rule
from synnefo_core.testing.fixtures import NO_DATABASE
from synnefo_core.testing.plugins import answering

RULES = [
    rule("toy:thing:look", policy.ANYONE, "Anyone", "GET /"),
    rule("toy:thing:enter", policy.AUTHENTICATED, "Anyone with a token", "GET /things"),
    rule("toy:thing:show", policy.READER, "Readers", "GET /things/{id}"),
    rule("toy:thing:make", policy.MEMBER, "Members", "POST /things"),
    rule("toy:thing:manage", policy.MANAGER, "Managers", "PUT /things/{id}"),
    rule("toy:thing:purge", policy.ADMIN, "Administrators", "DELETE /things"),
]
LADDER = ["reader", "member", "manager", "admin"]
VERBS = ["look", "enter", "show", "make", "manage", "purge"]


@pytest.fixture
def cloud(house):
    return house(answering(policies=RULES), settings=NO_DATABASE)


@pytest.fixture
def caller(cloud):
    """Return a function that makes the context of a user of p1 with a role and those below."""

    def make(role):
        roles = frozenset(LADDER[: LADDER.index(role) + 1])
        claims = Claims("u1", "alice", "default", 9e9, project_id="p1", roles=roles)
        return for_claims(cloud, claims, "req-1")

    return make


def allowed(context, **target):
    return [v for v in VERBS if context.cloud.policy.allows(context, f"toy:thing:{v}", **target)]


@pytest.mark.parametrize(
    "role, number", [("reader", 3), ("member", 4), ("manager", 5), ("admin", 6)]
)
def test_each_role_may_what_those_below_it_may(caller, role, number):
    assert VERBS[:number] == allowed(caller(role))


def test_without_a_token_only_what_is_for_anyone_is_allowed(cloud):
    assert ["look"] == allowed(RequestContext(cloud=cloud))


def test_the_cloud_itself_may_do_all_that_needs_a_role(cloud):
    assert {"show", "make", "manage", "purge"} <= set(allowed(for_worker(cloud)))


def test_roles_count_in_the_projects_of_the_token_only(caller):
    assert ["look", "enter"] == allowed(caller("manager"), project_id="p2")
    assert VERBS == allowed(caller("admin"), project_id="p2")


def test_who_may_not_is_refused_with_the_name_of_the_rule(caller):
    context = caller("reader")

    with pytest.raises(Forbidden, match="your roles do not allow toy:thing:make"):
        context.cloud.policy.require(context, "toy:thing:make")


def test_an_operator_overrides_a_rule_in_policy_yaml(cloud, caller):
    (cloud.data_dir / "policy.yaml").write_text('"toy:thing:make": "role:manager"\n')

    assert ["look", "enter", "show"] == allowed(caller("member"))
    assert VERBS[:5] == allowed(caller("manager"))


def test_two_plugins_with_one_rule_are_refused(house):
    cloud = house(answering(policies=RULES[:1]), answering(policies=RULES[:1]))

    with pytest.raises(Exception, match="toy:thing:look"):
        _ = cloud.policy


def test_an_anonymous_context_has_no_project(cloud):
    context = RequestContext(cloud=cloud)

    assert (True, False) == (context.is_anonymous, context.is_admin)
    with pytest.raises(Forbidden, match="not scoped to a project"):
        context.require_project()


def test_a_context_says_what_its_token_says(caller):
    context = caller("member")

    assert ("u1", "p1", "p1") == (context.user_id, context.project_id, context.require_project())
    assert (False, False) == (context.is_anonymous, context.is_admin)


def test_the_workers_context_is_an_administrators_without_a_project(cloud):
    context = for_worker(cloud, "req-7")

    assert ("req-7", "", True, False) == (
        context.request_id,
        context.project_id,
        context.is_admin,
        context.is_anonymous,
    )


def test_a_context_shows_no_secrets(caller):
    assert "cloud" not in repr(caller("admin"))
