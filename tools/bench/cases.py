# SPDX-License-Identifier: Apache-2.0
"""What is measured: each case is a plan for the load generator."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from synnefo_core.testing.http import PASSWORD
from tools.bench.load import Plan

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
SMALL, LARGE = 4 * KIB, 64 * MIB
SMALL_OBJECTS, LARGE_OBJECTS = 64, 4
"""How many objects of each size there are to be read."""
LARGE_MOST = 8
"""Large objects read or written at most in one round: the disk is not endless."""
CONTAINER = "bench"
SUBJECTS = 16
"""How many tokens are validated in turn: a service sees those of several users."""


@dataclass(frozen=True)
class Target:
    """A cloud that is served, as a client sees it.

    Attributes:
        runtime: What serves it.
        port: Where its APIs are.
        floor_port: Where the application that does nothing is, on the same runtime.
        token: A member's token.
        subjects: Tokens to be validated, all the member's own.
        account: The member's account in the object store.
        object_store: Where the object storage API is.
        identity: Where the identity API is.
        compute: Where the compute API is.
        volume: Where the block storage API is.
        network: Where the networking API is.
        image: Where the image API is.
        servers: Ids of some of the member's servers.
        identified_by: Headers that say who asks where no token does.
        user: Who logs in, with the password of all tests.
        project: To which project.
    """

    runtime: str
    port: int
    floor_port: int
    token: str
    subjects: tuple[str, ...]
    account: str = ""
    object_store: str = "/object-store/v1"
    identity: str = "/identity/v3"
    compute: str = "/compute/v2.1"
    volume: str = "/volume/v3"
    network: str = "/network/v2.0"
    image: str = "/image/v2"
    servers: tuple[str, ...] = ()
    identified_by: tuple[tuple[str, str], ...] = ()
    user: str = "demo"
    project: str = "demo"

    @property
    def objects(self) -> str:
        """The path of the container that objects go to."""
        return self.container(CONTAINER)

    def container(self, name: str) -> str:
        """Return the path of a container of the member's."""
        return f"{self.object_store}/{self.account}/{name}"


@dataclass(frozen=True)
class Case:
    """One thing that is measured.

    Attributes:
        name: What the requests do.
        connections: How many requests are under way at once.
        plan: What a plan says besides connections, numbers and times; it may ask for what ``before``
            has made.
        object_bytes: The size of a large object: its figures are MiB/s and CPU seconds per GiB.
        most: How many requests a round makes at most.
        before: What a plan says that makes what a round needs; ``most`` requests of it.
        rounds: In how many rounds it is measured at most.
    """

    name: str
    connections: int
    plan: Callable[[Target], Plan]
    object_bytes: int = 0
    most: int = 1_000_000
    before: Callable[[Target], Plan] | None = None
    rounds: int | None = None

    @property
    def key(self) -> str:
        """The case's name in tables and on the command line."""
        return f"{self.name}-c{self.connections}"

    def planned(self, target: Target, *, first: int, seconds: float) -> Plan:
        """Return the plan of one round; ``first`` is the number of its first request."""
        return replace(
            self.plan(target),
            connections=self.connections,
            first=first,
            most=self.most,
            seconds=seconds,
        )

    def prepared(self, target: Target, *, first: int) -> Plan | None:
        """Return the plan of what comes before a round, if anything does."""
        if self.before is None:
            return None
        return replace(
            self.before(target), connections=8, first=first, most=self.most, seconds=60.0
        )


def own(target: Target) -> dict[str, str]:
    """Return the headers of the member's requests."""
    return {"X-Auth-Token": target.token, **dict(target.identified_by)}


def _floor(target: Target) -> Plan:
    return Plan(target.floor_port, "GET", ["/"], [{}])


def _validate(target: Target) -> Plan:
    headers = [{**own(target), "X-Subject-Token": subject} for subject in target.subjects]
    return Plan(target.port, "GET", [f"{target.identity}/auth/tokens"], headers)


def _catalog(target: Target) -> Plan:
    return Plan(target.port, "GET", [f"{target.identity}/auth/catalog"], [own(target)])


def _issue(target: Target) -> Plan:
    headers = [{"Content-Type": "application/json"}]
    body = json.dumps(password_login(target.user, target.project))
    path = f"{target.identity}/auth/tokens"
    return Plan(target.port, "POST", [path], headers, body=body, status=201)


def password_login(user_name: str, project: str) -> Mapping[str, Any]:
    """Return the body of a login of a user to a project, both of the default domain."""
    domain = {"id": "default"}
    user = {"name": user_name, "domain": domain, "password": PASSWORD}
    return {
        "auth": {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"name": project, "domain": domain}},
        }
    }


def _servers(target: Target) -> Plan:
    path = f"{target.compute}/servers/detail?limit=100"
    return Plan(target.port, "GET", [path], [own(target)])


def _volumes(target: Target) -> Plan:
    path = f"{target.volume}/volumes/detail?limit=1000"
    return Plan(target.port, "GET", [path], [own(target)])


def put(size: int, prefix: str = "put") -> Callable[[Target], Plan]:
    """Return what writes objects of a size, each a new one."""

    def plan(target: Target) -> Plan:
        path = f"{target.objects}/{prefix}-{size}-{{number}}"
        return Plan(target.port, "PUT", [path], [own(target)], body_bytes=size, status=201)

    return plan


def get(size: int, objects: int) -> Callable[[Target], Plan]:
    """Return what reads objects of a size, so many in turn."""

    def plan(target: Target) -> Plan:
        paths = [f"{target.objects}/get-{size}-{number}" for number in range(objects)]
        return Plan(target.port, "GET", paths, [own(target)], answer_bytes=size)

    return plan


def to_be_read(target: Target) -> list[Plan]:
    """Return the plans that upload what the reading cases read."""
    sizes = ((SMALL, SMALL_OBJECTS), (LARGE, LARGE_OBJECTS))
    return [uploaded(target, size, count) for size, count in sizes]


def uploaded(target: Target, size: int, count: int) -> Plan:
    """Return the plan that uploads so many objects to be read."""
    return replace(put(size, "get")(target), most=count, seconds=60)


VALIDATE = [Case("validate", connections, _validate) for connections in (1, 8, 32)]
CATALOG = [Case("catalog", connections, _catalog) for connections in (8, 32)]
ISSUE = [Case("issue", connections, _issue) for connections in (8, 32)]
ISSUE_BY_DEFAULT = Case("issue-default", 8, _issue)

CASES = [
    Case("floor", 8, _floor),
    *VALIDATE,
    *CATALOG,
    ISSUE[0],
    *(Case("servers", connections, _servers) for connections in (1, 8)),
    *(Case("volumes", connections, _volumes) for connections in (1, 8)),
    *(Case("put-4k", connections, put(SMALL)) for connections in (1, 8)),
    *(Case("get-4k", connections, get(SMALL, SMALL_OBJECTS)) for connections in (1, 8)),
    *(Case("get-64m", n, get(LARGE, LARGE_OBJECTS), LARGE, LARGE_MOST) for n in (1, 2)),
    *(Case("put-64m", n, put(LARGE), LARGE, LARGE_MOST) for n in (1, 2)),
]
"""What writes most to the disk comes last: it is busy for a while after."""
