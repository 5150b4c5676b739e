# SPDX-License-Identifier: Apache-2.0
"""What version 2.0 serves.

Tokens are not shown by their address (``GET /tokens/{id}``): an address is written to logs.
"""

from __future__ import annotations

from synnefo_api_identity.legacy import handlers, schemas
from synnefo_core.contracts.api import Route

ROUTES = [
    Route("GET", "/", handlers.version, is_public=True),
    Route("POST", "/tokens", handlers.log_in, is_public=True),
    Route("GET", "/tenants", handlers.tenants, query=schemas.TENANTS),
]
