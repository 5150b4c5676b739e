# SPDX-License-Identifier: Apache-2.0
"""When a server of NBD becomes the writer of its volume."""

import threading

import pytest

from synnefo_blocks import EMPTY, volumes
from synnefo_blocks.nbd import Server
from synnefo_blocks.nbd.protocol import ESHUTDOWN, Command
from synnefo_blocks.nbd.turns import Claim, LateDisk, Turn
from synnefo_blocks.node_stores import NodeStore
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.contracts.storage import CLUSTER_BYTES, Fenced
from synnefo_core.offload import is_green
from synnefo_core.testing.fakes import MemoryStorage
from synnefo_core.testing.fixtures import StillClock
from synnefo_storage_nfs.driver import NfsStorage
from tests.services.blocks.nbd_client import NbdClient

pytestmark = pytest.mark.skipif(is_green(), reason="a server is a process of its own, on threads")

SIZE = 10 * CLUSTER_BYTES
TERMS = volumes.LeaseTerms()
FIRST = range(100, 200)
SECOND = range(200, 300)


@pytest.fixture
def storage():
    store = MemoryStorage()
    volumes.create(store, "disk", SIZE)
    return store


@pytest.fixture
def turn_of(storage):
    made = []

    def make(epochs=FIRST, others=None):
        made.append(Turn(storage, Claim("disk", epochs, others), TERMS))
        return made[-1]

    yield make
    for turn in made:
        turn.end()


@pytest.fixture
def connect(tmp_path):
    """Serve a turn and connect to it."""
    running, clients = [], []

    def call(turn):
        path = tmp_path / f"{len(running)}.sock"
        server = Server(LateDisk(turn), path)
        thread = threading.Thread(target=server.serve)
        thread.start()
        running.append((turn, server, thread))
        clients.append(NbdClient(path))
        clients[-1].go()
        return clients[-1]

    yield call
    for client in clients:
        client.close()
    for turn, server, thread in running:
        turn.end()
        server.close()
        thread.join()


def epoch(storage):
    return volumes.show(storage, "disk").epoch


def test_who_only_prepared_ends_no_writer(storage, turn_of):
    writer = turn_of().take()

    turn_of().renew()

    writer.write(0, b"goes on")
    assert (100, True) == (epoch(storage), volumes.show(storage, "disk").is_open)


def test_each_start_takes_the_next_number(storage, turn_of):
    for number in (100, 101, 102):
        turn_of().take()

        assert number == epoch(storage)


def test_a_client_makes_it_the_writer(storage, turn_of, connect):
    client = connect(turn_of())

    assert 0 == client.call(Command.WRITE, 0, data=b"x")
    assert 100 == epoch(storage)


def test_nobody_follows_a_later_generation(storage, turn_of):
    old = turn_of()
    turn_of(SECOND).take()

    with pytest.raises(Fenced):
        old.renew()
    with pytest.raises(Fenced):
        old.take()


def test_a_volume_that_is_gone_is_served_no_longer(storage, turn_of):
    turn = turn_of()
    volumes.delete(storage, "disk")

    with pytest.raises(Fenced):
        turn.renew()


def test_who_waits_reads_what_the_writer_writes(storage, turn_of, connect, tmp_path):
    others = tmp_path / "others"
    others.touch()
    writer = turn_of().take()

    client = connect(turn_of(others=others))
    writer.write(5, b"news")

    assert b"\0news\0" == client.read(4, 6)
    assert 0 == client.call(Command.FLUSH)
    assert 100 == epoch(storage)


@pytest.mark.parametrize("ending", ["close", "unmark"])
def test_a_write_waits_for_the_turn_and_then_all_go_there(
    storage, turn_of, connect, tmp_path, ending
):
    others = tmp_path / "others"
    others.touch()
    writer = turn_of().take()
    writer.write(0, b"old")
    client = connect(turn_of(others=others))

    client.send(client.request(Command.WRITE, 3, data=b"new"))
    client.socket.settimeout(0.2)
    with pytest.raises(TimeoutError):
        client.error()
    writer.write(6, b"last")
    writer.flush()
    writer.close() if ending == "close" else others.unlink()

    client.socket.settimeout(20)
    assert 0 == client.error()
    assert b"oldnewlast" == client.read(0, 10)
    assert 101 == epoch(storage)
    with pytest.raises(Fenced):
        writer.write(0, b"too late")


