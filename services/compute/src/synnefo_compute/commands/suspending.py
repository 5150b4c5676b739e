# SPDX-License-Identifier: Apache-2.0
"""``synnefo server modify``: what an operator decides of servers of others (CYC-038, CYC-085)."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from synnefo_compute import reassigning, servers, suspending
from synnefo_core.commands import CloudCommand
from synnefo_core.context import RequestContext, for_worker
from synnefo_core.errors import Invalid, NotFound


class Modify(CloudCommand):
    """Suspend servers, let them be used again, hide them, or give one another name.

    Suspended servers are stopped; their owners see them, and can do nothing to them. Of their projects
    only their users see those that are not shared.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which ones, and what is to be done."""
        parser = super().get_parser(prog_name)
        parser.add_argument("servers", metavar="ID", nargs="*")
        parser.add_argument("--project", metavar="ID", default="", help="all of this project")
        parser.add_argument("--user", metavar="ID", default="", help="all of this user")
        parser.add_argument("--suspended", action=argparse.BooleanOptionalAction)
        parser.add_argument("--shared-to-project", action=argparse.BooleanOptionalAction)
        parser.add_argument(
            "--because", metavar="TEXT", default="", help="why, as their owners see it"
        )
        parser.add_argument("--name", help="the new name of one server")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Do it, one server after the other; one that is gone does not stop the others."""
        context = for_worker(self.cloud)
        chosen = _chosen(context, parsed_args)
        for server_id in chosen:
            try:
                self.say(f"{server_id}: {_modify(context, server_id, parsed_args)}")
            except NotFound as cause:
                if server_id in parsed_args.servers:
                    raise
                self.say(f"{server_id}: {cause}")


def _chosen(context: RequestContext, parsed_args: argparse.Namespace) -> Sequence[str]:
    named, project, user = parsed_args.servers, parsed_args.project, parsed_args.user
    if bool(named) == bool(project or user):
        msg = "name servers by their ids, or by --project and --user"
        raise Invalid(msg)
    wanted = parsed_args.suspended, parsed_args.name, parsed_args.shared_to_project
    if wanted == (None, None, None):
        msg = "nothing is to change; try --suspended"
        raise Invalid(msg)
    if parsed_args.name is not None and len(named) != 1:
        msg = "a name is for one server"
        raise Invalid(msg)
    return named or suspending.servers_of(context, project_id=project, user_id=user)


def _modify(context: RequestContext, server_id: str, parsed_args: argparse.Namespace) -> str:
    """Change a server; return what became of it."""
    done = []
    if parsed_args.name is not None:
        servers.update_server(context, server_id, name=parsed_args.name)
        done.append("renamed")
    if parsed_args.shared_to_project is not None:
        done.append(_share(context, server_id, is_shared=parsed_args.shared_to_project))
    if parsed_args.suspended is not None:
        done.append(_suspend(context, server_id, parsed_args))
    return ", ".join(done)


def _share(context: RequestContext, server_id: str, *, is_shared: bool) -> str:
    reassigning.hide_server(context, server_id, is_hidden=not is_shared)
    return "shared to its project" if is_shared else "its user's alone"


def _suspend(context: RequestContext, server_id: str, parsed_args: argparse.Namespace) -> str:
    if not parsed_args.suspended:
        suspending.resume_server(context, server_id)
        return "not suspended"
    problem = suspending.suspend_server(context, server_id, because=parsed_args.because)
    return f"suspended, but not stopped: {problem}" if problem else "suspended"
