# SPDX-License-Identifier: Apache-2.0
"""How long ``synnefo run`` takes until it answers: on an empty directory, and on one that it has filled."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

from tests.system.labs.waiting import free_port
from tools.bench.asking import Tell
from tools.bench.processes import python, served
from tools.bench.promises import MISSED

NUMBER = 5
_MOST_S = 5.0


def measure(place: Path, number: int, tell: Tell) -> bool:
    """Start a cloud once, and again so many times; return whether the promise is kept."""
    first_s, first_cpu_s = _start(place)
    tell(f"first start: {first_s:.2f} s, {first_cpu_s:.2f} s of a processor")
    took = [_start(place) for _ in range(number)]
    again_s, cpu_s = (float(median(each)) for each in zip(*took, strict=True))
    tell(f"{number} starts after it: median {again_s:.2f} s, {cpu_s:.2f} s of a processor")
    is_kept = again_s < _MOST_S
    tell(
        f"{'kept' if is_kept else MISSED}: a start of a cloud that there is in under {_MOST_S:g} s"
    )
    return is_kept


def _start(place: Path) -> tuple[float, float]:
    """Start a cloud and end it; return how long it took until it answered, and its processor time."""
    port = free_port()
    command = python("synnefo_core.entry", "run", "--data", place / "cloud", "--port", port)
    begun = time.monotonic()
    with served({"run": command}, directory=place) as started:
        started["run"].await_answer(port, "/healthz")
        return time.monotonic() - begun, started["run"].cpu_s()
