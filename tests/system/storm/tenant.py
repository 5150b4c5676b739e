# SPDX-License-Identifier: Apache-2.0
"""A tenant who does with servers whatever comes to mind, and knows what must have come of it."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

import requests

from tests.system.client import COMPUTE, Client
from tests.system.deployment import Deployment

FLAVORS = ("1", "2", "3")
MOST_SERVERS = 4
WORDS = ("red", "green", "blue")

DONE, REFUSED, BROKEN_OFF = "done", "refused", "broken off"
NOT_NOW = (403, 404, 409, 503, 507)
"""Too much for the quota, gone, busy or in the wrong state, a cluster that does not answer, no room."""

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

    def __init__(self, deployment: Deployment, body: dict[str, Any], chance: random.Random) -> None:
        """Log in."""
        self._client = Client(deployment, microversion="2.26", body=body)
        images = self._client.get("/image/v2/images")["images"]
        self._image = images[0]["id"]
        self._chance, self._count = chance, 0
        self.servers: list[Server] = []
        self.seen = Counter[str]()

    def step(self) -> bool:
        """Do something; say whether the cloud answered."""
        broken_off = self.seen[BROKEN_OFF]
        mine = [server for server in self.servers if not server.is_deleted]
        if not mine or (len(mine) < MOST_SERVERS and self._chance.random() < 0.2):
            self._create()
        else:
            self._change(self._chance.choice(mine))
        return self.seen[BROKEN_OFF] == broken_off

    def _create(self) -> None:
        name = self._new_name()
        wanted = {"name": name, "flavorRef": self._chance.choice(FLAVORS)}
        wanted |= {"imageRef": self._image} if self._chance.random() < 0.5 else {}
        answer = self._ask("POST", "", {"server": wanted})
        if answer is not None:
            self.servers.append(Server(answer.json()["server"]["id"], {name}))

    def _change(self, server: Server) -> None:
        steps = (self._delete, self._rename, self._tag, self._describe, *5 * [self._act])
        self._chance.choice(steps)(server)

    def _delete(self, server: Server) -> None:
        before = self.seen[BROKEN_OFF]
        if self._ask("DELETE", f"/{server.id}") is not None:
            server.is_deleted = True
        elif self.seen[BROKEN_OFF] > before:
            server.is_deleted = None

    def _rename(self, server: Server) -> None:
        name, before = self._new_name(), self.seen[BROKEN_OFF]
        if self._ask("PUT", f"/{server.id}", {"server": {"name": name}}) is not None:
            server.names = {name}
        elif self.seen[BROKEN_OFF] > before:
            server.names.add(name)

    def _tag(self, server: Server) -> None:
        self._ask("PUT", f"/{server.id}/tags", {"tags": self._chance.sample(WORDS, 2)})

    def _describe(self, server: Server) -> None:
        self._ask("POST", f"/{server.id}/metadata", {"metadata": {self._chance.choice(WORDS): "1"}})

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
        self._ask("POST", f"/{server.id}/action", action)

    def _ask(self, method: str, path: str, body: Any = None) -> requests.Response | None:
        """Make a request; return its answer if it was accepted."""
        try:
            answer = self._client.ask(method, f"{COMPUTE}/servers{path}", json=body)
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            self.seen[BROKEN_OFF] += 1
            return None
        if answer.ok:
            self.seen[DONE] += 1
            return answer
        # A resize to the flavor that it has is no resize.
        is_same = answer.status_code == 400 and "flavor" in answer.text.lower()
        told = f"{method} {path} {body}: {answer.status_code} {answer.text}"
        assert answer.status_code in NOT_NOW or is_same, told
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


def tenants(deployment: Deployment, number: int, seed: int) -> list[Tenant]:
    """Make so many users, each with a project of its own, and log them in."""
    admin = Client(deployment, "synnefo-admin")
    made = []
    for place in range(number):
        wanted = {"name": f"tenant-{place}", "password": PASSWORD, "domain_id": "default"}
        told = admin.call("POST", "/identity/v3/users", json={"user": wanted}).json()["user"]
        user = {"id": told["id"], "password": PASSWORD}
        identity = {"methods": ["password"], "password": {"user": user}}
        body = {"auth": {"identity": identity, "scope": {"project": {"id": told["id"]}}}}
        made.append(Tenant(deployment, body, random.Random(f"{seed}-{place}")))
    return made
