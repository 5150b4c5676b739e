# SPDX-License-Identifier: Apache-2.0
"""The long-running processes as an operator starts them, with whatever is installed."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from synnefo_core.testing.waiting import eventually

PROGRAMS = Path(sys.executable).parent
RUNTIMES = ["eventlet", "threads"]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Process:
    """A process, its port and what it says."""

    def __init__(self, directory, words, **environment):
        self.port = free_port()
        self._output = directory / f"output-{self.port}"
        with self._output.open("w") as output:
            self._process = subprocess.Popen(
                [str(word).format(port=self.port) for word in words],
                cwd=directory,
                env=os.environ | environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.pid = self._process.pid

    @property
    def said(self):
        return self._output.read_text()

    def get(self, path="/healthz", port=None):
        """Return the body of an answer, or None while nobody answers."""
        try:
            url = f"http://127.0.0.1:{port or self.port}{path}"
            return urllib.request.urlopen(url, timeout=10).read()
        except (urllib.error.URLError, ConnectionError):
            return None

    def wait_until_it_answers(self):
        def answers():
            assert self._process.poll() is None, self.said
            return self.get()

        return eventually(answers, within_s=60)

    def ends(self, within_s=30):
        return self._process.wait(within_s)

    def stop(self, how=signal.SIGTERM):
        if self._process.poll() is None:
            self._process.send_signal(how)
        return self.ends()


@pytest.fixture
def start(tmp_path):
    """Return a function that starts ``synnefo …`` or another program; all end with the test."""
    started = []

    def begin(*words, program="synnefo", **environment):
        process = Process(tmp_path, [PROGRAMS / program, *words], **environment)
        started.append(process)
        return process

    yield begin
    for process in started:
        if process._process.poll() is None:
            process.stop()


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Return a data directory with a current schema."""
    data = tmp_path_factory.mktemp("processes") / "data"
    subprocess.run([PROGRAMS / "synnefo", "--data", data, "db", "upgrade"], check=True)
    return data


def children(process):
    listing = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return set(map(int, listing.read_text().split()))


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_run_is_a_whole_cloud_in_an_empty_directory(start, tmp_path, runtime):
    words = ["run", "--data", tmp_path / "data", "--port", "{port}", "--runtime", runtime]

    cloud = start(*words)
    cloud.wait_until_it_answers()
    second = start(*words)
    refused = second.ends(), second.said

    assert "Synnefo" == json.loads(cloud.get("/"))["name"]
    assert (1, f"synnefo: another cloud runs on {tmp_path / 'data'}\n") == refused
    assert 0o700 == (tmp_path / "data").stat().st_mode & 0o777
    assert 0 == cloud.stop()
    start(*words).wait_until_it_answers()


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_serve_replaces_a_process_that_dies_and_ends_all_of_them(start, data, runtime):
    words = ["--port", "{port}", "--runtime", runtime, "--workers", "2"]
    server = start("--data", data, "serve", *words)
    server.wait_until_it_answers()
    first = eventually(lambda: len(children(server)) == 2 and children(server))

    os.kill(min(first), signal.SIGKILL)
    assert all(server.get() for _ in range(8))
    eventually(lambda: len(children(server) - first) == 1)

    eventually(server.get)
    everyone = children(server)
    assert 0 == server.stop()
    assert [] == [pid for pid in everyone if Path(f"/proc/{pid}/cwd").exists()]


FAMILY = """
import os, signal, time
from synnefo_core.processes import Family

births = 0

def fork():
    global births
    births += 1
    told, tell = os.pipe()
    pid = real_fork()
    if pid and births == 1:
        os.kill({whom}, signal.SIGTERM)
    os.close(tell)
    if pid == 0:
        os.read(told, 1)
    return pid

def child(place):
    print("child", births, flush=True)
    {then}
    time.sleep(60)

real_fork, os.fork = os.fork, fork
raise SystemExit(Family(child, 1).keep())
"""


def run_family(**words):
    command = [sys.executable, "-c", FAMILY.format(**words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout


def test_a_parent_told_to_end_while_a_child_is_born_ends_with_it():
    assert run_family(whom="os.getpid()", then="pass") in ("", "child 1\n")


def test_a_child_told_to_end_while_it_is_born_ends():
    then_all = "os.kill(os.getppid(), signal.SIGTERM)"

    assert "child 2\n" == run_family(whom="pid", then=then_all)


@pytest.mark.slow
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_client_that_says_nothing_more_does_not_keep_a_server(start, data, runtime):
    server = start("serve", "--data", data, "--port", "{port}", "--runtime", runtime)
    server.wait_until_it_answers()

    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.send(
            b"POST /identity/v3/auth/tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"
        )
        server.get()

        assert 0 == server.stop()


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_serve_needs_a_current_schema(start, tmp_path, runtime):
    server = start("serve", "--data", tmp_path / "new", "--runtime", runtime)

    assert 1 == server.ends()
    assert "is not current: run `synnefo db upgrade`" in server.said
    assert "Traceback" not in server.said


def test_a_port_that_is_taken_is_said_in_a_sentence(start, data):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        server = start("serve", "--data", data, "--port", port, "--runtime", "eventlet")

        assert 1 == server.ends()
    assert f"synnefo: can't listen on 127.0.0.1:{port}: Address already in use\n" == server.said


# Signals come at whatever moment the main thread has got to.
TOLD = """
import os, signal, sys, threading
from synnefo_core import processes
sys.setswitchinterval(1e-6)
def tell(after):
    for _ in range(after):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
wait = processes.until_told()
for turn in range(20_000):
    telling = threading.Thread(target=tell, args=(turn % 300,))
    telling.start()
    wait()
    telling.join()
"""


def test_who_is_told_to_end_while_it_begins_to_wait_ends():
    assert 0 == subprocess.run([sys.executable, "-c", TOLD], timeout=60, check=False).returncode


def test_work_is_a_process_of_its_own(start, data):
    worker = start("work", "--data", data)

    eventually(lambda: "is at work" in worker.said, within_s=60)

    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert max(10, own) == os.getpriority(os.PRIO_PROCESS, worker.pid)
    assert 0 == worker.stop(signal.SIGINT)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_metrics_have_a_listener_of_their_own(start, data, tmp_path, runtime):
    port = free_port()
    settings = tmp_path / "metrics.conf"
    settings.write_text(f"[server]\nmetrics_port = {port}\nruntime = {runtime}\n")

    server = start("serve", "--data", data, "--config", settings, "--port", "{port}")
    server.wait_until_it_answers()

    answered = b'synnefo_requests_total{face="none",method="GET",status="200"}'
    assert answered in server.get("/metrics", port=port)
    assert server.get("/metrics") is None


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_logs_can_be_json(start, data, tmp_path, runtime):
    settings = tmp_path / "logs.conf"
    settings.write_text("[log]\nformat = json\n")

    server = start(
        *("serve", "--data", data, "--config", settings, "--port", "{port}", "--runtime", runtime)
    )
    server.wait_until_it_answers()
    server.stop()

    where, *lines = server.said.splitlines()
    assert where.startswith("Synnefo is at")
    assert "/healthz" in [json.loads(line).get("path") for line in lines]


def test_any_wsgi_server_serves_the_application(start, data):
    words = ["--bind", "127.0.0.1:{port}", "synnefo_core.wsgi_app:application"]

    server = start(*words, program="gunicorn", SYNNEFO_DATA=str(data))

    assert b'"status":"ok"' in server.wait_until_it_answers()
