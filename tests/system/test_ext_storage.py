# SPDX-License-Identifier: Apache-2.0
"""A guest of a real Ganeti on volumes of a store: nothing is copied or lost, and one writes."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterator
from io import BytesIO

import pytest

from synnefo_backend_ganeti.driver import GanetiBackend
from synnefo_blocks import volumes, write
from synnefo_core.config import checked_settings
from synnefo_core.contracts import volumes as tickets
from synnefo_core.contracts.compute import InstanceSpec, Job, JobState, NicSpec
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.contracts.seed import Seed
from synnefo_core.contracts.storage import NoSuchThing
from synnefo_core.contracts.volumes import Ticket, epochs_of
from synnefo_core.offload import make_offload
from synnefo_core.signatures import Signer
from synnefo_storage_nfs.driver import NfsStorage
from tests.system import volume_node
from tests.system.labs import GanetiLab
from tests.system.labs.fixtures import or_skip
from tests.system.labs.waiting import until

pytestmark = pytest.mark.system

MIB = 1024 * 1024
SIZE_MIB = 64
IMAGE = b"what the image says"
IMAGE_MIB = 3
LATE_MAC = "aa:00:00:00:00:99"
SERVER = "snf-on-volumes"
SEEN = f"""
import json
from pathlib import Path
from synnefo_node_ganeti.sampler import Sampler
found = Sampler("node", "{SERVER}", Path("/var/run/ganeti"), dict).samples()
print(json.dumps([vars(disk) for each in found for disk in each.disks]))
"""
"""What the node's sampler sees of the guest's disks."""
JOB_S = 300


class Cluster:
    """A cluster whose nodes know the store; the cloud's part is played here."""

    def __init__(self, lab: GanetiLab) -> None:
        self.lab = lab
        self.signer = Signer(Signer.new_key(), tickets.PURPOSE)
        place = str(volume_node.store_of(lab))
        self.storage = NfsStorage(DriverSetup("nfs", {"path": place}, lab.directory))
        key = base64.b64encode(self.signer.public_key).decode()
        with or_skip():
            os_type = volume_node.prepare(lab, key=key)
        settings = {
            "url": lab.rapi_url,
            "user": lab.rapi_user,
            "password": lab.rapi_password,
            "certificate_file": str(lab.rapi_certificate),
            "os_type": os_type,
            "has_seed_disk": True,
        }
        checked = checked_settings(GanetiBackend, settings)
        self.backend = GanetiBackend(DriverSetup("east", checked, lab.directory))

    def close(self) -> None:
        self.backend.close()
        self.storage.close()

    def disk(self, ticket: Ticket):
        sealed = tickets.seal(self.signer, ticket)
        return self.backend.volumes.disk(ticket.volume, size_mib=SIZE_MIB, ticket=sealed)

    def run(self, job_id: str) -> None:
        """Wait for a job to succeed."""
        job = self.ended(job_id)
        assert JobState.SUCCESS is job.state, job.error

    def ended(self, job_id: str) -> Job:
        """Wait for a job to end."""

        def job():
            return self.backend.job_queue.job(job_id)

        until(lambda: job().state.is_final, f"job {job_id}", within_s=JOB_S)
        return job()

    def ask(self, command: str) -> str:
        return self.lab.ask_guest(SERVER, command, within_s=JOB_S).strip()

    def put(self, text: str, mib: int, device: str = "vda") -> str:
        """Have the guest write and flush; return what it says of that."""
        where = f"of=/dev/{device} bs=1M seek={mib} conv=fsync,notrunc"
        return self.ask(f"echo {text} | dd {where} 2>/dev/null && echo written")

    def get(self, mib: int, device: str = "vda") -> str:
        """Return what the guest reads, from the disk itself."""
        read = f"dd if=/dev/{device} bs=1M skip={mib} count=1 2>/dev/null"
        return self.ask(f"echo 3 > /proc/sys/vm/drop_caches; {read} | head -c 100 | tr -d '\\0'")

    def used(self, name: str = "root") -> dict[str, int]:
        """Return what the node says of how much a disk was used; nothing if it says nothing."""
        told = json.loads(self.lab.run(sys.executable, "-I", "-c", SEEN).stdout)
        return next((disk for disk in told if disk["name"] == name), {})

    def record(self, name: str = "root"):
        return volumes.show(self.storage, name)

    def served(self) -> str:
        """Return the processes of the node that serve something."""
        words = ["pgrep", "-f", "synnefo_blocks.nbd.main"]
        return self.lab.run(*words, check=False).stdout


@pytest.fixture(scope="module")
def cluster(ganeti_labs) -> Iterator[Cluster]:
    """A cluster with QEMU."""
    (lab,) = ganeti_labs(1, hypervisor="kvm")
    made = Cluster(lab)
    yield made
    made.close()


@pytest.fixture(scope="module")
def ticket(cluster) -> Ticket:
    """A right to a thin clone of an image."""
    offload = make_offload(2)
    content = IMAGE.ljust(MIB, b"\0").rjust((IMAGE_MIB + 1) * MIB, b"\0")
    origin = write(cluster.storage, offload, BytesIO(content).read).reference
    offload.close()
    size = SIZE_MIB * MIB
    return Ticket("root", "main", 1, size, origin=str(origin), instance=SERVER, is_kept=False)


@pytest.fixture(scope="module")
def guest(cluster, ticket) -> Cluster:
    """The cluster with a guest that runs on the clone, and was told who it is."""
    spec = InstanceSpec(
        SERVER,
        vcpus=1,
        ram_mib=192,
        disk_template=cluster.backend.volumes.template,
        disks=(cluster.disk(ticket),),
        seed=Seed("cidata", {"meta-data": b"instance-id: this-one\n"}),
    )
    cluster.run(cluster.backend.lifecycle.create(spec))
    return cluster


