# SPDX-License-Identifier: Apache-2.0
"""The settings of a simulated cluster."""

from __future__ import annotations

import re
from pathlib import Path

from oslo_config import cfg

from synnefo_backend_sim.layout import Layout, Pace
from synnefo_core.contracts.driver import DriverSetup, Misconfigured
from synnefo_core.contracts.rescue import DEFAULT_MEDIUM, Boot

STORE = "sim.disks"
"""Where the disks lie of clusters that name no store, beside what each has for itself."""

_CLUSTER_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")


def declare() -> list[cfg.Opt]:
    """Return the settings with their types, defaults and bounds."""
    return [
        cfg.StrOpt(
            "cluster",
            default="",
            help="Name of the cluster and of its nodes' domain; the backend's own name if empty.",
        ),
        cfg.StrOpt(
            "path",
            default="",
            help="File that holds the cluster; CLUSTER.sqlite in the state directory if empty.",
        ),
        cfg.StrOpt(
            "store",
            default="",
            help="Directory of the instances' disks: servers move between the clusters that have the "
            "same one. If empty, that of all clusters of this cloud that name none.",
        ),
        cfg.IntOpt("nodes", default=4, min=1, help="Nodes of a cluster that is made anew."),
        cfg.IntOpt("vcpus", default=16, min=1, help="Processors of each node."),
        cfg.IntOpt("ram_mib", default=65536, min=1, help="Memory of each node in MiB."),
        cfg.IntOpt("disk_mib", default=1048576, min=0, help="Disk of each node in MiB."),
        cfg.BoolOpt(
            "volumes",
            default=False,
            help="Make the disks of servers whose flavor names no template of volumes of the cloud.",
        ),
        cfg.IntOpt("jobs_at_once", default=20, min=1, help="Jobs that run side by side."),
        cfg.FloatOpt("job_delay_min_s", default=0.2, min=0.0, help="The least that a job takes."),
        cfg.FloatOpt("job_delay_max_s", default=0.6, min=0.0, help="The most that a job takes."),
        cfg.IntOpt(
            "archive_after_s",
            default=21600,
            min=0,
            help="Age in seconds at which an ended job is forgotten.",
        ),
        cfg.ListOpt(
            "rescue_images",
            default=[],
            help="Ids of the images that servers can be rescued with, beside the one by default.",
        ),
    ]


def read(setup: DriverSetup) -> tuple[Path, Layout]:
    """Return where the cluster lives and what it is made of.

    Raises:
        Misconfigured: The settings contradict each other, or the name can't be a file's.
    """
    settings = {option.dest: option.default for option in declare()} | dict(setup.settings)
    name = settings["cluster"] or setup.name
    if not _CLUSTER_NAME.fullmatch(name):
        raise Misconfigured(f"a simulated cluster can't be called {name!r}")
    pace = Pace(
        jobs_at_once=settings["jobs_at_once"],
        delay_min_s=settings["job_delay_min_s"],
        delay_max_s=settings["job_delay_max_s"],
        archive_after_s=settings["archive_after_s"],
    )
    if pace.delay_min_s > pace.delay_max_s:
        raise Misconfigured("job_delay_min_s is greater than job_delay_max_s")
    layout = Layout(
        name=name,
        nodes=settings["nodes"],
        vcpus=settings["vcpus"],
        ram_mib=settings["ram_mib"],
        disk_mib=settings["disk_mib"],
        pace=pace,
        store=Path(settings["store"])
        if settings["store"]
        else setup.state_directory.parent / STORE,
    )
    return Path(settings["path"] or setup.state_directory / f"{name}.sqlite"), layout


def has_volumes_by_default(setup: DriverSetup) -> bool:
    """Say whether disks are volumes where nothing is said of them."""
    return bool(setup.settings.get("volumes", False))


def media(setup: DriverSetup) -> dict[str, Boot]:
    """Return what instances can start from beside their disks, by name."""
    images = setup.settings.get("rescue_images", ())
    return {name: {"medium": f"cd {name}"} for name in (DEFAULT_MEDIUM, *images)}
