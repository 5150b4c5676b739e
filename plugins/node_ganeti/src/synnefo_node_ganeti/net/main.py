# SPDX-License-Identifier: Apache-2.0
"""The command ``synnefo-nodenet``: the daemon, and what Ganeti calls for each card."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from importlib.resources import files
from pathlib import Path

from synnefo_core import logs
from synnefo_core.contracts import gateways
from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.contracts.nodes import PURPOSE
from synnefo_core.signatures import Verifier, read_keys
from synnefo_node_ganeti.ending import Ending
from synnefo_node_ganeti.net import options
from synnefo_node_ganeti.net.agent import Agent
from synnefo_node_ganeti.net.cloud import CloudLine
from synnefo_node_ganeti.net.gateway import Gateway
from synnefo_node_ganeti.net.node import AlreadyRunning, Node, NoDocument, NotConnected, Plug
from synnefo_node_ganeti.net.parts import Parts
from synnefo_node_ganeti.net.programs import ProgramFailed
from synnefo_node_ganeti.net.shelf import Refused
from synnefo_node_ganeti.sampler import Sampler

log = logging.getLogger(__name__)

STATE = Path("/var/lib/synnefo-nodenet")
WAIT_S = 10.0
KEYS = Path("/etc/synnefo/nodenet.keys")
CHECK_S = 60.0
_LOOK_S = 0.2


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the words say."""
    arguments = _parser().parse_args(argv)
    if arguments.action.startswith("show-"):
        sys.stdout.write(_template(arguments.action))
        return 0
    logs.configure("text", "INFO")
    try:
        keys = read_keys(arguments.keys)
        arguments.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        routers = Verifier(keys, gateways.PURPOSE)
        name = arguments.name or options.node_name(arguments.config)
        gateway = Gateway(arguments.state / "routers", routers, name=name)
        node = Node(arguments.state, Verifier(keys, PURPOSE), gateway)
        _ACTIONS[arguments.action](node, arguments)
    except (
        AlreadyRunning,
        NotConnected,
        ProgramFailed,
        Refused,
        Misconfigured,
        OSError,
        ValueError,
    ) as problem:
        sys.stderr.write(f"synnefo-nodenet {arguments.action}: {problem}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="synnefo-nodenet", description="Keep guests to what the cloud says of their networks."
    )
    parser.add_argument(
        "--state", type=Path, default=STATE, metavar="DIR", help=f"default: {STATE}"
    )
    parser.add_argument(
        "--keys",
        type=Path,
        default=KEYS,
        metavar="FILE",
        help=f"the cloud's public keys, one a line in base64; default: {KEYS}",
    )
    parser.add_argument(
        "--name",
        default="",
        help="this node's, as documents of routers name it; default: node_name of the configuration file, else the host's",
    )
    parser.add_argument(
        "--check-s",
        type=float,
        default=CHECK_S,
        metavar="SECONDS",
        help=f"how often everything is looked at without a reason; default: {CHECK_S:g}",
    )
    parser.add_argument(
        "--config",
        type=Path,
        default=options.FILE,
        metavar="FILE",
        help=f"for run: how the cloud is reached; without the file it is not; default: {options.FILE}",
    )
    parser.add_argument(
        "--wait-s",
        type=float,
        default=WAIT_S,
        metavar="SECONDS",
        help=f"for plug: how long a document is waited for; default: {WAIT_S:g}",
    )
    parser.add_argument("action", choices=[*_ACTIONS, *_TEMPLATES], help="what to do")
    parser.add_argument("tap", nargs="?", default="", help="for unplug: the interface")
    return parser


def _run(node: Node, arguments: argparse.Namespace) -> None:
    ending = Ending()
    ending.heed_signals()
    with ExitStack() as stack:
        stack.enter_context(node.as_only_daemon())
        agent = stack.enter_context(closing(Agent(node, check_s=arguments.check_s)))
        line = _line(node, arguments, agent)
        if line is not None:
            line.start()
            stack.callback(line.close)
        log.info("watching", extra={"state": str(arguments.state)})
        agent.run(ending)


def _line(node: Node, arguments: argparse.Namespace, agent: Agent) -> CloudLine | None:
    """Return the way to the cloud, where there is one."""
    if not arguments.config.exists():
        log.warning("documents come as files only: there is no %s", arguments.config)
        return None
    told = options.load(arguments.config, arguments.state)
    sampler = Sampler(told.node, told.instance_prefix, told.ganeti_run_directory, node.card_names)
    return CloudLine(
        told.bus,
        node=told.node,
        incoming=node.incoming,
        versions=node.shelf.versions,
        routers=node.routers if told.is_gateway else node.own_routers,
        is_gateway=told.is_gateway,
        problems=lambda: agent.problems,
        hello_s=told.hello_s,
        samples=sampler.samples if told.figures_s else None,
        figures_s=told.figures_s,
    )


def _plug(node: Node, arguments: argparse.Namespace) -> None:
    """Connect a card, whose document may still be on its way."""
    plug, give_up = Plug.of(os.environ), time.monotonic() + arguments.wait_s
    while True:
        try:
            node.plug(plug)
        except NoDocument:
            if time.monotonic() >= give_up:
                raise
            time.sleep(_LOOK_S)
        else:
            return


def _unplug(node: Node, arguments: argparse.Namespace) -> None:
    node.unplug(arguments.tap)


def _apply(node: Node, _: argparse.Namespace) -> None:
    parts = Parts()
    with parts.part("rules"):
        node.apply()
    with parts.part("routers"):
        node.route()
    parts.require()


def _rules(node: Node, _: argparse.Namespace) -> None:
    sys.stdout.write(node.rules())


def _clear(node: Node, _: argparse.Namespace) -> None:
    node.clear()


_ACTIONS: Mapping[str, Callable[[Node, argparse.Namespace], None]] = {
    "run": _run,
    "plug": _plug,
    "unplug": _unplug,
    "apply": _apply,
    "rules": _rules,
    "clear": _clear,
}

_TEMPLATES = {"show-unit": "synnefo-nodenet.service", "show-hook": "kvm-vif-bridge"}


def _template(action: str) -> str:
    """Return a file for the node, with the path of this very command."""
    text = (files("synnefo_node_ganeti") / _TEMPLATES[action]).read_text()
    return text.replace("@COMMAND@", str(Path(sys.argv[0]).absolute()))
