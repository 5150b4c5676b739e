# SPDX-License-Identifier: Apache-2.0
import subprocess
import sys

import pytest

from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.keys import KeyRing, key_ring, write_private

MAKE = """
import sys
from pathlib import Path
from synnefo_core.keys import KeyRing
ring = KeyRing(Path(sys.argv[1]))
ring.make()
print(ring.seal("secret"))
"""


@pytest.fixture
def ring(tmp_path):
    ring = KeyRing(tmp_path / "keys" / "secrets")
    ring.make()
    return ring


@pytest.fixture
def directory(tmp_path):
    return tmp_path / "keys" / "secrets"


def names(directory):
    return {path.name for path in directory.iterdir()}


def test_what_is_sealed_can_be_opened_and_not_read(ring):
    sealed = ring.seal("pässword")

    assert "pässword" == ring.open(sealed)
    assert "ssword" not in sealed


def test_keys_are_private(ring, directory):
    assert 0o700 == directory.stat().st_mode & 0o777
    assert {0o600} == {path.stat().st_mode & 0o777 for path in directory.iterdir()}


def test_keys_are_made_once(ring, directory):
    sealed, before = ring.seal("secret"), names(directory)

    KeyRing(directory).make()

    assert before == names(directory)
    assert "secret" == KeyRing(directory).open(sealed)


def test_processes_that_make_keys_at_once_get_the_same(directory):
    command = [sys.executable, "-c", MAKE, str(directory)]
    making = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]

    sealed = [process.communicate(timeout=60)[0].strip() for process in making]

    assert ["secret"] * 4 == [KeyRing(directory).open(text) for text in sealed]
    assert [directory] == list(directory.parent.iterdir())


def test_the_highest_number_seals_and_the_staged_key_opens_already(ring, directory, tmp_path):
    alone = tmp_path / "keys" / "alone"
    alone.mkdir()
    (alone / "7").write_bytes((directory / "0").read_bytes())
    staged = KeyRing(alone)

    assert "secret" == ring.open(staged.seal("secret"))
    with pytest.raises(Misconfigured):
        staged.open(ring.seal("secret"))


def test_a_ring_sees_a_rotation_at_once_and_still_opens_what_was_sealed(ring, directory):
    sealed = ring.seal("old")

    (directory / "0").rename(directory / "2")
    newer = KeyRing(directory).seal("new")

    assert ["old", "new"] == [ring.open(sealed), ring.open(newer)]


def test_a_key_that_is_gone_opens_nothing(ring, directory):
    sealed = ring.seal("old")

    (directory / "1").unlink()

    with pytest.raises(Misconfigured, match="can't be read with the keys in"):
        ring.open(sealed)


def test_without_keys_the_command_that_helps_is_named(tmp_path):
    with pytest.raises(Misconfigured, match="run `synnefo bootstrap`"):
        KeyRing(tmp_path / "none").seal("secret")


def test_a_cloud_has_one_ring_of_a_name(cloud):
    assert key_ring(cloud, "a") is key_ring(cloud, "a")
    assert key_ring(cloud, "a") is not key_ring(cloud, "b")


def test_a_private_file_is_never_half_written(tmp_path):
    path = tmp_path / "file"
    write_private(path, b"old")

    write_private(path, b"new")

    assert (b"new", 0o600) == (path.read_bytes(), path.stat().st_mode & 0o777)
    assert [path] == list(tmp_path.iterdir())
