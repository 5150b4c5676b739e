# SPDX-License-Identifier: Apache-2.0
"""Which policies one user has with a login method."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from synnefo_core.cloud import Cloud
from synnefo_identity import method_policies
from synnefo_identity.login_profiles.models import LoginProfileRow, LoginProfileTargetRow
from synnefo_identity.method_policies import MethodPolicy
from synnefo_identity.models import MembershipRow
from synnefo_identity.standing import GROUP, USER


def are_any(method: str) -> ColumnElement[bool]:
    """Return the condition that a method has profiles; most have none."""
    return select(LoginProfileRow.name).where(LoginProfileRow.method == method).exists()


def policy(cloud: Cloud, session: Session, method: str, user_id: str) -> MethodPolicy:
    """Return a user's policy: the method's, changed by the profiles of the user and its groups.

    They come in the order of their priority. An exclusive one begins anew: what the
    configuration and those before it say does not count.
    """
    values = method_policies.values(cloud, method)
    groups = select(MembershipRow.group_id).where(MembershipRow.user_id == user_id)
    target = LoginProfileTargetRow
    is_users = and_(target.kind == USER, target.target_id == user_id)
    is_groups = and_(target.kind == GROUP, target.target_id.in_(groups))
    assigned = select(target.profile).where(or_(is_users, is_groups))
    query = (
        select(LoginProfileRow)
        .where(LoginProfileRow.method == method, LoginProfileRow.name.in_(assigned))
        .order_by(LoginProfileRow.priority, LoginProfileRow.name)
    )
    for row in session.scalars(query):
        values = {**({} if row.is_exclusive else values), **row.values}
    return method_policies.build(values)
