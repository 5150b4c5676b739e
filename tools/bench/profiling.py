# SPDX-License-Identifier: Apache-2.0
"""Where one case spends its time: the cloud's application called in this process, profiled.

There is no socket and no other request, so the sum is what our own code (and the database's client)
costs a request. What is counted is this thread's processor time: a busy machine changes little of
it, and waiting (for the disk, for a hash in another thread) is seen in the first line only. The
profiler itself makes everything slower: look at the shares.
"""

from __future__ import annotations

import cProfile
import io
import logging
import pstats
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from synnefo_core.cloud import Cloud, assemble
from synnefo_core.wsgi import compose
from tools.bench.cases import Case, Target, to_be_read
from tools.bench.clouds import configuration
from tools.bench.load import Plan, Requests
from tools.bench.seed import seed

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

_BATCHES = 10


def profile(case: Case, directory: Path, *, database_url: str, requests: int, top: int) -> None:
    """Fill a cloud, then time and profile requests of a case; write what was seen."""
    config = directory / "bench.conf"
    config.write_text(configuration(database_url))
    seeded = seed(directory / "data", config)
    cloud = assemble(data_dir=directory / "data", files=(config,))
    try:
        _profile(cloud, case, Target("in-process", 80, 0, **asdict(seeded)), requests, top)
    finally:
        cloud.close()


def _profile(cloud: Cloud, case: Case, target: Target, requests: int, top: int) -> None:
    # The access log is a part of what a request costs; here it goes to a buffer.
    logging.basicConfig(stream=io.StringIO(), level=logging.INFO, force=True)
    application = compose.application(cloud)
    for plan in to_be_read(target):
        _ask(application, plan, plan.most)
    plan = case.planned(target, first=0, seconds=0)
    count = min(requests, case.most)
    _ask(application, plan, count // 10 + 1)
    samples = [_ask(application, plan, max(1, count // _BATCHES)) for _ in range(_BATCHES)]
    own, others, whole = (median(each) * 1e6 for each in zip(*samples, strict=True))
    sys.stdout.write(
        f"{case.key}, without the profiler, a request: {own:.0f} us of processor time in its thread, "
        f"{others:.0f} in others; {whole:.0f} us until it is answered\n"
    )
    profiler = cProfile.Profile(time.thread_time)
    profiler.enable()
    _ask(application, plan, count)
    profiler.disable()
    for order in ("tottime", "cumulative"):
        _show(pstats.Stats(profiler), order, count, top)


def _show(stats: pstats.Stats, order: str, requests: int, top: int) -> None:
    """Write the functions that take most, in microseconds a request."""
    # (calls, primitive calls, own time, time with callees, callers) by (file, line, name)
    rows = stats.stats.items()  # type: ignore[attr-defined]  # documented nowhere, stable since 2.x
    key: Callable[[Any], float] = lambda row: row[1][2 if order == "tottime" else 3]  # noqa: E731
    sys.stdout.write(f"\nby {order}: calls, own us, with callees us; a request\n")
    for (file, number, name), (_, calls, own, whole, _) in sorted(rows, key=key, reverse=True)[
        :top
    ]:
        place = f"{'/'.join(Path(file).parts[-3:])}:{number}" if number else ""
        sys.stdout.write(
            f"{calls / requests:8.1f} {own * 1e6 / requests:8.1f} {whole * 1e6 / requests:8.1f}"
            f"  {name} {place}\n"
        )


def _ask(application: WSGIApplication, plan: Plan, count: int) -> tuple[float, float, float]:
    """Make requests; return this thread's and the others' processor time and the time of one."""
    waiting = Requests(plan)
    own_s = all_s = whole_s = 0.0
    for _ in range(count):
        environ = _environ(plan, b"".join(waiting.next()))
        own, all_, whole = time.thread_time(), time.process_time(), time.perf_counter()
        status = _call(application, environ)
        own_s += time.thread_time() - own
        all_s += time.process_time() - all_
        whole_s += time.perf_counter() - whole
        if status != plan.status:
            raise RuntimeError(f"status {status}")
    return own_s / count, (all_s - own_s) / count, whole_s / count


def _call(application: WSGIApplication, environ: WSGIEnvironment) -> int:
    seen: list[str] = []

    def start(status: str, _headers: object, _exc_info: object = None) -> Callable[[bytes], object]:
        seen.append(status)
        return bytearray().extend

    answer = application(environ, start)
    for _ in answer:
        pass
    if hasattr(answer, "close"):
        answer.close()
    return int(seen[0].split(" ")[0])


def _environ(plan: Plan, raw: bytes) -> WSGIEnvironment:
    """Return what a server would make of a request."""
    head, _, body = raw.partition(b"\r\n\r\n")
    line, *fields = head.decode().split("\r\n")
    path, _, query = line.split(" ")[1].partition("?")
    headers: Mapping[str, str] = dict(field.split(": ", 1) for field in fields)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": plan.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": str(plan.port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_LENGTH", "CONTENT_TYPE") else f"HTTP_{key}"] = value
    return environ
