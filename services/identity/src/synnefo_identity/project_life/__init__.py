# SPDX-License-Identifier: Apache-2.0
"""What becomes of projects: applications, approval, limits, members, the end (AST-076 to AST-094).

Every project has a life, also one that nobody applied for. All that it is in the Keystone API,
a project with roles on it, follows from here.
"""

from synnefo_identity.project_life.applications import (
    PENDING,
    TooManyPending,
    apply,
    index as list_applications,
    modify,
    resolve,
    things,
    usage,
)
from synnefo_identity.project_life.control import (
    ACTIONS,
    act,
    change,
    change_personal,
    expired,
    terminate_expired,
)
from synnefo_identity.project_life.limits import (
    Difference,
    fill_new,
    regrant,
    verify,
    wanted as wanted_limits,
)
from synnefo_identity.project_life.lives import (
    Mode,
    Selection,
    history,
    index,
    show,
)
from synnefo_identity.project_life.members import (
    Full,
    act as act_on_member,
    enroll,
    index as list_members,
    join,
    show as show_member,
)
from synnefo_identity.project_life.states import (
    APPLICATION,
    MEMBERSHIP,
    PROJECT,
    ApplicationState,
    JoinPolicy,
    Machine,
    MemberState,
    ProjectState,
)
from synnefo_identity.project_life.values import (
    Application,
    Entry,
    Life,
    Limits,
    Member,
    Wish,
)

__all__ = [
    "ACTIONS",
    "APPLICATION",
    "MEMBERSHIP",
    "PENDING",
    "PROJECT",
    "Application",
    "ApplicationState",
    "Difference",
    "Entry",
    "Full",
    "JoinPolicy",
    "Life",
    "Limits",
    "Machine",
    "Member",
    "MemberState",
    "Mode",
    "ProjectState",
    "Selection",
    "TooManyPending",
    "Wish",
    "act",
    "act_on_member",
    "apply",
    "change",
    "change_personal",
    "enroll",
    "expired",
    "fill_new",
    "history",
    "index",
    "join",
    "list_applications",
    "list_members",
    "modify",
    "regrant",
    "resolve",
    "show",
    "show_member",
    "terminate_expired",
    "things",
    "usage",
    "verify",
    "wanted_limits",
]
