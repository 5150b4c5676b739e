# SPDX-License-Identifier: Apache-2.0
"""What works for servers: the worker and the clusters.

Source: docs.openstack.org/api-ref/compute, "Compute services (os-services)".
"""

from __future__ import annotations

from typing import Any

import synnefo_backends
from synnefo_api_compute.versions import FORCED_DOWN, SERVICE_IDS
from synnefo_api_compute.views import service as view
from synnefo_backends import Service
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version
from synnefo_core.errors import Conflict, Invalid, NotFound, Unbuilt


def index(context: RequestContext, query: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``GET /os-services``."""
    found = synnefo_backends.services(
        context, host=query.get("host", ""), binary=query.get("binary", "")
    )
    return {"services": [view.full(service, version) for service in found]}


def update(
    context: RequestContext, service: str, body: dict[str, Any], version: Version
) -> dict[str, Any]:
    """Answer ``PUT /os-services/{service}``: an id, before 2.53 the name of what is to be done."""
    if version >= SERVICE_IDS:
        return _update(context, service, body, version)
    if service == "force-down" and version >= FORCED_DOWN:
        return _force_down(context, body)
    if service not in ("enable", "disable", "disable-log-reason"):
        noun = "action"
        raise NotFound(noun, service)
    reason = body.get("disabled_reason", "") if service == "disable-log-reason" else ""
    if service == "disable-log-reason" and not reason:
        msg = "missing disabled reason field"
        raise Invalid(msg)
    found = _named(context, body["host"], body["binary"])
    done = _switch(context, found, is_enabled=service == "enable", reason=reason)
    return {"service": view.switched(done)}


def _force_down(context: RequestContext, body: dict[str, Any]) -> dict[str, Any]:
    if "forced_down" not in body:
        msg = "missing forced_down field"
        raise Invalid(msg)
    found = _named(context, body["host"], body["binary"])
    _require_not_forced(body)
    return {"service": view.forced(found)}


def _require_not_forced(body: dict[str, Any]) -> None:
    # A cluster has nodes of its own to fail over to: there is nothing to evacuate from here.
    if str(body.get("forced_down", False)).lower() in ("true", "1", "on", "yes", "t", "y"):
        what = "forcing a cluster down; synnefo backend set --offline takes it out of use"
        raise Unbuilt(what)


def _update(
    context: RequestContext, service_id: str, body: dict[str, Any], version: Version
) -> dict[str, Any]:
    found = _of_id(context, service_id)
    status, reason = body.get("status"), body.get("disabled_reason", "")
    if status is None and "forced_down" not in body:
        msg = "no updates were requested. Fields 'status' or 'forced_down' should be specified"
        raise Invalid(msg)
    if reason and status != "disabled":
        msg = "specifying disabled_reason when status is not disabled is invalid"
        raise Invalid(msg)
    _require_not_forced(body)
    if status is not None:
        found = _switch(context, found, is_enabled=status == "enabled", reason=reason)
    return {"service": view.full(found, version)}


def delete(context: RequestContext, service: str) -> None:
    """Answer ``DELETE /os-services/{service}``: forget a cluster that holds none of our servers."""
    found = _of_id(context, service)
    if found.binary != synnefo_backends.CLUSTER:
        msg = f"{found.binary} stands for the workers; it is down when they are stopped"
        raise Conflict(msg)
    synnefo_backends.remove(context, found.host)


def _of_id(context: RequestContext, service_id: str) -> Service:
    for each in synnefo_backends.services(context):
        if each.id == service_id:
            return each
    noun = "service"
    raise NotFound(noun, service_id)


def _named(context: RequestContext, host: str, binary: str) -> Service:
    found = synnefo_backends.services(context, host=host, binary=binary)
    if not found:
        noun = f"{binary} on host"
        raise NotFound(noun, host)
    return found[0]


def _switch(context: RequestContext, service: Service, *, is_enabled: bool, reason: str) -> Service:
    """Let a cluster have new servers, or no more."""
    if service.binary != synnefo_backends.CLUSTER:
        msg = f"updating a {service.binary} service is not supported"
        raise Invalid(msg)
    synnefo_backends.modify(
        context, service.host, is_drained=not is_enabled, drained_because=reason
    )
    return _named(context, service.host, service.binary)
