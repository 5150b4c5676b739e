# SPDX-License-Identifier: Apache-2.0
"""The provider of external storage as Ganeti runs it: scripts, and the environment."""

import os
import signal
import stat
import subprocess
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from synnefo_blocks import EMPTY, volumes, write
from synnefo_blocks.nbd.protocol import Command
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.contracts.storage import NoSuchThing
from synnefo_core.contracts.volumes import Mode, epochs_of
from synnefo_core.offload import make_offload
from synnefo_node_ganeti.ext import main
from synnefo_node_ganeti.ext.provider import Places
from synnefo_storage_nfs.driver import NfsStorage
from tests.plugins.node_ganeti.volume_node import (
    MIB,
    SHORT_S,
    SIZE,
    TICKET,
    Cloud,
    Node,
    alive,
    later,
)
from tests.services.blocks.nbd_client import NbdClient
from tests.system.labs.waiting import until


@pytest.fixture
def cloud(tmp_path):
    made = Cloud(tmp_path)
    yield made
    made.storage.close()


@pytest.fixture
def node_of(cloud):
    made = []

    def make(name, **rest):
        made.append(Node(cloud, name, **rest))
        return made[-1]

    yield make
    for node in made:
        node.end()


@pytest.fixture
def node(node_of):
    return node_of("a")


@pytest.fixture
def offload():
    pool = make_offload(2)
    yield pool
    pool.close()


@pytest.fixture
def connect():
    """Connect as QEMU does."""
    clients = []

    def call(answer):
        clients.append(NbdClient(answer.socket))
        clients[-1].go()
        return clients[-1]

    yield call
    for client in clients:
        client.close()


def write_to(client, offset, data):
    assert 0 == client.call(Command.WRITE, offset, data=data)
    assert 0 == client.call(Command.FLUSH)


def test_what_ganeti_wants_is_there(tmp_path):
    provider = main.install(tmp_path, Places())

    wanted = {"create", "attach", "detach", "remove", "grow", "setinfo", "verify"}
    optional = {"open", "close", "snapshot"}
    scripts = {each.name for each in provider.iterdir() if os.access(each, os.X_OK)}
    assert wanted | optional == scripts
    names = [line.split()[0] for line in (provider / "parameters.list").read_text().splitlines()]
    assert ["ticket", "part"] == names
    assert provider == main.install(tmp_path, Places())


def test_a_disk_from_its_making_to_its_removal(cloud, node, connect):
    ticket = replace(TICKET, is_kept=False)
    node.do("create", ticket, VOL_SIZE="8")
    node.do("create", ticket, VOL_SIZE="8")
    assert SIZE == cloud.record().size_bytes

    served = node.do("attach", ticket)
    assert served == node.do("attach", ticket)
    assert 0o600 == stat.S_IMODE(Path(served.socket).stat().st_mode)
    assert not cloud.record().is_open
    write_to(connect(served), 0, b"data")
    assert cloud.record().epoch == ticket.epochs.start

    node.do("detach", ticket)
    node.do("detach", ticket)
    assert not cloud.record().is_open
    assert not Path(served.socket).exists()

    assert b"data" == connect(node.do("attach", ticket)).read(0, 4)
    pid = node.pid()
    node.do("remove", ticket)
    node.do("remove", ticket)
    assert not alive(pid)
    with pytest.raises(NoSuchThing):
        cloud.record()
    assert "" == node.do("attach", ticket).said


def test_a_volume_that_is_kept_and_its_seed_outlive_their_disks(cloud, node):
    node.do("create", VOL_SIZE="8")
    node.do("create", VOL_SIZE="4", EXTP_PART="seed")

    node.do("remove")
    node.do("remove", EXTP_PART="seed")

    assert SIZE == cloud.record().size_bytes
    assert 4 * MIB == cloud.record("disk-1-seed").size_bytes


def test_a_disk_goes_to_another_cluster_and_the_old_one_removes_nothing(
    cloud, node, node_of, connect
):
    """What two clusters ask, one of which takes in what the other one gives up afterwards."""
    other, parts = node_of("b"), ({}, {"EXTP_PART": "seed"})
    for part in parts:
        node.do("create", VOL_SIZE="8", **part)
        guest = connect(node.do("attach", **part))
        write_to(guest, 0, b"mine")
        node.do("detach", **part)
    before = {name: volumes.usage(cloud.storage, name) for name in ("disk-1", "disk-1-seed")}

    for part in parts:
        other.do("create", later(TICKET), VOL_SIZE="8", **part)
    for part in parts:
        node.do("remove", **part)

    assert before == {name: volumes.usage(cloud.storage, name) for name in before}
    for part in parts:
        assert b"mine" == connect(other.do("attach", later(TICKET), **part)).read(0, 4)
        assert "" == node.do("attach", **part).said


