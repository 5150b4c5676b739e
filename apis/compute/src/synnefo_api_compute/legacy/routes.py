# SPDX-License-Identifier: Apache-2.0
"""What version 2.0 serves. What is the same in version 2.1 is answered by that one's handlers."""

from __future__ import annotations

from synnefo_api_compute.handlers import flavors, metadata
from synnefo_api_compute.legacy import handlers, schemas
from synnefo_api_compute.schemas import action, flavor, metadata as items
from synnefo_core.contracts.api import Route

# fmt: off
ROUTES = [
    #     method    path                            handler            rule                   status
    Route("GET",    "/",                            handlers.version,  is_public=True),
    Route("GET",    "",                             handlers.version,  is_public=True),
    Route("GET",    "/servers",                     handlers.index,    "compute:server:list", query=schemas.LIST),
    Route("GET",    "/servers/detail",              handlers.detail,   "compute:server:list", query=schemas.LIST),
    Route("POST",   "/servers",                     handlers.create,   "compute:server:create", 202, schemas.CREATE),
    Route("GET",    "/servers/{server_id}",         handlers.show,     "compute:server:show"),
    Route("PUT",    "/servers/{server_id}",         handlers.rename,   "compute:server:update", 204, schemas.RENAME),
    Route("DELETE", "/servers/{server_id}",         handlers.delete,   "compute:server:delete", 204),
    Route("POST",   "/servers/{server_id}/action",  handlers.dispatch, None, 202, action.ANY),
    Route("GET",    "/servers/{server_id}/diagnostics", handlers.diagnostics, "compute:server:show"),
    Route("GET",    "/servers/{server_id}/stats",   handlers.stats,    "compute:server:figures"),

    Route("GET",    "/servers/{server_id}/ips",     handlers.addresses, "compute:ip:list"),
    Route("GET",    "/servers/{server_id}/ips/{network_id}", handlers.addresses_in, "compute:ip:show"),

    Route("GET",    "/servers/{server_id}/metadata",       metadata.index,  "compute:metadata:show"),
    Route("POST",   "/servers/{server_id}/metadata",       metadata.merge,  "compute:metadata:update", 201, items.ALL),
    Route("GET",    "/servers/{server_id}/metadata/{key}", metadata.show,   "compute:metadata:show"),
    Route("PUT",    "/servers/{server_id}/metadata/{key}", metadata.update, "compute:metadata:update", 201, items.ONE),
    Route("DELETE", "/servers/{server_id}/metadata/{key}", metadata.delete, "compute:metadata:delete", 204),

    Route("GET",    "/flavors",                     flavors.index,     "compute:flavor:list", query=flavor.LIST),
    Route("GET",    "/flavors/detail",              flavors.detail,    "compute:flavor:list", query=flavor.LIST),
    Route("GET",    "/flavors/{flavor_id}",         flavors.show,      "compute:flavor:show"),
]
