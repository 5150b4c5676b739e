# SPDX-License-Identifier: Apache-2.0
"""The same on eventlet's green threads, which the cloud may run on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from synnefo_core.offload import is_green
from tests.plugins.bus_amqp.brokers import BROKER_PORT

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(is_green(), reason="the others run on green threads already"),
]

HERE = Path(__file__).parent


def test_it_holds_under_eventlet(broker):
    runner = [sys.executable, "-m", "synnefo_core.testing.run", "eventlet", "--"]
    chosen = "TestAmqpBus or several or next_broker or receiver_fails"

    done = subprocess.run(
        [*runner, "-q", str(HERE), "-k", chosen],
        cwd=HERE.parents[2],
        env=os.environ | {BROKER_PORT: str(broker.port)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert 0 == done.returncode, done.stdout[-3000:]
    assert " passed" in done.stdout