def test_a_new_disk_reads_as_its_origin_and_nothing_is_copied(cloud, node, offload, connect):
    content = os.urandom(3 * MIB)
    origin = write(cloud.storage, offload, BytesIO(content).read).reference
    ticket = replace(TICKET, origin=str(origin))

    node.do("create", ticket, VOL_SIZE="8")

    assert 0 == volumes.usage(cloud.storage, "disk-1")
    client = connect(node.do("attach", ticket))
    assert content[MIB : MIB + 500] == client.read(MIB, 500)
    assert bytes(500) == client.read(4 * MIB, 500)


def test_a_server_that_was_killed_is_started_anew_and_what_was_flushed_is_there(node_of, connect):
    node = node_of("a", lease_s=SHORT_S)
    node.do("create", VOL_SIZE="8")
    write_to(connect(node.do("attach")), 5, b"flushed")
    node.kill()

    client = connect(node.do("attach"))

    client.socket.settimeout(60)
    assert b"flushed" == client.read(5, 7)
    node.kill()
    node.do("detach")
    assert not (node.run / "disk-1.sock").exists()


@pytest.mark.parametrize("pause_s", [0.1, 0.3, 0.6])
def test_a_provider_killed_in_the_middle_leaves_one_server_at_most(cloud, node, pause_s):
    node.do("create", VOL_SIZE="8")
    first = subprocess.Popen(
        node.command("attach"), env=node.environment(), stdout=subprocess.DEVNULL
    )
    try:
        first.wait(pause_s)
    except subprocess.TimeoutExpired:
        first.send_signal(signal.SIGKILL)
        first.wait()

    node.do("attach")

    pid = node.pid()
    assert alive(pid)
    assert [pid] == servers_of(node)
    node.do("detach")
    assert [] == servers_of(node)


