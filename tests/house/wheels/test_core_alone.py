# SPDX-License-Identifier: Apache-2.0
"""The empty house: the core with nothing else installed."""

import json
import shutil
import signal
import socket
import subprocess
import urllib.request

import pytest

from tools.members import ROOT

LIGHT = ("plugins", "hookspecs", "contracts", "config")


@pytest.fixture
def empty_house(environment):
    environment.install("synnefo-core[server,testing]", "hypothesis", "pytest-timeout")
    return environment


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def get(url: str):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


def test_without_the_extra_nothing_of_web_or_database_is_needed(environment):
    environment.install("synnefo-core")

    environment.run("python", "-c", f"import {', '.join(f'synnefo_core.{name}' for name in LIGHT)}")

    with pytest.raises(AssertionError, match="No module named 'webob'"):
        environment.run("python", "-c", "import webob")


def test_the_core_alone_passes_its_own_tests(empty_house, tmp_path):
    for folder in ("docs", "tests/core"):  # some tests do what the documents tell to do
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(ROOT / "tests/conftest.py", tmp_path / "tests")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)

    empty_house.run("pytest", "-q", "tests/core", cwd=tmp_path)


def test_the_core_alone_shows_what_there_is(empty_house, tmp_path):
    synnefo = ("synnefo", "--data", str(tmp_path / "data"))

    plugins = json.loads(empty_house.run(*synnefo, "plugin", "list", "-f", "json"))
    before = empty_house.run(*synnefo, "db", "status", "-f", "value")
    empty_house.run(*synnefo, "bootstrap")
    after = empty_house.run(*synnefo, "db", "status", "-f", "value")

    assert {("hooks", "core", "ok"), ("bus", "local", "ok")} == {
        (plugin["Kind"], plugin["Name"], plugin["Status"]) for plugin in plugins
    }
    assert ("core behind\n", "core current\n") == (before, after)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("runtime", ["eventlet", "threads"])
def test_the_core_alone_starts_serves_and_stops(empty_house, tmp_path, runtime):
    base = f"http://127.0.0.1:{free_port()}"
    command = [str(empty_house.folder / "bin/synnefo"), "run", "--data", str(tmp_path / "data")]
    command += ["--port", base.rpartition(":")[2], "--runtime", runtime]

    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as cloud:
        # It says where it is once it listens.
        said = next((line for line in cloud.stdout if base in line), "")
        answers = [get(base + path) for path in ("/", "/healthz")] if said else []
        cloud.send_signal(signal.SIGINT)

    root, health = answers
    assert ("Synnefo", []) == (root["name"], root["apis"])
    assert {"status": "ok", "broken_plugins": []} == health
    assert 0 == cloud.returncode
