# SPDX-License-Identifier: Apache-2.0
"""The table of what is served.

Who may do it is decided by the account in the path, in the service.
"""

from __future__ import annotations

from synnefo_api_object_store.handlers import accounts, containers, copies, objects, sync
from synnefo_api_object_store.transactions import traced
from synnefo_core.contracts.api import Handler, Route
from synnefo_core.wsgi.routing import unbuilt

ACCOUNT = "/{account}"
CONTAINER = "/{account}/{container}"
# A name may hold anything: slashes, also at its end.
OBJECT = r"/{account}/{container}/{name:.+}"

_TABLE: list[tuple[str, str, Handler]] = [
    ("HEAD", ACCOUNT, traced(accounts.show)),
    ("GET", ACCOUNT, traced(accounts.index)),
    ("POST", ACCOUNT, traced(accounts.update)),
    ("HEAD", CONTAINER, traced(containers.show)),
    ("GET", CONTAINER, traced(containers.index)),
    ("PUT", CONTAINER, traced(containers.create)),
    ("POST", CONTAINER, traced(sync.update_container)),
    ("DELETE", CONTAINER, traced(containers.delete)),
    ("HEAD", OBJECT, traced(objects.show)),
    ("GET", OBJECT, traced(sync.get)),
    ("PUT", OBJECT, traced(sync.put)),
    ("POST", OBJECT, traced(sync.update)),
    ("DELETE", OBJECT, traced(objects.delete)),
    ("COPY", OBJECT, traced(copies.copy)),
    ("MOVE", OBJECT, unbuilt),
    ("OPTIONS", ACCOUNT, unbuilt),
    ("OPTIONS", CONTAINER, unbuilt),
    ("OPTIONS", OBJECT, unbuilt),
]

# Containers may be open to all: who may is seen behind the table.
ROUTES = [
    Route(method, path, handler, is_stream=True, is_public=True) for method, path, handler in _TABLE
]
