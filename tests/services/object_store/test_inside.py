# SPDX-License-Identifier: Apache-2.0
import os
import random
from pathlib import Path

import pytest

import synnefo_object_store as store
from synnefo_core.errors import CloudError, NotFound, TooManyRequests, Unbuilt
from synnefo_core.testing.waiting import eventually
from synnefo_object_store import InnerFile, Window
from synnefo_object_store.inside import UnreadableDisk, conversation
from tests.services.object_store import disks
from tests.services.object_store.disks import BIG, Content

MIB = 1024**2
FUZZED = 120 if os.environ.get("SCALE", "ci") == "full" else 8

pytestmark = pytest.mark.skipif(
    not disks.is_there("mkfs.ext4"), reason="there is no mkfs.ext4 (e2fsprogs)"
)


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("disk")
    return disks.ext4(folder / "disk", disks.tree(folder / "tree"))


@pytest.fixture
def cloud_settings():
    return {("object_store", "inside_time_s"): 60}


@pytest.fixture
def look(member, disk):
    """Return a function that looks into the disk, or another content."""

    def looked(path, content=None, **window):
        content = content or Content(disk)
        return store.look_inside(
            member,
            content,
            size_bytes=content.size_bytes,
            path=path,
            window=Window(**{"limit": 100, **window}),
        )

    return looked


def whole(file):
    assert isinstance(file, InnerFile)
    return b"".join(file.read())


def names(entries):
    return [entry.name for entry in entries]


def is_gone(worker):
    """Say whether no process runs a worker any more."""
    for found in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(worker).encode() in found.read_bytes():
                return False
        except OSError:
            continue
    return True


def test_a_disk_without_partitions_is_part_0(look):
    (part,) = look("")

    assert (0, 16 * MIB, "ext4") == (part.number, part.size_bytes, part.file_system)


def test_a_folder_is_listed_in_the_order_of_names(look):
    found = look("0")

    assert [
        ("0/big", "file", len(BIG)),
        ("0/empty", "file", 0),
        ("0/etc/", "folder", 0),
        ("0/fifo", "other", 0),
        ("0/holes", "file", 3 * MIB + 3),
        ("0/lost+found/", "folder", 0),
    ] == [(each.name, each.kind, each.size_bytes) for each in found]


def test_links_are_listed_with_where_they_lead(look):
    found = {each.name: each.target for each in look("0/etc/", prefix="0/etc/n")}

    assert {"0/etc/name": "hostname"} == found


def test_a_listing_goes_on_behind_its_marker(look):
    first = look("0", limit=2)

    rest = look("0", marker=first[-1].name)

    assert names(look("0")) == names(first) + names(rest)
    assert ["0/big", "0/empty"] == names(first)


@pytest.mark.parametrize(
    "path, content",
    [
        ("0/etc/hostname", b"web1\n"),
        ("0//etc/./deep/../hostname", b"web1\n"),
        ("0/etc/name", b"web1\n"),
        ("0/etc/above", b"web1\n"),
        ("0/etc/deep/er/tschüß", "ö".encode()),
        ("0/big", BIG),
        ("0/empty", b""),
        ("0/holes", bytes(3 * MIB) + b"end"),
    ],
)
def test_a_file_is_what_was_put_on_the_disk(look, path, content):
    found = look(path)

    assert len(content) == found.size_bytes
    assert content == whole(found)


def test_a_range_of_a_file_begins_anywhere(look):
    found = look("0/big")

    assert BIG[5000:123_457] == b"".join(found.read(5000, 123_457))


@pytest.mark.parametrize("path", ["0/nothing", "0/etc/hostname/x", "0/etc/hostname/", "1", "x/y"])
def test_what_is_not_there_is_not_found(look, path):
    with pytest.raises(NotFound):
        look(path)


def test_links_never_lead_out_of_the_disk(look):
    with pytest.raises(NotFound):
        look("0/etc/outside")


@pytest.mark.parametrize(
    "path, words", [("0/etc/round", "symbolic links"), ("0/fifo", "only files")]
)
def test_what_can_not_be_read_is_refused_with_a_sentence(look, path, words):
    with pytest.raises(UnreadableDisk, match=words):
        look(path)


@pytest.mark.parametrize(
    "content, words",
    [
        (b"", "no file system"),
        (b"some text", "no file system"),
        (bytes(MIB), "no file system"),
        (b"QFI\xfb\0\0\0\3" + bytes(MIB), "a qcow2 disk"),
        (b"KDMV" + bytes(MIB), "a vmdk disk"),
        (b"vhdxfile" + bytes(MIB), "a vhdx disk"),
    ],
)
def test_what_is_no_raw_disk_is_refused_with_a_sentence(look, tmp_path, content, words):
    (tmp_path / "object").write_bytes(content)

    with pytest.raises(UnreadableDisk, match=words):
        look("", Content(tmp_path / "object"))


