# SPDX-License-Identifier: Apache-2.0
"""Policies of containers as Pithos words them: settings that Swift has other words for, and who pays."""

from __future__ import annotations

from synnefo_api_object_store import headers
from synnefo_api_object_store.headers import Environ
from synnefo_api_object_store.paths import account_id
from synnefo_core.errors import Invalid
from synnefo_object_store import ContainerInfo

_QUOTA, _VERSIONING = "X-Container-Policy-Quota", "X-Container-Policy-Versioning"
_PROJECT = "X-Container-Policy-Project"
_SWITCH = {"auto": "true", "none": "false", "": "false"}


def asked(environ: Environ) -> tuple[dict[str, str], dict[str, str]]:
    """Return the metadata and the settings that policies change; empty ones go to their defaults.

    Raises:
        Invalid: One can't be.
    """
    metadata, settings = {}, {}
    quota = headers.given(environ, _QUOTA)
    if quota is not None:
        # Here nothing is no limit; in Swift's word it is a limit.
        metadata["Quota-Bytes"] = str(headers.number(environ, _QUOTA) or "")
    versioning = headers.given(environ, _VERSIONING)
    if versioning is not None:
        if versioning.strip() not in _SWITCH:
            msg = f"{_VERSIONING} must be auto or none"
            raise Invalid(msg)
        settings["versions_enabled"] = _SWITCH[versioning.strip()]
    project = headers.given(environ, _PROJECT)
    if project is not None:
        settings["project"] = account_id(project.strip())
    return metadata, settings


def told(container: ContainerInfo) -> dict[str, str]:
    """Return a container's policies."""
    keeps = container.settings.get("versions_enabled") == "True"
    return {
        _QUOTA: container.metadata.get("Quota-Bytes", "0"),
        _VERSIONING: "auto" if keeps else "none",
        _PROJECT: headers.encoded(container.settings.get("project", container.account)),
    }
