# SPDX-License-Identifier: Apache-2.0
"""Processes beside ``synnefo run``: started, started again, and never left behind."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from synnefo_core import companions
from synnefo_core.companions import Companions
from synnefo_core.testing.plugins import answering, core_and
from synnefo_core.testing.waiting import eventually

TELL = "import os, sys; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); sys.stdin.read()"


@pytest.fixture
def told(make_cloud, tmp_path, monkeypatch):
    """Keep one companion; return a function that says which processes it has been."""
    path = tmp_path / "pids"
    path.touch()
    command = [sys.executable, "-c", TELL, str(path)]
    monkeypatch.setattr(companions, "_FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(companions, "_command", lambda _cloud, _name: command)
    plugins = core_and(answering(companions=["told"]))
    kept = Companions(make_cloud(plugins_=plugins))
    yield lambda: [int(line) for line in path.read_text().splitlines()]
    kept.close()
    kept.close()
    for pid in [int(line) for line in path.read_text().splitlines()]:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_companion_is_started_and_ends_with_its_keeper(told):
    eventually(lambda: len(told()) == 1)


def test_a_companion_that_was_killed_is_started_again(told):
    eventually(lambda: len(told()) == 1)

    os.kill(told()[0], signal.SIGKILL)

    eventually(lambda: len(told()) == 2)
