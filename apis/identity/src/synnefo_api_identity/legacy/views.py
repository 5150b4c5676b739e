# SPDX-License-Identifier: Apache-2.0
"""Tokens, tenants and the catalog as the original showed them."""

from __future__ import annotations

import re

import synnefo_identity
from synnefo_api_identity.catalog import Service, services, version_of
from synnefo_api_identity.views.links import Json
from synnefo_core.clock import iso_micro
from synnefo_core.context import RequestContext
from synnefo_identity import Endpoint, Project, Standing, Token

PREFIX = "/identity/v2.0"
REGION = "default"

NAMES = {
    "account": "astakos_account",
    "identity": "astakos_identity",
    "object-store": "pithos_object-store",
    "compute": "cyclades_compute",
    "network": "cyclades_network",
    "image": "cyclades_plankton",
    "block-storage": "cyclades_volume",
}
"""What the original called its services, by our types."""

TYPES = {"block-storage": "volume"}

WEBLOGIN = "/account/v1.0/weblogin"
"""Where browsers log in for programs; these append ``/login?next=``."""

WITHOUT_VERSION = frozenset({"image", "network", "block-storage"})
"""Services whose clients append the version themselves."""


def version(context: RequestContext) -> Json:
    """Show the version at its own address."""
    link = {"rel": "self", "href": f"{context.cloud.public_url}{PREFIX}/"}
    return {
        "id": "v2.0",
        "status": "DEPRECATED",
        "updated": "2013-03-06T00:00:00Z",
        "links": [link],
        "media-types": [
            {"base": "application/json", "type": "application/vnd.openstack.identity-v2.0+json"}
        ],
    }


def access(context: RequestContext, shown: Token) -> Json:
    """Show what a login gives."""
    project = shown.standing.project
    token: Json = {"id": shown.text, "expires": iso_micro(shown.payload.expires_at)}
    if project is not None:
        token["tenant"] = tenant(project)
    return {
        "access": {
            "token": token,
            "serviceCatalog": catalog(context),
            "user": _user(shown.standing),
        }
    }


def spent(
    context: RequestContext, shown: synnefo_identity.oauth2.Access, standing: Standing
) -> Json:
    """Show who allowed an access token."""
    token = {"id": shown.text, "expires": iso_micro(context.now() + shown.lasts_s)}
    return {"access": {"token": token, "user": _user(standing)}}


def _user(shown: Standing) -> Json:
    user, project = shown.user, shown.project
    return {
        "id": user.id,
        "name": user.name,
        "username": user.name,
        "roles": [{"id": role.id, "name": role.name} for role in shown.roles],
        "roles_links": [],
        "projects": [project.id] if project else [],
    }


def tenant(shown: Project) -> Json:
    """Show a project."""
    return {
        "id": shown.id,
        "name": shown.name,
        "description": shown.description,
        "enabled": shown.is_enabled,
    }


def catalog(context: RequestContext) -> list[Json]:
    """Show where the services are; accounts and projects are the client's to append."""
    added = synnefo_identity.catalog.offered(context).services
    components = [_added(context, service) for service in added if _public(service)]
    return [*installed(context), *components]


def installed(context: RequestContext) -> list[Json]:
    """Show where this cloud's own services are."""
    shown = [_service(context, service) for service in services(context.cloud)]
    return [*shown, _weblogin(context)]


def endpoints(context: RequestContext) -> list[Json]:
    """Show the endpoints of all services, each with what it belongs to."""
    return [
        {"name": service["name"], "type": service["type"], **endpoint}
        for service in catalog(context)
        for endpoint in service["endpoints"]
    ]


def _public(service: Service) -> list[Endpoint]:
    return [endpoint for endpoint in service.endpoints if endpoint.interface == "public"]


def _url(endpoint: Endpoint) -> str:
    """Return where a service is, up to where the client appends a project."""
    return re.split(r"[$%]\(", endpoint.url)[0].removesuffix("AUTH_").rstrip("/")


def _added(context: RequestContext, shown: Service) -> Json:
    """Show what the original called a component's service: one that is no part of this cloud."""
    ui_url = shown.ui_url or synnefo_identity.accounts.page_url(context.cloud)
    return {
        "name": shown.name or shown.type,
        "type": shown.type,
        "endpoints": [
            {
                "versionId": _version_of(_url(endpoint)),
                "SNF:uiURL": ui_url,
                **_told(endpoint),
                "region": REGION,
                "publicURL": _url(endpoint),
            }
            for endpoint in _public(shown)
        ],
        "endpoints_links": [],
    }


def _told(endpoint: Endpoint) -> Json:
    """Return what else the component says of an endpoint."""
    return {key: value for key, value in endpoint.extra.items() if isinstance(value, str)}


def _weblogin(context: RequestContext) -> Json:
    """Show where programs on people's devices have a browser log in."""
    url = f"{context.cloud.public_url}{WEBLOGIN}"
    return {
        "name": "astakos_weblogin",
        "type": "astakos_weblogin",
        "endpoints": [
            {
                "region": REGION,
                "publicURL": url,
                "versionId": "",
                "SNF:uiURL": synnefo_identity.accounts.page_url(context.cloud),
                "SNF:webloginURL": url,
            }
        ],
        "endpoints_links": [],
    }


def _version_of(url: str) -> str:
    last = url.rpartition("/")[2]
    return last if re.fullmatch(r"v[0-9.]+", last) else ""


def _service(context: RequestContext, shown: Service) -> Json:
    url = shown.endpoints[0].url.partition("%(")[0]
    url, number = url.removesuffix("AUTH_").rstrip("/"), version_of(context.cloud, shown)
    if shown.type == "identity":
        url, number = f"{context.cloud.public_url}{PREFIX}", "v2.0"
    endpoint = {
        "region": REGION,
        "publicURL": url.removesuffix(f"/{number}") if shown.type in WITHOUT_VERSION else url,
        "versionId": number,
        "SNF:uiURL": synnefo_identity.accounts.page_url(context.cloud),
    }
    return {
        "name": NAMES.get(shown.type, shown.name),
        "type": TYPES.get(shown.type, shown.type),
        "endpoints": [endpoint],
        "endpoints_links": [],
    }