def test_bytes_that_were_given_to_a_file_but_not_written_are_zeros(look, tmp_path):
    folder = disks.tree(tmp_path / "tree")
    (folder / "stale").write_bytes(b"stale!!!" * 1000)
    copy = disks.ext4(tmp_path / "disk", folder)
    for request in (
        "rm stale",
        "write /dev/null given",
        "fallocate given 0 9",
        "set_inode_field given size 5000",
    ):
        disks.run("debugfs", "-w", "-R", request, str(copy))

    assert bytes(5000) == whole(look("0/given", Content(copy)))


def test_a_file_needs_a_small_part_of_its_disk(look, tmp_path):
    """Ranges of a few of its blocks are asked for; the other blocks are not touched."""
    path = disks.ext4(tmp_path / "disk", disks.tree(tmp_path / "tree"), mib=256)
    content = Content(path)
    found = look("0/etc/hostname", content)

    assert b"web1\n" == whole(found)
    assert 2 * MIB > sum(stop - start for start, stop in content.spans)
    blocks = {start // (4 * MIB) for start, _ in content.spans}
    assert 8 > len(blocks) < content.size_bytes // (4 * MIB)


def test_a_stored_disk_is_looked_into_as_well(account, member, disk):
    account.put("disk", disk.read_bytes())
    info = account.find("disk")

    found = store.look_inside(
        member,
        store.open_object(member, info),
        size_bytes=info.size_bytes,
        path="0/big",
        window=Window(limit=1),
    )

    assert BIG == whole(found)


def test_what_is_damaged_does_no_harm(look, disk, tmp_path):
    """Whatever is wrong with a disk: an answer or a sentence, and nothing is left running."""
    good = disk.read_bytes()
    for seed in range(FUZZED):
        chance = random.Random(seed)
        bad = bytearray(good)
        for _ in range(chance.choice((1, 20, 400))):
            # Where the file system keeps its own: the rest is zeros or files.
            at = chance.randrange(1024, 2 * MIB)
            bad[at : at + 4] = chance.randbytes(4)
        (tmp_path / "bad").write_bytes(bad)
        for path in ("0/etc/deep", "0/big"):
            try_out(look, path, Content(tmp_path / "bad"))

    eventually(lambda: is_gone(conversation.WORKER), within_s=60)


def try_out(look, path, content):
    try:
        found = look(path, content)
        if isinstance(found, InnerFile):
            pieces = found.read(0, min(found.size_bytes, 2 * MIB))
            assert min(found.size_bytes, 2 * MIB) == sum(map(len, pieces))
    except (UnreadableDisk, NotFound):
        return


def test_a_folder_that_is_its_own_child_ends_with_the_path(look, tmp_path):
    copy = disks.ext4(tmp_path / "disk", disks.tree(tmp_path / "tree"))
    disks.run("debugfs", "-w", "-R", "link / etc/again", str(copy))

    found = look("0" + "/etc/again" * 20 + "/etc/hostname", Content(copy))

    assert b"web1\n" == whole(found)


def test_a_file_may_claim_any_length(look, tmp_path):
    copy = disks.ext4(tmp_path / "disk", disks.tree(tmp_path / "tree"))
    claimed = 2**43
    disks.run("debugfs", "-w", "-R", f"set_inode_field big size {claimed}", str(copy))

    found = look("0/big", Content(copy))

    assert claimed == found.size_bytes
    assert BIG[:100] == b"".join(found.read(0, 100))
    assert bytes(100) == b"".join(found.read(claimed - 100, claimed))


class TestAWorkerThatIsTakenOver:
    """What a file system that has the worker run its code can do: nothing."""

    PRELUDE = """
import importlib.util, json, os, socket, struct, sys
spec = importlib.util.spec_from_file_location("worker", {worker!r})
worker = importlib.util.module_from_spec(spec)
sys.modules["worker"] = worker
spec.loader.exec_module(worker)
def answer(said, kind=b"d"):
    raw = said if isinstance(said, bytes) else json.dumps(said).encode()
    worker._send(kind + struct.pack(">I", len(raw)) + raw)
LIBC = worker.ctypes.CDLL(None)
worker.confine(sys.argv[1], is_root=sys.argv[2] == "root")
worker._send(b"h")
asked = json.loads(worker._received(struct.unpack(">I", worker._received(4))[0]))
"""

    @pytest.fixture
    def taken_over(self, tmp_path, monkeypatch, look):
        def run(code, path="0/big"):
            worker = tmp_path / "worker.py"
            worker.write_text(self.PRELUDE.format(worker=str(conversation.WORKER)) + code)
            monkeypatch.setattr(conversation, "WORKER", worker)
            try:
                return look(path)
            finally:
                eventually(lambda: is_gone(worker), within_s=60)

        return run

    def test_it_has_no_files_no_network_no_children_and_no_privileges(self, taken_over):
        code = """
def refused(call, *arguments):
    try:
        call(*arguments)
    except OSError:
        return True
    return False
tried = {
    "read": refused(open, "/etc/passwd"),
    "list": refused(os.listdir, "/"),
    "make": refused(os.mkdir, "/x"),
    "remove": refused(os.rmdir, "/"),
    "connect": refused(lambda: socket.socket().connect(("127.0.0.1", 5432))),
    "fork": refused(os.fork),
    "become": refused(os.setuid, 0) or os.getuid() == 0,
    "leave": refused(os.chroot, "/"),
}
status = not os.path.exists("/proc")
answer({"parts": [{"number": 0, "bytes": 0, "file_system": name}
                  for name, is_refused in tried.items() if not is_refused]
                 + [{"number": 1, "bytes": os.getpid(), "file_system": str(status)}]})
"""

        *allowed, last = taken_over(code, "")

        assert [] == [each.file_system for each in allowed]
        assert "True" == last.file_system

    @pytest.mark.parametrize(
        "code",
        [
            "answer(b'not JSON')",
            "answer(b'[' * 100000)",
            "answer([])",
            "answer({'entries': 5})",
            "answer({'entries': [{'name': 5}]})",
            "answer({'parts': [{'number': -1, 'bytes': 1, 'file_system': 'x'}]})",
            "answer({'bytes': -1, 'modified_at': 0, 'runs': []})",
            "answer({'bytes': 1 << 70, 'modified_at': 0, 'runs': []})",
            "answer({'bytes': 100, 'modified_at': 0, 'runs': [[0, 1 << 40, 100]]})",
            "answer({'bytes': 100, 'modified_at': 0, 'runs': [[0, -5, 100]]})",
            "answer({'bytes': 100, 'modified_at': 0, 'runs': [[0, 0, 50], [10, 0, 50]]})",
            "answer({'refused': 'anything'})",
            "answer(b'bytes', b'c')",
            "worker._send(b'd' + struct.pack('>I', 2**32 - 1))",
            "worker._send(b'r' + struct.pack('>QI', 2**63, 10))",
            "worker._send(b'r' + struct.pack('>QI', 0, 2**31))",
            "worker._send(b'?' * 100)",
            "os._exit(0)",
            "os.abort()",
            "x = bytearray(2**40)",
        ],
    )
    def test_what_it_says_is_not_believed(self, taken_over, code):
        with pytest.raises(UnreadableDisk):
            taken_over(code)

    def test_no_word_of_it_is_shown(self, taken_over):
        with pytest.raises(UnreadableDisk) as refused:
            taken_over("answer({'refused': 'call 0900-12345'})")

        assert "0900" not in str(refused.value)


ALIVE = """
import signal
os.setsid()
signal.signal(signal.SIGTERM, signal.SIG_IGN)
LIBC.prctl(1, 0, 0, 0, 0)
signal.pause()
"""


class TestBounds:
    @pytest.fixture
    def cloud_settings(self):
        return {("object_store", "inside_time_s"): 2, ("object_store", "inside_at_once"): 1}

    @pytest.mark.parametrize("code", ["while True: pass", "worker._received(1)", ALIVE])
    def test_a_worker_that_does_not_come_to_an_end_is_ended(
        self, look, tmp_path, monkeypatch, code
    ):
        worker = tmp_path / "worker.py"
        prelude = TestAWorkerThatIsTakenOver.PRELUDE.format(worker=str(conversation.WORKER))
        worker.write_text(prelude + code)
        monkeypatch.setattr(conversation, "WORKER", worker)

        with pytest.raises(UnreadableDisk, match="within 2 s"):
            look("")

        eventually(lambda: is_gone(worker), within_s=60)

    def test_more_disks_than_may_be_looked_into_wait(self, look, cloud):
        places = conversation.limits_of(cloud).places
        with places, pytest.raises(TooManyRequests):
            look("")

        # Who was refused has taken no place.
        assert places.acquire(timeout=1)
        places.release()


@pytest.mark.parametrize("missing", ["library", "programs"])
def test_a_machine_that_has_not_what_it_takes_says_so(look, monkeypatch, missing):
    if missing == "library":
        monkeypatch.setattr(conversation.importlib.util, "find_spec", lambda _name: None)
    else:
        monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(Unbuilt, match="pytsk3" if missing == "library" else "unshare"):
        look("")


def test_a_lost_block_is_told_as_of_any_object(look, disk):
    class Lost(Content):
        def read(self, start=0, stop=None):
            raise CloudError("the store has lost it")

    with pytest.raises(CloudError, match="lost it"):
        look("", Lost(disk))

    eventually(lambda: is_gone(conversation.WORKER), within_s=60)
