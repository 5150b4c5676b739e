# SPDX-License-Identifier: Apache-2.0
"""The core's own configuration options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from oslo_config import cfg

DEFAULT_DATA = str(Path("~/.local/share/synnefo").expanduser())

DEFAULT = [
    cfg.StrOpt("data_dir", default=DEFAULT_DATA, help="Where state, keys and local data are kept."),
    cfg.StrOpt(
        "public_url",
        help="The base URL by which clients reach this cloud; the catalog is made from it. "
        "Default: http://HOST:PORT of the section [server].",
    ),
    cfg.StrOpt("region", default="RegionOne", help="The name of the region in the catalog."),
    cfg.ListOpt(
        "required_plugins",
        default=[],
        help="Hook plugins without which the cloud must not start, by entry-point name.",
    ),
]

DATABASE = [
    cfg.StrOpt(
        "url",
        secret=True,
        help="SQLAlchemy URL: sqlite:///FILE for one machine, postgresql+psycopg://… for more. "
        "Default: synnefo.sqlite in data_dir.",
    ),
    cfg.IntOpt("pool_size", default=20, min=1, max=500, help="Connections kept open a process."),
    cfg.IntOpt("busy_timeout_s", default=30, min=1, help="How long a SQLite writer waits."),
]

SERVER = [
    cfg.StrOpt("host", default="127.0.0.1", help="The address that `run` and `serve` bind."),
    cfg.PortOpt("port", default=8774, help="The port that `run` and `serve` bind."),
    cfg.StrOpt(
        "runtime",
        default="eventlet",
        choices=["eventlet", "threads"],
        help="What serves requests: green threads in one process, or gunicorn's threads.",
    ),
    cfg.IntOpt("workers", default=1, min=1, max=256, help="Processes of `serve`."),
    cfg.IntOpt("threads", default=16, min=1, max=1024, help="Threads a process (threads runtime)."),
    cfg.IntOpt(
        "native_threads",
        default=8,
        min=1,
        max=256,
        help="Native threads for blocking C calls (hashing, drivers).",
    ),
    cfg.PortOpt("metrics_port", default=0, help="Loopback port of /metrics; 0: none."),
]

WORKER = [
    cfg.IntOpt("sagas", default=8, min=1, max=256, help="Sagas run at once by one worker."),
    cfg.FloatOpt("poll_s", default=0.5, min=0.01, help="How often an idle worker looks for work."),
    cfg.FloatOpt(
        "lease_s",
        default=30.0,
        min=0.5,
        help="After this long without a sign of life a saga is taken over by another worker.",
    ),
    cfg.FloatOpt(
        "keep_ended_s",
        default=30 * 86400.0,
        min=60.0,
        help="How long sagas that have ended are kept, to tell what became of them.",
    ),
    cfg.IntOpt(
        "nice",
        default=10,
        min=0,
        max=19,
        help="How much `work` gives way to processes that answer requests, as nice(2) counts.",
    ),
]

LOGGING = [
    cfg.StrOpt("format", default="text", choices=["text", "json"], help="The form of log lines."),
    cfg.StrOpt("level", default="INFO", help="The least severe level that is logged."),
]

STORAGE = [
    cfg.ListOpt(
        "stores",
        default=["local"],
        help="The stores, by name; each has a section [store_NAME] with its driver. "
        "New data goes to the first.",
    ),
]

BUS = [
    cfg.StrOpt("driver", default="local", help="The message bus; its settings are in [bus_NAME]."),
]

SECTIONS: Mapping[str, Sequence[cfg.Opt]] = {
    "DEFAULT": DEFAULT,
    "database": DATABASE,
    "server": SERVER,
    "worker": WORKER,
    "log": LOGGING,
    "storage": STORAGE,
    "bus": BUS,
}
