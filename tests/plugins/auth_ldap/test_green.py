# SPDX-License-Identifier: Apache-2.0
"""The same on eventlet's green threads: libldap blocks natively, and nobody waits for it."""

import subprocess
import sys
from pathlib import Path

import pytest

from synnefo_core.offload import is_green

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(is_green(), reason="the others run on green threads already"),
]

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    "module, tests", [("test_contract", "Searching"), ("test_servers", "hang")]
)
def test_it_holds_under_eventlet(module, tests):
    runner = [sys.executable, "-m", "synnefo_core.testing.run", "eventlet", "--"]

    done = subprocess.run(
        [*runner, "-q", str(HERE / f"{module}.py"), "-k", tests],
        cwd=HERE.parents[2],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert 0 == done.returncode, done.stdout[-3000:]
    assert " passed" in done.stdout
