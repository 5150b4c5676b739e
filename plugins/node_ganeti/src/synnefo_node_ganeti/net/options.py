# SPDX-License-Identifier: Apache-2.0
"""The small configuration file of ``synnefo-nodenet``: the way to the cloud."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path

from oslo_config import cfg

from synnefo_core.contracts.bus import Bus
from synnefo_node_ganeti.options import BUS, host_name, make_bus, read

FILE = Path("/etc/synnefo/nodenet.conf")

OPTIONS = [
    cfg.StrOpt("node_name", help="This node's name in Ganeti. Default: the host's name."),
    cfg.BoolOpt(
        "gateway",
        default=False,
        help="Whether this node is a gateway: the cloud may give it routers.",
    ),
    cfg.FloatOpt(
        "hello_s",
        default=60.0,
        min=0.1,
        help="How often, in seconds, the cloud hears which documents are here and sends what is missing.",
    ),
    cfg.FloatOpt(
        "figures_s",
        default=60.0,
        min=0,
        help="How often, in seconds, the cloud hears what servers have used; 0 for never. It keeps no "
        "points closer than a minute.",
    ),
    cfg.StrOpt(
        "instance_prefix",
        default="snf-",
        help="Only of instances whose names begin so it hears that; as in the cloud's [compute].",
    ),
    cfg.StrOpt(
        "ganeti_run_directory",
        default="/var/run/ganeti",
        help="Where Ganeti notes which processes run.",
    ),
]


@dataclass(frozen=True)
class CloudOptions:
    """How the cloud is reached."""

    node: str
    is_gateway: bool
    hello_s: float
    bus: Bus
    figures_s: float
    instance_prefix: str
    ganeti_run_directory: Path


def node_name(file: Path) -> str:
    """Return this node's name: the one in the configuration file, else the host's.

    Raises:
        Misconfigured: The file can't be read.
    """
    if not file.exists():
        return socket.gethostname()
    config = read(file, "synnefo-nodenet", {"DEFAULT": OPTIONS, "bus": BUS})
    return str(config.node_name or host_name())


def load(file: Path, state_directory: Path) -> CloudOptions:
    """Read the configuration file.

    Raises:
        Misconfigured: It can't be read, or a value is not of its type.
    """
    config = read(file, "synnefo-nodenet", {"DEFAULT": OPTIONS, "bus": BUS})
    node = config.node_name or host_name()
    bus = make_bus(config, state_directory, node=node)
    return CloudOptions(
        node,
        config.gateway,
        config.hello_s,
        bus,
        figures_s=config.figures_s,
        instance_prefix=config.instance_prefix,
        ganeti_run_directory=Path(config.ganeti_run_directory),
    )
