# SPDX-License-Identifier: Apache-2.0
"""``synnefo service list|show|export``: the catalog from a terminal (AST-099)."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import Any

from synnefo_api_identity import catalog
from synnefo_api_identity.legacy import views as legacy
from synnefo_core.commands import CloudCommand, CloudLister, CloudShow, CommandTable, Table
from synnefo_core.context import RequestContext, for_worker
from synnefo_core.errors import NotFound
from synnefo_identity import Service

_TITLES = ("Id", "Name", "Type", "Component", "Public", "Endpoints")


def _row(service: Service) -> tuple[Any, ...]:
    urls = "\n".join(f"{endpoint.interface}: {endpoint.url}" for endpoint in service.endpoints)
    component_id = service.component_id or ""
    return service.id, service.name, service.type, component_id, service.is_public, urls


def _find(context: RequestContext, text: str) -> Service:
    found = [each for each in catalog.offered(context) if text in (each.id, each.name)]
    if not found:
        noun = "service"
        raise NotFound(noun, text)
    return found[0]


class List(CloudLister):
    """List what the catalog holds: what is installed and what was added."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each service."""
        del parsed_args
        return _TITLES, [_row(each) for each in catalog.offered(for_worker(self.cloud))]


class Show(CloudShow):
    """Show a service with all its endpoints."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one."""
        parser = super().get_parser(prog_name)
        parser.add_argument("service", help="id or name")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[Sequence[str], Sequence[Any]]:
        """Return what is known of it."""
        return _TITLES, _row(_find(for_worker(self.cloud), parsed_args.service))


class Export(CloudCommand):
    """Print this cloud's own services as JSON that ``service import`` of another one takes.

    The other cloud counts nothing of ours, so resources are left out.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what the other cloud calls us."""
        parser = super().get_parser(prog_name)
        parser.add_argument("component", help="the component that we are there")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Print them."""
        own = legacy.installed(for_worker(self.cloud))
        exported = {each["name"]: _exported(each, parsed_args.component) for each in own}
        self.say(json.dumps(exported, indent=2, sort_keys=True))


def _exported(shown: dict[str, Any], component: str) -> dict[str, Any]:
    kept = ("versionId", "publicURL")
    endpoints = [{key: each[key] for key in kept} for each in shown["endpoints"]]
    return {
        "type": shown["type"],
        "component": component,
        "prefix": "",
        "public": True,
        "endpoints": endpoints,
        "resources": {},
    }


COMMANDS: CommandTable = {"service list": List, "service show": Show, "service export": Export}
