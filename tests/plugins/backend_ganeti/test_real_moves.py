# SPDX-License-Identifier: Apache-2.0
"""Two real clusters hand an instance on a block device to one another, and back."""

from __future__ import annotations

import subprocess
import uuid
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from synnefo_backend_ganeti.driver import GanetiBackend
from synnefo_core.config import checked_settings
from synnefo_core.contracts.compute import DiskSpec, InstanceMissing, PowerState
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.testing.compute_rig import ComputeRig
from tests.system.labs.fixtures import ganeti_labs  # noqa: F401 - a fixture

pytestmark = pytest.mark.system

TEMPLATES = "file,diskless,blockdev"


@pytest.fixture
def device(tmp_path):
    """A disk that all nodes of this machine reach, under a name as SANs give."""
    image, name = tmp_path / "lun", Path(f"/dev/disk/by-id/lun-{uuid.uuid4().hex[:12]}")
    image.write_bytes(bytes(64 * 2**20))
    loop = _said("losetup", "--find", "--show", str(image))
    name.parent.mkdir(parents=True, exist_ok=True)
    name.symlink_to(loop)
    yield str(name)
    name.unlink()
    _said("losetup", "--detach", loop)


def _said(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def clusters(ganeti_labs, tmp_path):  # noqa: F811 - a fixture is asked for by its name
    with ExitStack() as opened:
        made = []
        for lab in ganeti_labs(2):
            lab.run(
                "gnt-cluster",
                "modify",
                f"--enabled-disk-templates={TEMPLATES}",
                f"--ipolicy-disk-templates={TEMPLATES}",
            )
            settings = checked_settings(
                GanetiBackend,
                {
                    "url": lab.rapi_url,
                    "user": lab.rapi_user,
                    "password": lab.rapi_password,
                    "certificate_file": str(lab.rapi_certificate),
                    "shared_disks": "blockdev:san",
                },
            )
            backend = GanetiBackend(DriverSetup("real", settings, tmp_path))
            made.append(opened.enter_context(closing(backend)))
        yield made


class TestRealMoves(ComputeRig):
    @pytest.fixture
    def backend(self, clusters):
        return clusters[0]

    def test_an_instance_goes_over_and_back_with_its_disk(self, clusters, device, instance_spec):
        one, other = clusters
        spec = instance_spec(
            is_started=False,
            tags=("a:1",),
            disk_template="blockdev",
            disks=(DiskSpec("disk", 64, {"adopt": device}),),
        )
        before = self.make(one, spec)
        Path(device).write_bytes(b"what the guest wrote")

        for source, target in ((one, other), (other, one)):
            baggage = source.movable.baggage(spec.name)
            self.succeed(target, target.movable.take_in(spec, baggage))
            self.succeed(source, source.movable.give_up(spec.name))
            self.succeed(target, target.lifecycle.start(spec.name))
            after = target.inventory.instance(spec.name)
            assert (PowerState.RUNNING, before.nics) == (after.power, after.nics)
            assert (before.disks, before.tags) == (after.disks, after.tags)
            with pytest.raises(InstanceMissing):
                source.inventory.instance(spec.name)
            self.succeed(target, target.lifecycle.stop(spec.name, grace_s=0))

        assert Path(device).read_bytes().startswith(b"what the guest wrote")
