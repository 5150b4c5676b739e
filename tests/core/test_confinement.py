# SPDX-License-Identifier: Apache-2.0
"""What a confined program finds there."""

import subprocess
import sys

import pytest

from synnefo_core import confinement
from synnefo_core.confinement import Bounds

BOUNDS = Bounds(memory_bytes=512 * 1024**2, time_s=60, written_bytes=0)
THREADS = """
import threading

together = threading.Barrier(41)

def allocate():
    kept = bytearray(100_000)
    together.wait()

for _ in range(40):
    threading.Thread(target=allocate, daemon=True).start()
together.wait()
"""


def test_a_program_has_room_for_its_threads():
    confined = confinement.words(BOUNDS)
    if subprocess.run([*confined, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets us confine nothing")
    command = [*confined, sys.executable, "-c", THREADS]

    done = subprocess.run(
        command,
        env=confinement.environment("C"),
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (0, "") == (done.returncode, done.stderr)
