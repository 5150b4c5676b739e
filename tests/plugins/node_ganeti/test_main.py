# SPDX-License-Identifier: Apache-2.0
"""The command, its configuration, and what it loads on a node."""

import fcntl
import json
import subprocess
import sys

import pytest

from synnefo_bus_amqp import AmqpBus
from synnefo_core.contracts.driver import Misconfigured
from synnefo_node_ganeti.main import main
from synnefo_node_ganeti.options import Options, load, make_bus
from tests.house.test_imports import HEAVY

SECRET = "hunter2hunter2"


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "eventd.conf"
    file.write_text(
        f"[DEFAULT]\nstate_directory = {tmp_path}\nnode_name = node1\n"
        f"[bus]\nurls = amqp://east:{SECRET}@a/east;amqp://east:{SECRET}@b/east\n"
    )
    return file


def test_the_file_says_where_the_bus_is(file):
    config = load(file)

    bus = make_bus(config, Options.of(config))

    assert isinstance(bus, AmqpBus)
    assert ["a", "b"] == [address.host for address in bus._told.brokers[0]]
    assert "snf-" == Options.of(config).instance_prefix
    bus.close()


@pytest.mark.parametrize(
    "line", ["spool_limit = many", "heartbeat_s = 0", "nonsense", "check_s = often"]
)
def test_a_file_that_can_not_be_is_refused_without_showing_secrets(file, line):
    text = file.read_text().replace("[DEFAULT]\n", f"[DEFAULT]\n{line}\n")
    file.write_text(text)

    with pytest.raises(Misconfigured) as refusal:
        load(file)

    assert SECRET not in str(refusal.value)


def test_what_is_wrong_is_said_in_a_sentence(file, capsys):
    file.write_text("[bus]\nurls =\n")

    assert 1 == main(["--config", str(file)])
    assert 1 == main(["--config", str(file.with_name("missing"))])

    shown = capsys.readouterr().err
    assert 2 == shown.count("synnefo-eventd: ")
    assert "Traceback" not in shown


def test_two_do_not_share_their_state(file, tmp_path, capsys):
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        assert 1 == main(["--config", str(file)])

    assert "another synnefo-eventd uses" in capsys.readouterr().err


def test_the_unit_runs_this_very_command(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/opt/eventd/bin/synnefo-eventd", "--show-unit"])

    assert 0 == main(["--show-unit"])

    unit = capsys.readouterr().out
    assert "\nExecStart=/opt/eventd/bin/synnefo-eventd\n" in unit
    assert "\nUser=synnefo-eventd\n" in unit


def test_a_node_loads_no_web_and_no_database_library():
    modules = "synnefo_node_ganeti.main, synnefo_bus_amqp.driver"
    code = f"import json, sys, {modules}; print(json.dumps(list(sys.modules)))"

    output = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout

    assert set() == HEAVY & set(json.loads(output))
