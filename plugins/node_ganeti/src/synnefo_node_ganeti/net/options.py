# SPDX-License-Identifier: Apache-2.0
"""The small configuration file of ``synnefo-nodenet``: the way to the cloud."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from oslo_config import cfg

from synnefo_core.contracts.bus import Bus
from synnefo_node_ganeti.options import BUS, host_name, make_bus, read

FILE = Path("/etc/synnefo/nodenet.conf")

OPTIONS = [
    cfg.StrOpt("node_name", help="This node's name in Ganeti. Default: the host's name."),
    cfg.FloatOpt(
        "hello_s",
        default=60.0,
        min=0.1,
        help="How often, in seconds, the cloud hears which documents are here and sends what is missing.",
    ),
]


@dataclass(frozen=True)
class CloudOptions:
    """How the cloud is reached."""

    node: str
    hello_s: float
    bus: Bus


def load(file: Path, state_directory: Path) -> CloudOptions:
    """Read the configuration file.

    Raises:
        Misconfigured: It can't be read, or a value is not of its type.
    """
    config = read(file, "synnefo-nodenet", {"DEFAULT": OPTIONS, "bus": BUS})
    node = config.node_name or host_name()
    bus = make_bus(config, state_directory, node=node)
    return CloudOptions(node, config.hello_s, bus)
