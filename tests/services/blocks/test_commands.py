# SPDX-License-Identifier: Apache-2.0
"""What operators do with stores from a terminal."""

import io
import json

import pytest

import synnefo_object_store as objects
from synnefo_blocks import owners, store_block, volumes
from synnefo_blocks.progress import Bar
from synnefo_core.commands import main
from synnefo_core.contracts.storage import Kind
from synnefo_object_store import Incoming


@pytest.fixture
def synnefo(cloud, capsys, monkeypatch):
    """Return a function that runs a command line and returns what it printed."""
    monkeypatch.setenv("OS_DATABASE__URL", str(cloud.config.database.url))

    def run(*words, expect=0):
        assert expect == main(["--data", str(cloud.data_dir), *words])
        return capsys.readouterr()

    return run


def test_the_stores_are_listed(synnefo):
    rows = json.loads(synnefo("store", "list", "-f", "json").out)

    assert [("local", "NfsStorage")] == [(row["Name"], row["Driver"]) for row in rows]


def test_a_store_is_collected_and_tells_of_it(synnefo):
    synnefo("store", "gc", "--grace", "60")

    shown = json.loads(synnefo("store", "status", "local", "-f", "json").out)

    assert "never" != shown["last_collection"]
    assert "image, object_store, volume" == shown["owners"]


def test_a_dry_run_leaves_no_trace_of_a_collection(synnefo):
    synnefo("store", "gc", "local", "--dry-run")

    assert "never" == json.loads(synnefo("store", "status", "-f", "json").out)["last_collection"]


def test_a_store_of_two_clouds_is_not_collected_until_one_is_forgotten(synnefo, cloud):
    owners.claim(cloud.store(), "another", ["image"])

    assert "image of the cloud another" in synnefo("store", "gc", expect=1).err
    synnefo("store", "forget", "local", "image", "--cloud", "another")
    synnefo("store", "gc")
    assert "could not be found" in synnefo("store", "forget", "local", "image2", expect=1).err


def test_a_store_that_is_not_configured_is_named(synnefo):
    assert "nope" in synnefo("store", "gc", "nope", expect=1).err


def test_a_store_is_scrubbed_and_checked(synnefo, cloud):
    name, _ = store_block(cloud.store().blocks, b"content")
    assert "read: 1 things" in synnefo("store", "scrub").err
    synnefo("store", "fsck")

    cloud.store().blocks.delete(Kind.BLOCK, name)
    cloud.store().blocks.put(Kind.BLOCK, name, b"damaged")

    assert name.hex() in synnefo("store", "scrub", expect=1).out
    assert "itself" in synnefo("store", "fsck", "--repair-from", "local", expect=1).err


def test_volumes_are_checked(synnefo, cloud):
    storage = cloud.store()
    volumes.create(storage, "disk", 1)
    synnefo("store", "fsck-volumes")

    storage.heads.delete("disk.1")

    assert "a head is missing" in synnefo("store", "fsck-volumes", "--repair", expect=1).out


def test_a_store_is_emptied_into_another_one(synnefo, cloud, member):
    objects.create_container(member, "p1", "c", {})
    for name in ("good", "bad"):
        made = objects.put_object(
            *(member, "p1", "c", name),
            read=io.BytesIO(name.encode()).read,
            incoming=Incoming(content_type="text/plain"),
        )
    assert "new data goes to local" in synnefo("store", "migrate", "local", "local", expect=1).err
    cloud.store().blocks.delete(Kind.BLOCK, made.reference.digest)
    conf = cloud.data_dir / "conf.d"
    conf.mkdir()
    (conf / "two.conf").write_text(
        "[storage]\nstores = new, local\n"
        f"[store_new]\ndriver = nfs\npath = {cloud.data_dir / 'new'}\n"
    )

    told = synnefo("store", "migrate", "local", "new", expect=1)

    assert "1 references moved, 1 things copied, 1 references left in local" in told.out
    assert f"{made.reference} stays" in told.err
    assert objects.find_object(member, "p1", "c", "good").store == "new"


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_bar_is_drawn_on_a_terminal():
    stream = Terminal()
    bar = Bar(stream)

    bar("blocks", 1000, 0.5)
    bar.end()

    assert "blocks: 1,000  [############------------]  50%" in stream.getvalue()
    assert stream.getvalue().endswith("\n")


def test_a_log_gets_one_line_a_stage():
    stream = io.StringIO()
    bar = Bar(stream)

    for number in range(1, 5):
        bar("references", number)
    bar("blocks", 1, 0.1)
    bar.end()

    assert "references: 4\nblocks: 1\n" == stream.getvalue()
