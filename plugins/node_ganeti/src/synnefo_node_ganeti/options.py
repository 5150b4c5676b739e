# SPDX-License-Identifier: Apache-2.0
"""The daemon's own small configuration file."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from oslo_config import cfg

from synnefo_core.config import driver_settings
from synnefo_core.contracts.bus import Bus
from synnefo_core.contracts.driver import DriverSetup, Misconfigured
from synnefo_core.plugins import driver_class

FILE = Path("/etc/synnefo/eventd.conf")

OPTIONS = [
    cfg.StrOpt(
        "instance_prefix",
        default="snf-",
        help="Only instances whose names begin so are told of; as in the cloud's [compute].",
    ),
    cfg.StrOpt(
        "network_prefix",
        default="snf-net-",
        help="Only networks whose names begin so are told of; [network] cluster_prefix of the cloud.",
    ),
    cfg.StrOpt("node_name", help="This node's name in Ganeti. Default: the host's name."),
    cfg.StrOpt("ganeti_directory", default="/var/lib/ganeti", help="Where Ganeti keeps its data."),
    cfg.StrOpt(
        "state_directory",
        default="/var/lib/synnefo-eventd",
        help="Where notices wait for the broker.",
    ),
    cfg.IntOpt(
        "spool_limit",
        default=100_000,
        min=100,
        help="How many notices may wait. What is more is read from Ganeti's own queue later.",
    ),
    cfg.FloatOpt(
        "catch_up_s",
        default=86400.0,
        min=0,
        help="Jobs that changed longer ago are not told of when the daemon starts or the node "
        "becomes the master.",
    ),
    cfg.FloatOpt(
        "heartbeat_s", default=10.0, min=0.1, help="How often the cloud hears that we live."
    ),
    cfg.FloatOpt("check_s", default=1.0, min=0.05, help="How often it is asked who the master is."),
    cfg.StrOpt(
        "log_format", default="text", choices=["text", "json"], help="The form of log lines."
    ),
    cfg.StrOpt("log_level", default="INFO", help="The least severe level that is logged."),
]

BUS = [cfg.StrOpt("driver", default="amqp", help="The message bus; its settings stand beside.")]


@dataclass(frozen=True)
class Options:
    """The settings as values."""

    instance_prefix: str
    network_prefix: str
    node_name: str
    ganeti_directory: Path
    state_directory: Path
    spool_limit: int
    catch_up_s: float
    heartbeat_s: float
    check_s: float
    log_format: str
    log_level: str

    @classmethod
    def of(cls, config: cfg.ConfigOpts) -> Options:
        """Return what a configuration says."""
        told = {option.dest: config[option.dest] for option in OPTIONS}
        told["node_name"] = told["node_name"] or host_name()
        for name in ("ganeti_directory", "state_directory"):
            told[name] = Path(told[name])
        return cls(**told)


def load(file: Path) -> cfg.ConfigOpts:
    """Read a configuration file.

    Raises:
        Misconfigured: It can't be read, or a value is not of its type.
    """
    return read(file, "synnefo-eventd", {"DEFAULT": OPTIONS, "bus": BUS})


def read(file: Path, program: str, sections: Mapping[str, Sequence[cfg.Opt]]) -> cfg.ConfigOpts:
    """Read a configuration file with some sections.

    Raises:
        Misconfigured: It can't be read, or a value is not of its type.
    """
    config = cfg.ConfigOpts()
    for section, options in sections.items():
        config.register_opts(options, group=None if section == "DEFAULT" else section)
    try:
        config([], project=program, default_config_files=[str(file)], default_config_dirs=[])
        for option in sections["DEFAULT"]:
            config[option.dest]  # values are converted when they are read
    except (cfg.Error, ValueError, OSError) as cause:
        raise Misconfigured(f"{file}: {cause}") from cause
    return config


def make_bus(config: cfg.ConfigOpts, state_directory: Path, *, node: str = "") -> Bus:
    """Return the bus that the section ``[bus]`` describes.

    Args:
        config: The configuration.
        state_directory: Where a driver may keep files.
        node: Who wants to be told what the cloud says to nodes; empty for who only tells.

    Raises:
        Misconfigured: There is no such driver, or its settings can't work.
    """
    driver = driver_class("bus", config.bus.driver)
    if not issubclass(driver, Bus):
        raise Misconfigured(f"{config.bus.driver} is no bus")
    settings = dict(driver_settings(config, "bus", driver))
    if node and "node" in settings:
        settings["node"] = node
    return driver(DriverSetup(config.bus.driver, settings, state_directory))


def host_name() -> str:
    """Return the name that Ganeti knows this node by: the host's own, which it wants to be full."""
    name = socket.gethostname()
    return name if "." in name else socket.getfqdn()
