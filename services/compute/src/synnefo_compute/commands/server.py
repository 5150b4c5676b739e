# SPDX-License-Identifier: Apache-2.0
"""``synnefo server …``: servers of all projects, beside what the clusters have (CYC-085)."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from functools import partial
from typing import Any

import synnefo_backends
from synnefo_compute import listing, names, servers
from synnefo_compute.listing import Selection
from synnefo_compute.reconcile import adoption, recorded, repairs
from synnefo_compute.reconcile.adoption import Owner
from synnefo_compute.reconcile.differences import of_server
from synnefo_compute.values import Server
from synnefo_core.clock import iso
from synnefo_core.commands import CloudCommand, CloudLister, CloudShow, Table
from synnefo_core.context import RequestContext, for_worker
from synnefo_core.contracts.compute import ComputeBackend, Instance, Job
from synnefo_core.contracts.driver import DriverError

PAGE = 1000
"""So many servers are listed unless another number is asked for."""

FILTERS = {"project": "project_id", "user": "user_id", "state": "vm_state", "flavor": "flavor_id"}
"""Which column an option of ``server list`` narrows."""


class List(CloudLister):
    """List the servers of all projects, the newest first."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what narrows the list."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--project", metavar="ID", help="only of this project")
        parser.add_argument("--user", metavar="ID", help="only of this user")
        parser.add_argument("--backend", metavar="NAME", help="only in this cluster")
        parser.add_argument("--state", metavar="STATE", help="active, stopped, error, …")
        parser.add_argument("--flavor", metavar="ID", help="only of this flavor")
        parser.add_argument("--deleted", action="store_true", help="those that were deleted")
        parser.add_argument("--most", type=int, default=PAGE, metavar="N", help="default: 1000")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        context = for_worker(self.cloud)
        clusters = {each.id: each.name for each in synnefo_backends.listing(context)}
        given = ((column, getattr(parsed_args, name)) for name, column in FILTERS.items())
        values = {column: value for column, value in given if value is not None}
        if parsed_args.backend:
            values["backend_id"] = synnefo_backends.find(context, parsed_args.backend).id
        found = listing.list_servers(
            context,
            limit=max(0, parsed_args.most),
            selection=Selection(values, is_deleted=parsed_args.deleted, is_everyone=True),
        )
        titles = ("ID", "Name", "Project", "User", "Backend", "State", "Task", "vCPUs", "RAM MiB")
        return titles, [_row(each, clusters) for each in found]


def _row(server: Server, clusters: Mapping[str, str]) -> tuple[Any, ...]:
    where = clusters.get(server.backend_id, server.backend_id)
    whose = server.id, server.name, server.project_id, server.user_id
    return *whose, where, server.vm_state, server.task_state, server.vcpus, server.ram_mib


class Import(CloudCommand):
    """Make a server of an instance that a cluster has already."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one, and whose it becomes."""
        parser = super().get_parser(prog_name)
        parser.add_argument("instance", help="its name in the cluster")
        parser.add_argument("--backend", metavar="NAME", required=True, help="the cluster")
        parser.add_argument("--project", metavar="ID", required=True, help="who pays for it")
        parser.add_argument("--user", metavar="ID", required=True, help="whose it is")
        parser.add_argument(
            "--flavor", metavar="ID", default="", help="of its very size; by itself if not given"
        )
        parser.add_argument("--name", default="", help="for people; the instance's if not given")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Adopt it."""
        context = for_worker(self.cloud)
        server_id = adoption.adopt(
            context,
            synnefo_backends.find(context, parsed_args.backend),
            parsed_args.instance,
            Owner(parsed_args.project, parsed_args.user, parsed_args.name),
            flavor_id=parsed_args.flavor,
        )
        self.say(f"{parsed_args.instance} is the server {server_id}")


class Show(CloudShow):
    """Show a server as the cloud has it, and as its cluster has it."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one."""
        parser = super().get_parser(prog_name)
        parser.add_argument("server", metavar="ID")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return its fields."""
        context = for_worker(self.cloud)
        server = servers.show_server(context, parsed_args.server)
        fields = _recorded(context, server) | _in_the_cluster(context, server)
        return list(fields), list(fields.values())


def _recorded(context: RequestContext, server: Server) -> dict[str, Any]:
    return {
        "id": server.id,
        "name": server.name,
        "project": server.project_id,
        "user": server.user_id,
        "shared_to_project": "no" if server.is_hidden else "yes",
        "state": server.vm_state,
        "task": server.task_state,
        "flavor": server.flavor_id,
        "vcpus": server.vcpus,
        "ram_mib": server.ram_mib,
        "disk_gib": server.disk_gib,
        "image": server.image_id,
        "ports": " ".join(port.id for port in server.ports),
        "created": iso(server.created_at),
        "updated": iso(server.updated_at),
        "fault": server.fault,
        "backend": synnefo_backends.find(context, server.backend_id).name,
        "node": server.node,
        "instance": names.of_instance(context.cloud, server.id),
    }


def _in_the_cluster(context: RequestContext, server: Server) -> dict[str, Any]:
    """Return what the cluster says now; when it says nothing, why."""
    row = recorded.of_server(context, server.id)
    if row is None:
        return {}
    try:
        instance = repairs.find(context, row)
        pending = partial(_pending, names.of_instance(context.cloud, server.id))
        jobs = synnefo_backends.call(context, server.backend_id, pending)
    except DriverError as cause:
        return {"there": f"unknown: {cause}"}
    return {
        "there": _said(instance),
        "jobs": " ".join(f"{job.id}:{job.operation}:{job.state.value}" for job in jobs),
        "under way": "yes" if row.is_busy else "no",
        "differences": "; ".join(f"{d.kind}: {d}" for d in of_server(row, instance)),
    }


def _pending(name: str, backend: ComputeBackend) -> list[Job]:
    return backend.job_queue.pending(name)


def _said(instance: Instance | None) -> str:
    if instance is None:
        return "no instance"
    size = f"{instance.vcpus} vCPUs, {instance.ram_mib} MiB"
    return f"{instance.power.value} on {instance.node or 'no node'}, {size}"
