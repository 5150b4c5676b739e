# SPDX-License-Identifier: Apache-2.0
"""A container that grows: what it takes to list it, and to read, write and remove one object of it.

One object is stored as clients do it. The others are copies of its row with names of their own,
in folders of a thousand.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import text

from synnefo_core.cloud import Cloud
from tools.bench.arithmetic import percentile
from tools.bench.asking import Tell
from tools.bench.scale import serving

GROWN = (1_000, 100_000, 10_000_000)
"""How many objects there are when it is measured."""
TIMES, SIZE_BYTES = 30, 4096
AT_ONCE = 1_000_000
CONTAINER = "grown"
PATTERN = "pattern"

_COPY = """
INSERT INTO object_store_object (name, id, version, {columns})
SELECT 'f' || lpad((n / 1000)::text, 6, '0') || '/o' || lpad(n::text, 9, '0'),
       gen_random_uuid()::text, version + n, {columns}
FROM object_store_object, generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS n WHERE name = :pattern
"""
_COUNT = """
UPDATE object_store_container SET objects = objects + CAST(:more AS bigint), bytes = bytes + CAST(:bytes AS bigint)
WHERE name = :container
"""


def measure(place: Path, tell: Tell, grown: Sequence[int] = GROWN) -> None:
    """Measure everything, and tell of it line by line."""
    with serving(place) as (cloud, seeded, port, _running):
        asking = _Asking(port, seeded.token, f"/object-store/v1/{seeded.account}/{CONTAINER}")
        asking.ask("PUT")
        asking.ask("PUT", f"/{PATTERN}", b"x" * SIZE_BYTES)
        there = 0
        for number in grown:
            took_s = _grow(cloud, there, number)
            there = number
            tell(f"{number} objects (the last of them added in {took_s:.0f} s)")
            for name, times in asking.everything(number).items():
                tell(f"    {name}: {_told(times)}")


def _grow(cloud: Cloud, there: int, wanted: int) -> float:
    """Add rows until there are so many; return how long that took."""
    began = time.monotonic()
    with cloud.database.engine.connect() as connection:
        autocommit = connection.execution_options(isolation_level="AUTOCOMMIT")
        found = autocommit.execute(
            text(
                "SELECT column_name FROM information_schema.columns"
                " WHERE table_name = 'object_store_object'"
                " AND column_name NOT IN ('name', 'id', 'version')"
            )
        )
        copy = text(_COPY.format(columns=", ".join(found.scalars())))
        for first in range(there, wanted, AT_ONCE):
            last = min(first + AT_ONCE, wanted) - 1
            autocommit.execute(copy, {"first": first, "last": last, "pattern": PATTERN})
        more = wanted - there
        counted = {"more": more, "bytes": more * SIZE_BYTES, "container": CONTAINER}
        autocommit.execute(text(_COUNT), counted)
        # As the server does by itself in time.
        autocommit.execute(text("VACUUM ANALYZE object_store_object"))
    return time.monotonic() - began


class _Asking:
    """Makes requests about the container, one after another."""

    def __init__(self, port: int, token: str, path: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._token, self._path = token, path

    def ask(self, method: str, more: str = "", body: bytes | None = None) -> float:
        """Make a request; return how long it took in ms."""
        began = time.monotonic()
        headers = {"X-Auth-Token": self._token}
        self._connection.request(method, self._path + more, body, headers)
        answer = self._connection.getresponse()
        answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {more}: {answer.status}")
        return 1000 * (time.monotonic() - began)

    def everything(self, number: int) -> dict[str, list[float]]:
        """Return the times of each kind of request, in their order."""
        self._connection.close()  # the server has, if it was idle for long
        middle = f"f{number // 2000:06d}/"
        last = f"f{max(0, number - 10_000) // 1000:06d}/"
        asked = {
            "the first 10,000 names": ("GET", "?limit=10000"),
            "10,000 from the middle": ("GET", f"?limit=10000&marker={middle}"),
            "the last 10,000": ("GET", f"?limit=10000&marker={last}"),
            "a folder of 1,000": ("GET", f"?limit=1000&prefix={middle}&delimiter=/"),
            "1,000 folders": ("GET", "?limit=1000&delimiter=/"),
            "HEAD of the container": ("HEAD", ""),
        }
        times = {
            name: sorted(self.ask(*request) for _ in range(TIMES))
            for name, request in asked.items()
        }
        times["GET of an object"] = sorted(self.ask("GET", f"/{PATTERN}") for _ in range(TIMES))
        put = [self.ask("PUT", f"/{middle}new{n}", b"y" * SIZE_BYTES) for n in range(TIMES)]
        gone = [self.ask("DELETE", f"/{middle}new{n}") for n in range(TIMES)]
        return times | {"PUT of 4 KiB": sorted(put), "DELETE": sorted(gone)}


def _told(times: Sequence[float]) -> str:
    """Say what times in ms were like, which are in their order."""
    middle, last = percentile(times, 0.5), percentile(times, 0.99)
    return f"p50 {middle:.1f} ms, p99 {last:.1f} ms"
