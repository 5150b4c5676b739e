# SPDX-License-Identifier: Apache-2.0
"""What a tenant does with volumes while servers come, go and move."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import requests

from tests.system.client import COMPUTE, Client

Ask = Callable[..., requests.Response | None]
"""Makes a request (method, path, body); returns the answer if it was accepted."""

MOST_VOLUMES = 3
FINAL = {
    "volumes": {"available", "in-use", "error", "error_deleting"},
    "snapshots": {"available", "error", "error_deleting"},
    "backups": {"available", "error", "error_deleting"},
}


@dataclass
class Volume:
    """A volume whose creation was acknowledged.

    Attributes:
        server_id: The server that it was last given to.
        is_deleted: Whether its removal was asked for; what came of that is not known.
    """

    id: str
    server_id: str = ""
    is_deleted: bool = False


class Volumes:
    """The volumes of one tenant, its snapshots and backups."""

    def __init__(self, client: Client, ask: Ask, chance: random.Random) -> None:
        """Have none."""
        self._ask, self._chance = ask, chance
        self._root = f"/volume/v3/{client.project_id}"
        self.all: list[Volume] = []
        self._copies: list[str] = []

    def step(self, servers: Sequence[str]) -> None:
        """Do something with one of them, or make one; ``servers`` are the tenant's."""
        mine = [volume for volume in self.all if not volume.is_deleted]
        if not mine or (len(mine) < MOST_VOLUMES and self._chance.random() < 0.3):
            self._create()
            return
        volume = self._chance.choice(mine)
        steps = (self._snapshot, self._back_up, self._drop, self._extend, self._delete)
        if servers and self._chance.random() < 0.6:
            self._plug(volume, self._chance.choice(servers))
        else:
            self._chance.choice(steps)(volume)

    def _create(self) -> None:
        answer = self._ask("POST", f"{self._root}/volumes", {"volume": {"size": 1}})
        if answer is not None:
            self.all.append(Volume(answer.json()["volume"]["id"]))

    def _plug(self, volume: Volume, server_id: str) -> None:
        """Attach it, or detach it where it was attached."""
        if volume.server_id and self._chance.random() < 0.5:
            path = f"{COMPUTE}/servers/{volume.server_id}/os-volume_attachments/{volume.id}"
            self._ask("DELETE", path)
            return
        path = f"{COMPUTE}/servers/{server_id}/os-volume_attachments"
        wanted = {"volumeAttachment": {"volumeId": volume.id}}
        if self._ask("POST", path, wanted) is not None:
            volume.server_id = server_id

    def _snapshot(self, volume: Volume) -> None:
        wanted = {"snapshot": {"volume_id": volume.id, "force": True}}
        self._copied("snapshots", self._ask("POST", f"{self._root}/snapshots", wanted))

    def _back_up(self, volume: Volume) -> None:
        wanted = {"backup": {"volume_id": volume.id, "force": True}}
        self._copied("backups", self._ask("POST", f"{self._root}/backups", wanted))

    def _copied(self, kind: str, answer: requests.Response | None) -> None:
        if answer is not None:
            self._copies.append(f"{self._root}/{kind}/{answer.json()[kind[:-1]]['id']}")

    def _drop(self, _volume: Volume) -> None:
        """Remove a snapshot or a backup."""
        if self._copies:
            self._ask("DELETE", self._copies.pop(self._chance.randrange(len(self._copies))))

    def _extend(self, volume: Volume) -> None:
        path, larger = f"{self._root}/volumes/{volume.id}/action", self._chance.randrange(2, 5)
        self._ask("POST", path, {"os-extend": {"new_size": larger}})

    def _delete(self, volume: Volume) -> None:
        path = f"{self._root}/volumes/{volume.id}"
        volume.is_deleted = self._ask("DELETE", path) is not None or volume.is_deleted


def require_settled(admin: Client) -> None:
    """Fail unless nothing is under way with volumes, and they are attached to servers that have them."""
    told = {kind: _all(admin, kind) for kind in FINAL}
    for kind, found in told.items():
        assert {each["status"] for each in found} <= FINAL[kind], (kind, found)
    for volume in told["volumes"]:
        attachments = volume["attachments"]
        is_used = volume["status"] == "in-use"
        assert len(attachments) == is_used or volume["status"].startswith("error"), volume
        for each in attachments:
            path = f"{COMPUTE}/servers/{each['server_id']}/os-volume_attachments/{volume['id']}"
            admin.get(path)


def disks(admin: Client) -> dict[str, set[str]]:
    """Return the disks that the clusters must have of attached volumes, by the names of instances."""
    found: dict[str, set[str]] = {}
    for volume in _all(admin, "volumes"):
        for each in volume["attachments"]:
            name = f"snf-{each['server_id']}"
            found.setdefault(name, set()).add(f"vol-{each['attachment_id']}")
    return found


def _all(admin: Client, kind: str) -> list[dict[str, Any]]:
    path = f"/volume/v3/{admin.project_id}/{kind}/detail?all_tenants=1&limit=1000"
    found: list[dict[str, Any]] = admin.get(path)[kind]
    return found
