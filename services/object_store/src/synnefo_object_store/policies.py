# SPDX-License-Identifier: Apache-2.0
"""Who may do what in an account; the project is the account's."""

from __future__ import annotations

from synnefo_core.policy import ADMIN, MEMBER as _MEMBER, READER as _READER, rule

RESELLER = f"{ADMIN} or role:ResellerAdmin"
"""Swift's role of those who sell the cloud's accounts: all that an administrator may do here."""
READER = f"{_READER} or {RESELLER}"
MEMBER = f"{_MEMBER} or {RESELLER}"

RULES = [
    rule(
        "object_store:account:read",
        READER,
        "Show an account and list its containers",
        "GET /{account}",
        "HEAD /{account}",
    ),
    rule("object_store:account:write", MEMBER, "Change an account's metadata", "POST /{account}"),
    rule("object_store:account:limit", RESELLER, "Set an account's quotas", "POST /{account}"),
    rule(
        "object_store:container:read",
        READER,
        "Show a container and list its objects",
        "GET /{account}/{container}",
        "HEAD /{account}/{container}",
    ),
    rule(
        "object_store:container:write",
        MEMBER,
        "Make, change and remove containers",
        "PUT /{account}/{container}",
        "POST /{account}/{container}",
        "DELETE /{account}/{container}",
    ),
    rule(
        "object_store:object:read",
        READER,
        "Read objects",
        "GET /{account}/{container}/{object}",
        "HEAD /{account}/{container}/{object}",
    ),
    rule(
        "object_store:object:write",
        MEMBER,
        "Write, change and remove objects",
        "PUT /{account}/{container}/{object}",
        "POST /{account}/{container}/{object}",
        "DELETE /{account}/{container}/{object}",
    ),
]