def servers_of(node):
    """Return all processes that serve something of a node."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace").split("\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if "synnefo_blocks.nbd.main" in words and str(node.run / "disk-1.sock") in words:
            found.append(int(path.parent.name))
    return found


def test_a_later_ticket_wins_wherever_it_is_shown(cloud, node_of, connect):
    node, other = (node_of(name, lease_s=SHORT_S) for name in "ab")
    node.do("create", VOL_SIZE="8")
    guest = connect(node.do("attach"))
    write_to(guest, 0, b"mine")
    pid = node.pid()

    follower = connect(other.do("attach", later(TICKET)))

    assert b"mine" == follower.read(0, 4)
    assert cloud.record().epoch == epochs_of(2).start
    with suppress(OSError, EOFError):
        assert 0 != guest.call(Command.WRITE, 0, data=b"late")
    until(lambda: not alive(pid), "the old writer to end", within_s=60)
    assert "" == node.do("attach").said
    node.do("remove", replace(TICKET, is_kept=False))
    assert 1 == node.ask("grow", VOL_NEW_SIZE="16").status
    assert b"mine" == follower.read(0, 4)
    assert SIZE == cloud.record().size_bytes


def test_preparing_a_disk_elsewhere_ends_nobody(cloud, node, node_of, connect):
    other = node_of("b")
    node.do("create", VOL_SIZE="8")
    guest = connect(node.do("attach"))
    write_to(guest, 0, b"one")

    other.do("attach")
    other.do("detach")

    write_to(guest, 3, b"two")
    assert b"onetwo" == guest.read(0, 6)
    assert cloud.record().epoch == TICKET.epochs.start


def test_a_guest_moves_while_it_runs(cloud, node, node_of, connect):
    """What Ganeti asks of both nodes, and what QEMU does on them."""
    other = node_of("b")
    node.do("create", VOL_SIZE="8")
    guest = connect(node.do("attach"))
    write_to(guest, 0, b"before")
    other.do("attach")
    other.do("close")
    node.do("open", VOL_OPEN_EXCLUSIVE="False")
    other.do("attach")
    other.do("open", VOL_OPEN_EXCLUSIVE="False")

    there = connect(other.do("attach"))
    there.read(0, 512)
    write_to(guest, 6, b"while it moves")
    assert b"while it moves" == there.read(6, 14)
    there.send(there.request(Command.WRITE, 20, data=b"after"))
    node.do("close")
    other.do("open", VOL_OPEN_EXCLUSIVE="True")

    there.socket.settimeout(60)
    assert 0 == there.error()
    assert b"beforewhile it movesafter" == there.read(0, 25)
    assert cloud.record().epoch == TICKET.epochs.start + 1


def test_a_disk_grows_with_and_without_a_guest(cloud, node, connect):
    node.do("create", VOL_SIZE="8")
    node.do("grow", VOL_SIZE="8", VOL_NEW_SIZE="16")
    assert 2 * SIZE == cloud.record().size_bytes
    guest = connect(node.do("attach"))
    write_to(guest, 0, b"here")

    node.do("grow", VOL_SIZE="16", VOL_NEW_SIZE="24")

    assert 3 * SIZE == cloud.record().size_bytes
    write_to(guest, 4, b" still")
    late = connect(node.do("attach"))
    write_to(late, 20 * MIB, b"new room")


def test_what_the_cloud_did_not_sign_is_refused(cloud, node):
    stranger = Cloud(cloud.directory / "stranger")
    stranger.directory.mkdir(exist_ok=True)
    forged = Node(stranger, "c").environment()

    refused = node.ask("create", VOL_SIZE="8", EXTP_TICKET=forged["EXTP_TICKET"])

    assert (1, "") == (refused.status, refused.said)
    assert "not a ticket of the cloud's" in refused.complained
    assert [] == list(volumes.names(cloud.storage))
    stranger.storage.close()


@pytest.mark.parametrize(
    "action, ticket, told, reason",
    [
        ("create", replace(TICKET, store="other"), {"VOL_SIZE": "8"}, "other.conf"),
        ("create", TICKET, {"VOL_SIZE": "400", "EXTP_PART": "seed"}, "no size for a seed"),
        ("create", TICKET, {"VOL_SIZE": "8", "EXTP_PART": "../x"}, "no part"),
        ("attach", replace(TICKET, mode=Mode.READ_ONLY), {}, "only be read"),
        ("snapshot", TICKET, {"VOL_SNAPSHOT_NAME": "x"}, "in the cloud"),
    ],
)
def test_what_can_not_be_done_is_refused_in_a_line(
    node, capsys, monkeypatch, action, ticket, told, reason
):
    for name, value in node.environment(ticket, **told).items():
        monkeypatch.setenv(name, value)

    status = main.main([str(word) for word in node.command(action)[4:]])

    said = capsys.readouterr()
    assert (1, "") == (status, said.out)
    assert reason in said.err
    assert 1 == len(said.err.splitlines())


def test_a_server_that_can_not_start_says_why(cloud, node):
    node.do("create", VOL_SIZE="8")
    (node.run / "disk-1.sock").mkdir()

    refused = node.ask("attach")

    assert 1 == refused.status
    assert not (node.run / "disk-1.process").read_text() or not alive(node.pid())


def test_verify_has_nothing_to_say(node):
    assert "" == node.do("verify").said


def test_a_volume_that_moved_is_found_by_its_old_ticket(cloud, node, connect, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    told = (node.config / "main.conf").read_text()
    (node.config / "other.conf").write_text(told.replace(f"{tmp_path}/store", str(other)))
    stores = {
        "main": cloud.storage,
        "other": NfsStorage(DriverSetup("nfs", {"path": str(other)}, tmp_path)),
    }
    node.do("create", VOL_SIZE="8")
    guest = connect(node.do("attach"))
    write_to(guest, 0, b"here")
    volumes.expect(stores["other"], "disk-1", size_bytes=SIZE, base=EMPTY, source="main")
    volumes.ask_to_move(stores["main"], "disk-1", "other")
    until(
        lambda: "other" == volumes.follow("disk-1", "main", stores.__getitem__),
        "the volume to move",
        within_s=120,
    )

    assert b"here" == guest.read(0, 4)
    write_to(guest, 4, b"there")
    node.do("grow", VOL_NEW_SIZE="16")
    guest.close()
    node.do("detach")

    assert b"herethere" == connect(node.do("attach")).read(0, 9)
    assert 2 * SIZE == volumes.show(stores["other"], "disk-1").size_bytes
    stores["other"].close()
