# SPDX-License-Identifier: Apache-2.0
"""Our images beside Glance's: the same disk, the same requests, new bytes with each upload."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from tools.bench import clouds, glance
from tools.bench.asking import ask, carry_out
from tools.bench.cases import LARGE, MIB, Case, Target, own
from tools.bench.load import Plan
from tools.bench.peers import Installed
from tools.bench.promises import Promise
from tools.bench.sides import Sides, both

IMAGES = 1000
"""How many there are before anything is measured."""
HUGE = 256 * MIB
_READ = {LARGE: 4, HUGE: 2}
"""How many images of each size there are to be read."""


def _list(target: Target) -> Plan:
    return Plan(target.port, "GET", [f"{target.image}/images?limit={IMAGES}"], [own(target)])


def _ids(target: Target, query: str) -> list[str]:
    """Return the ids of the images that are asked for."""
    listed = ask(target, f"{target.image}/images?{query}")
    return [image["id"] for image in listed["images"]]


def _show(target: Target) -> Plan:
    paths = [f"{target.image}/images/{image_id}" for image_id in _ids(target, "limit=100")]
    return Plan(target.port, "GET", paths, [own(target)])


def _make(name: str) -> Callable[[Target], Plan]:
    """Return what makes images without data."""
    image = {
        "name": name,
        "disk_format": "raw",
        "container_format": "bare",
        "min_disk": 1,
        "os_distro": "debian",
    }

    def plan(target: Target) -> Plan:
        headers = [{"Content-Type": "application/json", **own(target)}]
        path, body = f"{target.image}/images", json.dumps(image)
        return Plan(target.port, "POST", [path], headers, body=body, status=201)

    return plan


def _upload(size: int, name: str) -> Callable[[Target], Plan]:
    """Return what uploads the data of the images of a name that have none."""

    def plan(target: Target) -> Plan:
        found = _ids(target, f"name={name}&status=queued&limit={IMAGES}")
        paths = [f"{target.image}/images/{image_id}/file" for image_id in found]
        headers = [{"Content-Type": "application/octet-stream", **own(target)}]
        return Plan(target.port, "PUT", paths, headers, body_bytes=size, status=204)

    return plan


def _download(size: int) -> Callable[[Target], Plan]:
    def plan(target: Target) -> Plan:
        found = _ids(target, f"name={_to_be_read(size)}&status=active")
        paths = [f"{target.image}/images/{image_id}/file" for image_id in found]
        return Plan(target.port, "GET", paths, [own(target)], answer_bytes=size)

    return plan


def _to_be_read(size: int) -> str:
    return f"read-{size}"


def _uploading(size: int, words: str, connections: int, most: int) -> Case:
    name = f"upload-{words}"
    return Case(
        name, connections, _upload(size, name), object_bytes=size, most=most, before=_make(name)
    )


def _downloading(size: int, words: str, connections: int, most: int) -> Case:
    return Case(f"download-{words}", connections, _download(size), object_bytes=size, most=most)


CASES = [
    Case("list-1000", 1, _list),
    *(Case("show", connections, _show) for connections in (1, 8)),
    *(_downloading(LARGE, "64m", connections, 16) for connections in (1, 4)),
    _downloading(HUGE, "256m", 1, 4),
    *(_uploading(LARGE, "64m", connections, 8) for connections in (1, 4)),
    _uploading(HUGE, "256m", 1, 3),
]
"""What writes most to the disk comes last."""

PROMISES = [
    Promise("list-1000-c1", "requests_per_s", least=5),
    *(
        Promise(f"download-{what}", "requests_per_s", least=1)
        for what in ("64m-c1", "64m-c4", "256m-c1")
    ),
    *(Promise(f"upload-{what}-c1", "requests_per_s", least=3) for what in ("64m", "256m")),
]


@contextmanager
def sides(directory: Path, installed: Installed, workers: int) -> Iterator[Sides]:
    """Serve both, filled."""
    serve = partial(both, theirs=glance.running, ours=clouds.without_servers)
    with serve(directory, installed, workers) as (running, cpu_s):
        for side in running:
            _fill(side.target)
        yield running, cpu_s


def _fill(target: Target) -> None:
    """Make the images that are listed, and upload those that are read."""
    listed = replace(_make("image")(target), most=IMAGES)
    carry_out(replace(listed, connections=2, seconds=300, timeout_s=400))
    for size, number in _READ.items():
        name = _to_be_read(size)
        carry_out(replace(_make(name)(target), most=number))
        carry_out(replace(_upload(size, name)(target), most=number, seconds=60))
