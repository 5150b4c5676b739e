# SPDX-License-Identifier: Apache-2.0
"""Which domain of metadata a request is about: ``?domain=NAME`` (PIT-007)."""

from __future__ import annotations

from webob import Request

from synnefo_api_object_store import headers
from synnefo_api_object_store.parameters import parameters
from synnefo_object_store import FILES, check_domain, qualified


def asked(request: Request) -> str:
    """Return the domain; without the parameter it is that of files.

    Raises:
        Invalid: That is no domain.
    """
    domain = parameters(request).get("domain", FILES)
    check_domain(domain)
    return domain


def metadata(request: Request) -> dict[str, str]:
    """Return the metadata that a request brings for an object, as the object keeps them.

    Raises:
        Invalid: They can't be, or the domain.
    """
    return qualified(headers.metadata(request.environ, "object"), asked(request))
