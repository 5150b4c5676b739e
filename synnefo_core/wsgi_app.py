# SPDX-License-Identifier: Apache-2.0
"""``synnefo_core.wsgi_app:application`` for any WSGI server.

The environment says where the cloud is: ``SYNNEFO_DATA`` (its directory) and
``SYNNEFO_CONFIG`` (more configuration files, separated by ``:``).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.orm import configure_mappers

from synnefo_core import logs
from synnefo_core.cloud import Cloud, assemble
from synnefo_core.db import migrations
from synnefo_core.wsgi import compose

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def cloud_from_environment() -> Cloud:
    """Assemble the cloud that the environment names.

    Raises:
        Misconfigured: The configuration or the schema does not fit.
    """
    data = os.environ.get("SYNNEFO_DATA")
    files = [Path(name) for name in os.environ.get("SYNNEFO_CONFIG", "").split(":") if name]
    cloud = assemble(data_dir=Path(data) if data else None, files=tuple(files))
    logs.configure(cloud.config.log.format, cloud.config.log.level)
    return cloud


def build(cloud: Cloud) -> WSGIApplication:
    """Return the application of a cloud whose schema is current.

    Raises:
        Misconfigured: The schema is not.
    """
    migrations.require_current(cloud.database, cloud.branches())
    configure_mappers()  # now, not in the first request
    return compose.application(cloud)


def __getattr__(name: str) -> WSGIApplication:
    """Build ``application`` when a server asks for it, not when the module is imported."""
    if name != "application":
        raise AttributeError(name)
    globals()["application"] = built = build(cloud_from_environment())
    return built
