# SPDX-License-Identifier: Apache-2.0
"""What is counted: the answers of all plugins."""

from __future__ import annotations

from dataclasses import dataclass

from synnefo_core.cloud import Cloud
from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.contracts.quota import UNLIMITED, QuotaResource


@dataclass(frozen=True)
class Owned:
    """A resource and the plugin that counts it."""

    resource: QuotaResource
    owner: str


def resources(cloud: Cloud) -> dict[str, Owned]:
    """Return every resource by its name.

    Raises:
        Misconfigured: Two plugins count under one name.
    """
    return cloud.shared("quota.resources", lambda: _collect(cloud))


def _collect(cloud: Cloud) -> dict[str, Owned]:
    found: dict[str, Owned] = {}
    for owner, answer in cloud.plugins.answers("quota_resources"):
        for resource in answer:
            if resource.name in found:
                msg = f"{owner} and {found[resource.name].owner} both count {resource.name}"
                raise Misconfigured(msg)
            found[resource.name] = Owned(resource, owner)
    return found


def default_limit(cloud: Cloud, *, holder: str, source: str, resource: str) -> int:
    """Return the limit of a new holding.

    A user's share of a project is bounded by the project alone; a project gets the default
    of its kind: a personal project has its user's id.
    """
    owned = resources(cloud).get(resource)
    if source or owned is None:
        return UNLIMITED
    if cloud.directory is not None:
        project_id = holder.removeprefix("project:")
        if project_id in cloud.directory.users([project_id]):
            return owned.resource.user_default
    return owned.resource.project_default
