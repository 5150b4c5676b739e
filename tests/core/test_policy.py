# SPDX-License-Identifier: Apache-2.0
"""Who may call what, and how soon a change of the rules counts."""

import pytest

from synnefo_core import policy
from synnefo_core.context import RequestContext
from synnefo_core.errors import Forbidden


@pytest.fixture
def rules(cloud, monkeypatch):
    """Return a function that writes the operator's rules; time passes when it is called."""
    moment = [0.0]
    monkeypatch.setattr(policy.time, "monotonic", lambda: moment[0])

    def write(text):
        (cloud.data_dir / "policy.yaml").write_text(text)
        moment[0] += policy.KNOWN_S

    write("{}")
    return write


def of(cloud, *roles, project_id="p1"):
    return RequestContext(cloud=cloud, user_id="u1", project_id=project_id, roles=frozenset(roles))


def test_the_same_question_about_another_project_has_its_own_answer(cloud):
    member = of(cloud, "member", "reader")

    assert cloud.policy.allows(member, "project_member", project_id="p1")
    assert not cloud.policy.allows(member, "project_member", project_id="p2")


def test_the_same_question_in_another_role_has_its_own_answer(cloud):
    assert cloud.policy.allows(of(cloud, "member"), "project_member")
    assert not cloud.policy.allows(of(cloud, "reader"), "project_member")


def test_changed_rules_count_after_a_moment(cloud, rules):
    member = of(cloud, "member")
    assert cloud.policy.allows(member, "project_member")

    rules("project_member: '!'")

    assert not cloud.policy.allows(member, "project_member")


def test_a_refusal_names_the_rule(cloud):
    with pytest.raises(Forbidden, match="admin"):
        cloud.policy.require(of(cloud, "member"), "admin")