def test_who_waits_is_let_go_at_the_end(turn_of, connect, tmp_path):
    others = tmp_path / "others"
    others.touch()
    turn_of().take()
    turn = turn_of(others=others)
    client = connect(turn)

    client.send(client.request(Command.WRITE, 3, data=b"new"))
    turn.end()

    assert ESHUTDOWN == client.error()


def test_a_client_gets_nothing_under_a_ticket_that_was_outdone(turn_of, connect):
    client = connect(turn_of())
    turn_of(SECOND).take()

    assert ESHUTDOWN == client.call(Command.READ, 0, 512)


def test_who_prepared_before_the_volume_moved_follows_it(storage, turn_of, connect):
    other = MemoryStorage()
    turn = Turn(
        storage,
        Claim("disk", FIRST),
        TERMS,
        find=lambda name: NodeStore(other, TERMS, config=None),
    )
    client = connect(turn)
    volumes.expect(other, "disk", size_bytes=SIZE, base=EMPTY, source="first")
    seen = volumes.show(storage, "disk")
    assert volumes.move_closed(storage, "disk", "second", seen=seen)
    volumes.enter(other, "disk")

    assert 0 == client.call(Command.WRITE, 0, data=b"x")

    assert 100 == epoch(other)
    turn.end()


@pytest.fixture
def lapsed(tmp_path):
    """Serve a volume that may be written no longer until it is renewed; return all that is there."""
    storage = NfsStorage(DriverSetup("nfs", {"fsync": False}, tmp_path / "store"))
    volumes.create(storage, "disk", SIZE)
    clock = StillClock()
    volume = volumes.open_volume(storage, "disk", epoch=100, terms=TERMS, clock=clock)
    server = Server(volume, tmp_path / "disk.sock")
    serving = threading.Thread(target=server.serve)
    serving.start()
    client = NbdClient(tmp_path / "disk.sock")
    client.go()
    assert 0 == client.call(Command.WRITE, 0, data=b"before")
    clock.advance(TERMS.lease_s)
    yield client, volume, server, storage
    client.close()
    server.close()
    serving.join()
    storage.close()


CHANGES = {
    Command.WRITE: {"data": b"later"},
    Command.WRITE_ZEROES: {"offset": CLUSTER_BYTES, "length": CLUSTER_BYTES},
    Command.TRIM: {"offset": CLUSTER_BYTES, "length": CLUSTER_BYTES},
    Command.FLUSH: {},
}


def await_nothing(client, command):
    client.send(client.request(command, **CHANGES[command]))
    client.socket.settimeout(0.2)
    with pytest.raises(TimeoutError):
        client.error()
    client.socket.settimeout(20)


@pytest.mark.parametrize("command", CHANGES)
def test_a_writer_that_stood_still_and_that_nobody_followed_goes_on(lapsed, command):
    client, volume, _, _ = lapsed

    await_nothing(client, command)
    volume.renew()

    assert 0 == client.error()
    assert (b"later" if command is Command.WRITE else b"befor") == client.read(0, 5)


@pytest.mark.parametrize("command", CHANGES)
def test_a_writer_that_stood_still_and_was_followed_is_refused(lapsed, command):
    client, volume, _, storage = lapsed

    await_nothing(client, command)
    volumes.open_volume(storage, "disk", epoch=200, terms=TERMS, clock=StillClock())
    with pytest.raises(Fenced):
        volume.renew()

    assert ESHUTDOWN == client.error()


def test_nobody_waits_for_an_answer_at_the_end(lapsed):
    client, _, server, _ = lapsed

    await_nothing(client, Command.WRITE)
    server.close()

    assert ESHUTDOWN == client.error()
