# SPDX-License-Identifier: Apache-2.0
"""``synnefo node …``: the nodes that keep guests to their documents, and the keys of these."""

from __future__ import annotations

import argparse

from synnefo_core.clock import iso
from synnefo_core.commands import CloudCommand, CloudLister, CommandTable, Table
from synnefo_core.context import for_worker
from synnefo_network.nodes import agents, signing, spots


class ListNodes(CloudLister):
    """List the nodes that were heard: when last, what they know, what they lack, and what fails there."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        del parsed_args
        rows = [
            (
                node.cluster,
                node.name,
                "up" if node.is_alive else "down",
                iso(node.heard_at),
                node.documents,
                node.behind,
                _gateway(node),
                node.routers,
                node.problem,
            )
            for node in agents.list_node_agents(for_worker(self.cloud))
        ]
        return (
            "Cluster",
            "Node",
            "State",
            "Last hello",
            "Documents",
            "Behind",
            "Gateway",
            "Routers",
            "Problem",
        ), rows


def _gateway(node: agents.NodeAgent) -> str:
    if not node.is_gateway:
        return ""
    return "drained" if node.is_drained else "yes"


class ListRouters(CloudLister):
    """List the routers with their gateways, and what keeps any from working."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each that has a gateway, or can have none."""
        del parsed_args
        rows = [
            (each.router_id, each.cluster, each.node, each.elsewhere, each.problem)
            for each in spots.listing(for_worker(self.cloud))
        ]
        return ("Router", "Cluster", "Node", "Servers also in", "Problem"), rows


class _Drain(CloudCommand):
    is_drained = True

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one."""
        parser = super().get_parser(prog_name)
        parser.add_argument("cluster")
        parser.add_argument("node")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Say it of the gateway."""
        agents.drain_gateway(
            for_worker(self.cloud),
            parsed_args.cluster,
            parsed_args.node,
            is_drained=self.is_drained,
        )


class Drain(_Drain):
    """Move all routers of a gateway to others of its cluster, and give it none."""


class Undrain(_Drain):
    """Let a gateway have routers again; those that left it stay where they are."""

    is_drained = False


class Forget(CloudCommand):
    """Forget a node that is not there any more."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one."""
        parser = super().get_parser(prog_name)
        parser.add_argument("cluster")
        parser.add_argument("node")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Forget it."""
        agents.forget_node_agent(for_worker(self.cloud), parsed_args.cluster, parsed_args.node)


class AddKey(CloudCommand):
    """Make a key that signs once the older ones are retired; give it to all nodes before that."""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Make it."""
        del parsed_args
        key = signing.add_signing_key(for_worker(self.cloud))
        self.say(f"{key.id} {key.public}")


class ListKeys(CloudLister):
    """List the keys that sign what nodes are told."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        del parsed_args
        keys = signing.list_signing_keys(for_worker(self.cloud))
        rows = [(key.id, _state(key), iso(key.created_at), key.public) for key in keys]
        return ("Id", "State", "Made at", "Public"), rows


def _state(key: signing.SigningKey) -> str:
    if key.is_retired:
        return "retired"
    return "signs" if key.does_sign else "waits"


class ShowKeys(CloudCommand):
    """Print the public keys for nodes' configuration, one a line: all but the retired ones."""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Print them."""
        del parsed_args
        for key in signing.list_signing_keys(for_worker(self.cloud)):
            if not key.is_retired:
                self.say(key.public)


class RetireKey(CloudCommand):
    """Have a key sign nothing any more; the next one does."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one."""
        parser = super().get_parser(prog_name)
        parser.add_argument("id")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Retire it."""
        signing.retire_signing_key(for_worker(self.cloud), parsed_args.id)


COMMANDS: CommandTable = {
    "node list": ListNodes,
    "node forget": Forget,
    "node drain": Drain,
    "node undrain": Undrain,
    "node routers": ListRouters,
    "node key add": AddKey,
    "node key list": ListKeys,
    "node key show": ShowKeys,
    "node key retire": RetireKey,
}
