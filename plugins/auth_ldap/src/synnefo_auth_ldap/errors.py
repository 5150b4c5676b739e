# SPDX-License-Identifier: Apache-2.0
"""What a directory's answer can mean besides yes.

AuthError
├── Refused                      the server does not let this name in with this password
└── AuthUnavailable
    └── ServerFailed             this server can't be used now; another one may
"""

from __future__ import annotations

from synnefo_core.contracts.auth import AuthError, AuthUnavailable


class Refused(AuthError):
    """A server refused a name and a password."""


class ServerFailed(AuthUnavailable):
    """A server did not answer, is not trusted, or can't do what the settings ask of it.

    Attributes:
        is_stale: The connection had served before: the server may have closed it meanwhile, and
            a new one may do.
    """

    def __init__(self, server: object, problem: str, *, is_stale: bool = False) -> None:
        super().__init__(f"{server}: {problem}")
        self.is_stale = is_stale
