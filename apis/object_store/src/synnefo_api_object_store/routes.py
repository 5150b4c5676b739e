# SPDX-License-Identifier: Apache-2.0
"""The table of what is served.

Who may do it is decided by the account in the path, in the service.
"""

from __future__ import annotations

from synnefo_api_object_store.handlers import (
    accounts,
    containers,
    copies,
    objects,
    options,
    published,
    sync,
    viewed,
)
from synnefo_api_object_store.transactions import traced
from synnefo_api_object_store.websites import shown
from synnefo_core.contracts.api import Handler, Route

ACCOUNT = "/{account}"
CONTAINER = "/{account}/{container}"
# A name may hold anything: slashes, also at its end.
OBJECT = r"/{account}/{container}/{name:.+}"

_TABLE: list[tuple[str, str, Handler]] = [
    ("HEAD", ACCOUNT, traced(accounts.show)),
    ("GET", ACCOUNT, traced(accounts.index)),
    ("POST", ACCOUNT, traced(accounts.update)),
    ("PUT", ACCOUNT, traced(accounts.put)),
    ("DELETE", ACCOUNT, traced(accounts.delete)),
    ("HEAD", CONTAINER, traced(shown(containers.show))),
    ("GET", CONTAINER, traced(shown(containers.index))),
    ("PUT", CONTAINER, traced(containers.create)),
    ("POST", CONTAINER, traced(sync.update_container)),
    ("DELETE", CONTAINER, traced(containers.delete)),
    ("HEAD", OBJECT, traced(shown(sync.show))),
    ("GET", OBJECT, traced(shown(sync.get))),
    ("PUT", OBJECT, traced(sync.put)),
    ("POST", OBJECT, traced(sync.update)),
    ("DELETE", OBJECT, traced(objects.delete)),
    ("COPY", OBJECT, traced(copies.copy)),
    ("MOVE", OBJECT, traced(copies.move)),
    ("OPTIONS", ACCOUNT, traced(options.of_account)),
    ("OPTIONS", CONTAINER, traced(options.of_container)),
    ("OPTIONS", OBJECT, traced(options.of_object)),
]

# Containers may be open to all: who may is seen behind the table.
ROUTES = [
    Route("GET", "/", traced(accounts.sharing_with_me)),
    *(
        Route(method, path, handler, is_stream=True, is_public=True)
        for method, path, handler in _TABLE
    ),
]

ADDRESS = "/{address}"

PUBLIC_ROUTES = [
    Route("HEAD", ADDRESS, traced(published.show), is_public=True, is_secret=True),
    Route("GET", ADDRESS, traced(published.show), is_public=True, is_secret=True),
]

# A token in the address says who may.
VIEW_ROUTES = [
    Route("HEAD", OBJECT, traced(viewed.show), is_public=True, is_secret=True),
    Route("GET", OBJECT, traced(viewed.show), is_public=True, is_secret=True),
]
