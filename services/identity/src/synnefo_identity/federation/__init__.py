# SPDX-License-Identifier: Apache-2.0
"""People whom other organisations log in: providers, logins of browsers and of programs."""

from synnefo_identity.federation.providers import (
    GroupRule,
    Provider,
    index as list_providers,
    show as show_provider,
)
from synnefo_identity.federation.trips import (
    COOKIE,
    Departure,
    HandOver,
    Return,
    Wish,
    begin,
    finish,
)
from synnefo_identity.federation.visits import with_visit

__all__ = [
    "COOKIE",
    "Departure",
    "GroupRule",
    "HandOver",
    "Provider",
    "Return",
    "Wish",
    "begin",
    "finish",
    "list_providers",
    "show_provider",
    "with_visit",
]
