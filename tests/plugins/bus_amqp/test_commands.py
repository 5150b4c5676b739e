# SPDX-License-Identifier: Apache-2.0
"""``synnefo queue …`` on a real broker."""

import json

import pytest

from synnefo_bus_amqp import plugin
from synnefo_core import commands
from synnefo_core.contracts.bus import Message
from synnefo_core.testing.plugins import core_and
from tests.plugins.bus_amqp.brokers import one_by_one, receive, url


@pytest.fixture
def synnefo(tmp_path, monkeypatch, capsys):
    """Return a function that runs ``synnefo …``: (exit status, output, errors)."""
    monkeypatch.setattr(commands, "Plugins", lambda: core_and(plugin))

    def run(*words):
        status = commands.main(["--data", str(tmp_path), *words])
        return (status, *capsys.readouterr())

    return run


@pytest.fixture
def broken():
    """The numbers whose messages can't be received."""
    return {1, 2, 3}


@pytest.fixture
def received():
    return []


@pytest.fixture
def letters(make, broker, cloud, broken, received, tmp_path):
    """Three dead letters of the cluster east, and the configuration that finds them."""

    def handle(message):
        if message.payload["number"] in broken:
            raise LookupError("\x1b[31mno such server")
        received.append((message.sender, message.payload["number"]))

    cloud.subscribe("tests.a", one_by_one(handle))
    node = make(url(broker, "east"))
    for number in (1, 2, 3):
        node.publish(Message("tests.a", {"number": number}))
    came = 0
    while came < 3:
        came += cloud.receive(timeout_s=5)
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d/bus.conf").write_text(
        f"[bus]\ndriver = amqp\n[bus_amqp]\ndriver = amqp\nurls = {url(broker, 'cloud')}\n"
        f"namespace = {cloud._told.namespace}\n"
    )


@pytest.fixture
def listed(synnefo):
    """Return a function that lists the dead letters."""

    def listed(*words):
        status, output, problems = synnefo("queue", "list", "-f", "json", *words)
        assert 0 == status, problems
        return json.loads(output)

    return listed


@pytest.mark.system
def test_dead_letters_are_listed_with_their_reasons(letters, listed):
    shown = listed()

    assert [("east", "tests.a", "east")] * 3 == [
        (letter["Virtual host"], letter["Topic"], letter["Sender"]) for letter in shown
    ]
    assert "LookupError: �[31mno such server" == shown[0]["Reason"]
    assert shown == listed()  # nothing was taken, and the order stays
    assert shown[:2] == listed("--limit", "2")


@pytest.mark.system
def test_one_letter_is_shown(letters, listed, synnefo):
    letter = listed()[1]

    _, output, _ = synnefo("queue", "show", letter["ID"], "-f", "json")

    assert {"number": 2} == json.loads(json.loads(output)["payload"])


@pytest.mark.system
def test_a_letter_is_received_again_from_its_first_sender(
    letters, listed, synnefo, cloud, broken, received
):
    broken.clear()
    letter = listed()[1]

    assert 0 == synnefo("queue", "retry", letter["ID"])[0]

    receive(cloud, lambda: received)
    assert [("east", 2)] == received
    assert 2 == len(listed())


@pytest.mark.system
def test_a_letter_that_fails_again_is_a_letter_again(letters, listed, synnefo, cloud):
    first = listed()

    assert 0 == synnefo("queue", "retry", "--all")[0]
    while len(listed()) < 3:
        cloud.receive(timeout_s=1)

    again = listed()
    assert {letter["ID"] for letter in first} == {letter["ID"] for letter in again}
    assert ["east"] * 3 == [letter["Sender"] for letter in again]


@pytest.mark.system
def test_letters_are_done_away_with(letters, listed, synnefo, cloud):
    assert 0 == synnefo("queue", "purge", listed()[0]["ID"])[0]
    assert 2 == len(listed())

    assert 0 == synnefo("queue", "purge", "--all", "--vhost", "east")[0]

    assert [] == listed()
    assert 0 == cloud.receive(timeout_s=0.1)


@pytest.mark.system
def test_what_is_not_there_is_said(letters, synnefo):
    for words in (["show", "nothing"], ["retry", "nothing"], ["list", "--vhost", "south"]):
        status, _, problems = synnefo("queue", *words)

        assert 1 == status
        assert "synnefo: " in problems


def test_a_bus_in_the_process_keeps_no_messages(synnefo):
    status, _, problems = synnefo("queue", "list")

    assert 1 == status
    assert "keeps no messages" in problems
