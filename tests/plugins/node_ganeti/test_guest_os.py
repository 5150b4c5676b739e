# SPDX-License-Identifier: Apache-2.0
"""The OS definition as Ganeti runs it: a script, and the environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from synnefo_core.contracts.seed import Seed
from synnefo_node_ganeti import os_definition, os_offline, os_script

SEED = Seed(
    "cidata",
    {"meta-data": b"instance-id: i\n", "openstack/latest/user_data": os.urandom(60_000)},
)

needs_programs = pytest.mark.skipif(
    not all(shutil.which(program) for program in os_script.PROGRAMS),
    reason=f"needs {' and '.join(os_script.PROGRAMS)}",
)


@pytest.fixture
def definition(tmp_path) -> Path:
    """Return where the OS definition was installed."""
    assert 0 == os_definition.main(["--to", str(tmp_path)])
    return tmp_path / "snf-guest"


@pytest.fixture
def disks(tmp_path) -> dict[str, str]:
    """Return what Ganeti says of an instance's two disks, old bytes on both."""
    told = {"DISK_COUNT": "2", "DISK_0_NAME": "disk-1", "DISK_1_NAME": "seed-snf-1"}
    for number, size_mib in enumerate((8, 4)):
        path = tmp_path / f"disk{number}"
        path.write_bytes(b"old " * (size_mib * 2**18))
        told[f"DISK_{number}_PATH"] = str(path)
    return told


def seed_parameters(packed: str) -> dict[str, str]:
    """Return a packed seed in two parts, as the backend cuts a long one."""
    half = len(packed) // 2
    return {"OSP_SEED_0": packed[:half], "OSP_SEED_1": packed[half:], "OSP_SEED_2": ""}


def call(script: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script as Ganeti does."""
    return subprocess.run(
        [sys.executable, "-I", str(script)],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def read(volume: Path, path: str) -> bytes:
    """Return a file of an ISO 9660 volume, by its name with Rock Ridge."""
    done = subprocess.run(
        ["isoinfo", "-R", "-i", str(volume), "-x", f"/{path}"], capture_output=True, check=True
    )
    return done.stdout


def test_what_ganeti_wants_is_there(definition):
    parameters = (definition / "parameters.list").read_text().splitlines()

    assert "20\n" == (definition / "ganeti_api_version").read_text()
    assert list(os_script.PARAMETERS) == [line.split()[0] for line in parameters]
    scripts = (*os_script.SCRIPTS, os_script.OFFLINE, os_offline.INSIDE)
    assert all(os.access(definition / name, os.X_OK) for name in scripts)


def test_it_may_be_installed_again(definition):
    assert definition == os_definition.install(definition.parent)


@needs_programs
def test_a_seed_goes_on_its_disk(definition, disks):
    done = call(definition / "create", **disks, **seed_parameters(SEED.pack()))

    volume = Path(disks["DISK_1_PATH"])
    described = subprocess.run(
        ["isoinfo", "-d", "-i", str(volume)], capture_output=True, text=True, check=True
    )
    assert (0, "") == (done.returncode, done.stderr)
    assert "Volume id: cidata" in described.stdout
    assert all(content == read(volume, path) for path, content in SEED.files.items())
    assert Path(disks["DISK_0_PATH"]).read_bytes().startswith(b"old ")


@needs_programs
def test_an_image_goes_on_the_first_disk_zeros_included(definition, disks, tmp_path):
    image = tmp_path / "image"
    image.write_bytes(b"boot")
    os.truncate(image, 2**20)

    done = call(definition / "create", **disks, OSP_IMAGE=str(image))

    written = Path(disks["DISK_0_PATH"]).read_bytes()
    assert (0, "") == (done.returncode, done.stderr)
    assert image.read_bytes() == written[: 2**20]
    assert 8 * 2**20 == len(written)


@needs_programs
def test_an_image_that_does_not_fit_is_refused(definition, disks, tmp_path):
    image = tmp_path / "image"
    image.touch()
    os.truncate(image, 9 * 2**20)

    done = call(definition / "create", **disks, OSP_IMAGE=str(image))

    assert 1 == done.returncode
    assert "qemu-img failed" in done.stderr


def test_without_parameters_the_disks_stay(definition, disks):
    before = Path(disks["DISK_1_PATH"]).read_bytes()

    assert 0 == call(definition / "create", **disks).returncode
    assert before == Path(disks["DISK_1_PATH"]).read_bytes()


def test_an_image_that_is_not_there_is_told_before_anything_is_made(definition):
    done = call(definition / "verify", OSP_IMAGE="/nowhere/image")

    assert (1, "there is no image /nowhere/image on this node\n") == (done.returncode, done.stderr)


@pytest.mark.parametrize("name", ["import", "export"])
def test_contents_are_not_moved_in_or_out(definition, name):
    assert 1 == call(definition / name).returncode


@needs_programs
def test_a_node_that_can_not_write_on_disks_fails_a_creation_that_wants_it(definition, disks):
    seed = Seed("cidata", {"meta-data": b""}, {"password_hash": "$6$secret"})

    done = call(definition / "create", **disks, **seed_parameters(seed.pack()))

    assert 1 == done.returncode
    assert 1 == len(done.stderr.splitlines())
    assert "$6$secret" not in done.stdout + done.stderr


def test_a_file_outside_its_volume_is_refused(definition, disks):
    seed = Seed("cidata", {"../../outside": b""})

    done = call(definition / "create", **disks, **seed_parameters(seed.pack()))

    assert (1, "a file of the seed is not in its volume\n") == (done.returncode, done.stderr)


def test_no_part_of_a_seed_is_printed(definition, disks):
    done = call(definition / "create", **disks, OSP_SEED_0="bm90LWEtc2VlZA==")

    assert 1 == done.returncode
    assert "bm90LWEtc2VlZA" not in done.stderr + done.stdout
