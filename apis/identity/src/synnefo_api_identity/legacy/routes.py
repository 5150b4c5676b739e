# SPDX-License-Identifier: Apache-2.0
"""What version 2.0 serves. The addresses of tokens are kept from the access log."""

from __future__ import annotations

from synnefo_api_identity.legacy import handlers, schemas
from synnefo_core.contracts.api import Route

ROUTES = [
    Route("GET", "/", handlers.version, is_public=True),
    Route("POST", "/tokens", handlers.log_in, is_public=True),
    Route(
        "GET", "/tokens/{token}", handlers.show, query=schemas.SHOW, is_public=True, is_secret=True
    ),
    Route("DELETE", "/tokens/{token}", handlers.give_back, status=204, is_secret=True),
    Route("GET", "/tokens/{token}/endpoints", handlers.endpoints, is_secret=True),
    Route("GET", "/tenants", handlers.tenants, query=schemas.TENANTS),
]
