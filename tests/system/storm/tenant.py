# SPDX-License-Identifier: Apache-2.0
"""A tenant who does with servers whatever comes to mind, and knows what must have come of it."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import requests

from tests.system.client import COMPUTE, Client
from tests.system.deployment import Deployment
from tests.system.storm.disks_of_tenants import Volumes

SERVERS = f"{COMPUTE}/servers"
THIN = "thin"
"""The flavor whose disks are volumes of the store."""
FLAVORS = ("1", "2", "3")
MOST_SERVERS = 4
MOST_IMAGES = 2
WORDS = ("red", "green", "blue")

DONE, REFUSED, BROKEN_OFF = "done", "refused", "broken off"
NOT_NOW = (403, 404, 409, 413, 503, 507)
"""Too much for the quota, gone, busy or in the wrong state, a cluster that does not answer, no room."""

NO_USE = re.compile(
    "the server has this flavor already|the flavor's disk is smaller|another kind of disk|has no disk that could grow"
    "|starts from a volume, which is not written anew|must be (available|in use) to be|a volume while it is"
    "|Invalid input for new_size|New size for extend"
)
"""What is answered by 400 although nothing is wrong with the request: Nova's and Cinder's way with some states."""

PASSWORD = "what a tenant knows"


@dataclass
class Server:
    """A server as its owner knows it.

    Attributes:
        names: What it may be called: several after requests that nobody answered.
        is_deleted: Whether its removal was accepted; None after a removal that nobody answered.
    """

    id: str
    names: set[str]
    is_deleted: bool | None = False


class Tenant:
    """One user with a project; no two of its requests are under way at once.

    Attributes:
        servers: Those whose creation was acknowledged.
        seen: What came of its requests.
    """

    def __init__(
        self,
        deployment: Deployment,
        body: dict[str, Any],
        chance: random.Random,
        *,
        has_disks: bool,
    ) -> None:
        """Log in; with disks it has volumes, servers on volumes and images of servers, too."""
        self._has_disks = has_disks
        self._flavors = (*FLAVORS, THIN, THIN) if has_disks else FLAVORS
        self._client = Client(deployment, microversion="2.26", body=body)
        images = self._client.get("/image/v2/images")["images"]
        self._image = images[0]["id"]
        self._chance, self._count = chance, 0
        self.servers: list[Server] = []
        self.seen = Counter[str]()
        self._volumes = Volumes(self._client, self._ask, chance)
        self._images: list[str] = []

    def step(self) -> bool:
        """Do something; say whether the cloud answered."""
        broken_off = self.seen[BROKEN_OFF]
        mine = [server for server in self.servers if not server.is_deleted]
        if not mine or (len(mine) < MOST_SERVERS and self._chance.random() < 0.2):
            self._create()
        elif self._has_disks and self._chance.random() < 0.3:
            self._volumes.step([server.id for server in mine])
        else:
            self._change(self._chance.choice(mine))
        return self.seen[BROKEN_OFF] == broken_off

    def _create(self) -> None:
        name = self._new_name()
        wanted = {"name": name, "flavorRef": self._chance.choice(self._flavors)}
        kind = self._chance.random()
        if wanted["flavorRef"] == THIN and kind < 0.3:
            wanted["block_device_mapping_v2"] = [self._root_volume()]
        elif kind < 0.6:
            wanted["imageRef"] = self._image
        answer = self._ask("POST", SERVERS, {"server": wanted})
        if answer is not None:
            self.servers.append(Server(answer.json()["server"]["id"], {name}))

    def _root_volume(self) -> dict[str, Any]:
        """Return the wish for a new volume to start from."""
        return {
            "boot_index": 0,
            "source_type": "image",
            "uuid": self._image,
            "destination_type": "volume",
            "volume_size": 1,
            "delete_on_termination": self._chance.random() < 0.5,
        }

    def _change(self, server: Server) -> None:
        steps = [self._delete, self._rename, self._tag, self._describe, *5 * [self._act]]
        if self._has_disks:
            steps.append(self._photograph)
        self._chance.choice(steps)(server)

    def _delete(self, server: Server) -> None:
        before = self.seen[BROKEN_OFF]
        if self._ask("DELETE", f"{SERVERS}/{server.id}") is not None:
            server.is_deleted = True
        elif self.seen[BROKEN_OFF] > before:
            server.is_deleted = None

    def _photograph(self, server: Server) -> None:
        """Make an image of it, or remove one that was made."""
        if len(self._images) == MOST_IMAGES:
            self._ask("DELETE", f"/image/v2/images/{self._images.pop(0)}")
            return
        wanted = {"createImage": {"name": self._new_name()}}
        answer = self._ask("POST", f"{SERVERS}/{server.id}/action", wanted)
        if answer is not None:
            self._images.append(answer.headers["Location"].rpartition("/")[2])

    def _rename(self, server: Server) -> None:
        name, before = self._new_name(), self.seen[BROKEN_OFF]
        if self._ask("PUT", f"{SERVERS}/{server.id}", {"server": {"name": name}}) is not None:
            server.names = {name}
        elif self.seen[BROKEN_OFF] > before:
            server.names.add(name)

    def _tag(self, server: Server) -> None:
        self._ask("PUT", f"{SERVERS}/{server.id}/tags", {"tags": self._chance.sample(WORDS, 2)})

    def _describe(self, server: Server) -> None:
        told = {"metadata": {self._chance.choice(WORDS): "1"}}
        self._ask("POST", f"{SERVERS}/{server.id}/metadata", told)

    def _act(self, server: Server) -> None:
        action = self._chance.choice(
            (
                *3 * ({"os-start": None}, {"os-stop": None}),
                {"reboot": {"type": "SOFT"}},
                {"reboot": {"type": "HARD"}},
                *2 * ({"resize": {"flavorRef": self._chance.choice(FLAVORS)}},),
                *2 * ({"confirmResize": None},),
                {"revertResize": None},
                {"rebuild": {"imageRef": self._image}},
                {"rescue": None},
                *2 * ({"unrescue": None},),
                {"lock": None},
                *3 * ({"unlock": None},),
            )
        )
        self._ask("POST", f"{SERVERS}/{server.id}/action", action)

    def _ask(self, method: str, path: str, body: Any = None) -> requests.Response | None:
        """Make a request; return its answer if it was accepted."""
        try:
            answer = self._client.ask(method, path, json=body)
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            self.seen[BROKEN_OFF] += 1
            return None
        if answer.ok:
            self.seen[DONE] += 1
            self.seen[_kind(method, path, body)] += 1
            return answer
        told = f"{method} {path} {body}: {answer.status_code} {answer.text}"
        is_no_use = answer.status_code == 400 and NO_USE.search(answer.text)
        assert answer.status_code in NOT_NOW or is_no_use, told
        self.seen[REFUSED] += 1
        return None

    def _new_name(self) -> str:
        self._count += 1
        return f"server-{self._count}"

    # -- What it looks at when all is quiet ----------------------------------------------

    def look(self) -> None:
        """Fail unless all that was acknowledged has come to be."""
        told = self._client.get(f"{COMPUTE}/servers/detail?limit=1000")["servers"]
        there = {server["id"]: server["name"] for server in told}
        for server in self.servers:
            is_right = {
                True: server.id not in there,
                False: there.get(server.id) in server.names,
                None: there.get(server.id) in (None, *server.names),
            }
            assert is_right[server.is_deleted], (server, there.get(server.id))


def _kind(method: str, path: str, body: Any) -> str:
    """Return what was asked for, without names and ids."""
    if path.endswith("/action"):
        return next(iter(body))
    words = [
        word for word in path.split("/")[3:] if word.replace("_", "").replace("-", "").isalpha()
    ]
    return f"{method} {'/'.join(words)}"


def tenants(deployment: Deployment, number: int, seed: int, *, has_disks: bool) -> list[Tenant]:
    """Make so many users, each with a project of its own, and log them in."""
    admin = Client(deployment, "synnefo-admin")
    made = []
    for place in range(number):
        wanted = {"name": f"tenant-{place}", "password": PASSWORD, "domain_id": "default"}
        told = admin.call("POST", "/identity/v3/users", json={"user": wanted}).json()["user"]
        user = {"id": told["id"], "password": PASSWORD}
        identity = {"methods": ["password"], "password": {"user": user}}
        body = {"auth": {"identity": identity, "scope": {"project": {"id": told["id"]}}}}
        chance = random.Random(f"{seed}-{place}")
        made.append(Tenant(deployment, body, chance, has_disks=has_disks))
    return made
