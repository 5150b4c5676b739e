# SPDX-License-Identifier: Apache-2.0
"""``synnefo-sim-eventd``: tells the cloud what happens in a simulated cluster.

It is to the file of a cluster what ``synnefo-eventd`` is to the job queue of a real one, and can lose,
double and reorder what it tells. What happens while the broker is away is told when it is back.
"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from oslo_config import cfg

from synnefo_backend_sim.clusterfile import ClusterFile
from synnefo_backend_sim.losses import Losses, Shares
from synnefo_backend_sim.notices import Notice, Notices
from synnefo_core import logs
from synnefo_core.config import driver_settings
from synnefo_core.contracts.bus import Bus, BusUnavailable, Message
from synnefo_core.contracts.compute import BackendUnavailable
from synnefo_core.contracts.driver import DriverSetup, Misconfigured
from synnefo_core.plugins import driver_class

log = logging.getLogger(__name__)

NOTICES, NETWORKS, HEARTBEATS = "compute.job", "network.job", "compute.heartbeat"

_PAUSE_S = 1.0
"""How long the broker, or the cluster, is left in peace when it could not be reached."""

OPTIONS = [
    cfg.StrOpt("path", required=True, help="The file that holds the cluster."),
    cfg.FloatOpt("every_s", default=0.1, min=0.001, help="How often the cluster is looked at."),
    cfg.FloatOpt("heartbeat_s", default=10.0, min=0.1, help="How often we say that we live."),
    cfg.FloatOpt(
        "catch_up_s", default=3600.0, min=0, help="Jobs that ended longer ago are not told of."
    ),
    cfg.FloatOpt("lost", default=0.0, min=0, max=1, help="Which part of the notices is lost."),
    cfg.FloatOpt("doubled", default=0.0, min=0, max=1, help="Which part comes twice."),
    cfg.FloatOpt("reordered", default=0.0, min=0, max=1, help="Which part comes late."),
    cfg.IntOpt("seed", default=0, help="What chance begins with."),
]

BUS = [cfg.StrOpt("driver", default="amqp", help="The message bus; its settings stand beside.")]


class Eventd:
    """Tells what is new, and that it lives, one turn after another."""

    def __init__(self, notices: Notices, losses: Losses, bus: Bus, *, heartbeat_s: float) -> None:
        self._notices, self._losses, self._bus = notices, losses, bus
        self._waiting, self._heartbeat_s, self._beat_at = deque[Notice](), heartbeat_s, 0.0

    def turn(self) -> None:
        """Tell what there is to tell now.

        Raises:
            BusUnavailable: The broker is away; what was not told is told in the next turn.
            BackendUnavailable: The cluster could not be looked at.
        """
        self._waiting.extend(self._losses.through(self._notices.new()))
        while self._waiting:
            topic = NETWORKS if self._waiting[0].is_of_network else NOTICES
            self._bus.publish(Message(topic, self._waiting[0].payload))
            self._waiting.popleft()
        if time.monotonic() >= self._beat_at:
            self._bus.publish(Message(HEARTBEATS, {"at": time.time()}))
            self._beat_at = time.monotonic() + self._heartbeat_s


def main(argv: Sequence[str] | None = None) -> int:
    """Run until told to end."""
    parser = argparse.ArgumentParser(prog="synnefo-sim-eventd", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, metavar="FILE")
    try:
        _run(_load(parser.parse_args(argv).config))
    except (Misconfigured, cfg.Error) as problem:
        sys.stderr.write(f"synnefo-sim-eventd: {problem}\n")
        return 1
    return 0


def _load(file: Path) -> cfg.ConfigOpts:
    config = cfg.ConfigOpts()
    config.register_opts(OPTIONS)
    config.register_opts(BUS, group="bus")
    config([], project="synnefo-sim-eventd", default_config_files=[str(file)])
    return config


def _bus(config: cfg.ConfigOpts) -> Bus:
    driver = driver_class("bus", config.bus.driver)
    if not issubclass(driver, Bus):
        raise Misconfigured(f"{config.bus.driver} is no bus")
    settings = driver_settings(config, "bus", driver)
    return driver(DriverSetup(config.bus.driver, settings, Path(config.path).parent))


def _run(config: cfg.ConfigOpts) -> None:
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    logs.configure("text", "INFO")
    cluster, bus = ClusterFile(Path(config.path)), _bus(config)
    shares = Shares(config.lost, config.doubled, config.reordered, config.seed)
    notices = Notices(cluster, since=time.time() - config.catch_up_s)
    eventd = Eventd(notices, Losses(shares), bus, heartbeat_s=config.heartbeat_s)
    log.info("watching the cluster", extra={"file": config.path})
    try:
        while not ending.wait(config.every_s):
            try:
                eventd.turn()
            except (BusUnavailable, BackendUnavailable) as reason:
                log.warning("told later: %s", reason)
                ending.wait(_PAUSE_S)
    finally:
        bus.close()
        cluster.close()
