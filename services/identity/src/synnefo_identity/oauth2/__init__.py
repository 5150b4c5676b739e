# SPDX-License-Identifier: Apache-2.0
"""OAuth 2.0: users let programs reach some of what is theirs, once and for a short time."""

from synnefo_identity.oauth2.access import spend
from synnefo_identity.oauth2.clients import (
    Client,
    add as add_client,
    index as list_clients,
    remove as remove_client,
    require as require_client,
)
from synnefo_identity.oauth2.grants import (
    Access,
    Exchange,
    Refused,
    Wish,
    allow,
    asked,
    deny,
    exchange,
    tidy,
)

__all__ = [
    "Access",
    "Client",
    "Exchange",
    "Refused",
    "Wish",
    "add_client",
    "allow",
    "asked",
    "deny",
    "exchange",
    "list_clients",
    "remove_client",
    "require_client",
    "spend",
    "tidy",
]