def test_it_reads_the_image_of_which_nothing_was_copied(guest):
    assert IMAGE.decode() == guest.get(IMAGE_MIB)
    assert 0 == volumes.usage(guest.storage, "root")


def test_it_finds_its_seed_on_a_small_disk(guest):
    assert "cidata" in guest.ask("dd if=/dev/vdb bs=1k skip=32 count=1 2>/dev/null | tr -d '\\0'")
    assert 4 * MIB == guest.record("root-seed").size_bytes


def test_what_it_wrote_is_there_after_it_was_stopped(guest):
    before = guest.record().epoch
    assert "written" == guest.put("one", 10)

    guest.run(guest.backend.lifecycle.stop(SERVER, grace_s=0))
    assert ("", False) == (guest.served(), guest.record().is_open)
    guest.run(guest.backend.lifecycle.start(SERVER))

    assert "one" == guest.get(10)
    assert before + 1 == guest.record().epoch


def test_its_node_sees_what_it_reads_and_writes(guest):
    until(lambda: guest.used().get("reads"), "figures of the disk", within_s=60)
    before = guest.used()

    assert "written" == guest.put("more", 14)

    until(lambda: guest.used()["writes"] > before["writes"], "what was written", within_s=60)
    after = guest.used()
    assert after["write_bytes"] > before["write_bytes"]
    assert after["read_bytes"] >= before["read_bytes"] >= 512


def test_looking_at_the_disk_disturbs_nobody(guest):
    before = guest.record().epoch

    guest.lab.run("gnt-instance", "activate-disks", SERVER)
    guest.lab.run("gnt-instance", "info", SERVER)

    assert "written" == guest.put("two", 11)
    assert before == guest.record().epoch


def test_another_volume_comes_and_goes_while_it_runs(guest):
    extra = guest.disk(Ticket("extra", "main", 1, SIZE_MIB * MIB))
    devices = guest.ask("ls /sys/block")
    guest.run(guest.backend.volumes.attach(SERVER, extra))
    until(lambda: "vdc" in guest.ask("ls /sys/block"), "the disk in the guest", within_s=60)
    assert "written" == guest.put("kept", 5, "vdc")

    guest.run(guest.backend.volumes.detach(SERVER, "extra"))

    until(lambda: devices == guest.ask("ls /sys/block"), "the disk to be gone", within_s=60)
    assert not guest.record("extra").is_open
    assert b"kept" == volumes.look(guest.storage, "extra").read(5 * MIB, 4)
    assert "two" == guest.get(11)


def test_a_card_that_it_could_not_be_given_is_told(guest):
    hook = "/etc/ganeti/kvm-vif-bridge"
    guest.lab.run("sh", "-c", f"printf '#!/bin/sh\\nexit 1\\n' > {hook} && chmod +x {hook}")
    try:
        job_id = guest.backend.cards.plug(SERVER, NicSpec("nic-late", LATE_MAC))
        ended = guest.ended(job_id)
    finally:
        guest.lab.run("rm", hook)

    lacking = guest.backend.cards.lacking(SERVER)
    listed = [nic.mac for nic in guest.backend.inventory.instance(SERVER).nics]
    assert (JobState.ERROR, [LATE_MAC], {SERVER: {LATE_MAC}}) == (ended.state, listed, lacking)
    # Where docs/operators/reconciliation.rst has operators look.
    assert [] == guest.lab.run("ls", f"/run/ganeti/kvm-hypervisor/nic/{SERVER}").stdout.split()

    guest.run(guest.backend.cards.unplug(SERVER, "nic-late"))
    assert [] == list(guest.backend.inventory.instance(SERVER).nics)


def test_it_grows_under_the_guest(guest):
    job = guest.backend.volumes.tell_size(SERVER, "root", size_mib=SIZE_MIB + 32)
    guest.run(job)

    assert (SIZE_MIB + 32) * MIB == guest.record().size_bytes
    assert "one" == guest.get(10)


def test_what_was_flushed_survives_the_end_of_the_server(guest):
    """The guest that starts anew sees what the disk has grown to, too."""
    assert "written" == guest.put("flushed", 12)
    pid = guest.lab.run("pgrep", "-f", "synnefo_blocks.nbd.main root ").stdout.split()

    guest.lab.run("kill", "-KILL", *pid)
    guest.run(guest.backend.lifecycle.reboot(SERVER, is_hard=True))

    assert "flushed" == guest.get(12)
    assert str((SIZE_MIB + 32) * 2048) == guest.ask("cat /sys/block/vda/size")
    assert IMAGE.decode() == guest.get(IMAGE_MIB)


def test_a_later_ticket_elsewhere_wins_and_the_old_guest_writes_no_more(guest, ticket):
    assert "written" == guest.put("mine", 13)
    elsewhere = volumes.open_volume(
        guest.storage, "root", epoch=epochs_of(2).start, terms=volume_node.LEASE
    )
    assert b"mine" == elsewhere.read(13 * MIB, 4)
    elsewhere.write(13 * MIB, b"ours")

    assert "written" != guest.put("late", 13)
    elsewhere.flush()
    assert b"ours" == elsewhere.read(13 * MIB, 4)
    elsewhere.close()


def test_a_server_that_was_outdone_is_removed_and_its_volume_stays(guest):
    guest.run(guest.backend.lifecycle.delete(SERVER))

    assert "" == guest.served()
    assert b"ours" == volumes.look(guest.storage, "root").read(13 * MIB, 4)
    with pytest.raises(NoSuchThing):
        guest.record("root-seed")
