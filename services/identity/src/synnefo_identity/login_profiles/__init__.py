# SPDX-License-Identifier: Apache-2.0
"""Login profiles: other policies of a login method for some users or groups."""

from synnefo_identity.login_profiles.profiles import (
    LoginProfile,
    assign,
    delete,
    forget_actor,
    index,
    save,
    show,
    unassign,
)
from synnefo_identity.login_profiles.resolution import are_any, policy

__all__ = [
    "LoginProfile",
    "are_any",
    "assign",
    "delete",
    "forget_actor",
    "index",
    "policy",
    "save",
    "show",
    "unassign",
]
