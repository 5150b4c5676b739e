# SPDX-License-Identifier: Apache-2.0
"""A server whose disks are volumes moves between two real clusters with QEMU, and back.

Nothing is copied, and the cluster that it left can neither write to its disks any more nor remove them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from synnefo_blocks import volumes
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.contracts.storage import NoSuchThing
from synnefo_storage_nfs.driver import NfsStorage
from tests.system import volume_node
from tests.system.client import COMPUTE, Client
from tests.system.deployment import deployed
from tests.system.labs import GanetiLab
from tests.system.labs.fixtures import or_skip
from tests.system.labs.waiting import until
from tests.system.test_servers_on_volumes import GUEST_S, Site

pytestmark = pytest.mark.system

SINCE_HOSTS = {"OpenStack-API-Version": "compute 2.56"}
AT = 10
"""MiB at which guests write."""


@dataclass
class TwoClusters(Site):
    """A cloud on two clusters whose nodes reach the same store; ``lab`` is where the guest is asked."""

    labs: dict[str, GanetiLab]

    def __post_init__(self) -> None:
        super().__post_init__()
        self.admin = Client(self.cloud, "synnefo-admin")

    def move(self, server_id: str, target: str) -> None:
        """Have a server moved, as stock clients do."""
        path, body = f"{COMPUTE}/servers/{server_id}/action", {"migrate": {"host": target}}
        self.admin.call("POST", path, json=body, headers=SINCE_HOSTS)
        assert "ACTIVE" == self.client.settle(server_id, within_s=GUEST_S)
        self.require_at(server_id, target)

    def require_at(self, server_id: str, name: str) -> None:
        """Fail unless the server is in this cluster, and there only; its guest is asked there then."""
        found = {each: lab.instances() for each, lab in self.labs.items()}
        assert {each: [f"snf-{server_id}"] if each == name else [] for each in found} == found
        self.lab = self.labs[name]

    def tickets(self, name: str) -> dict[str, str]:
        """Return the tickets that a cluster has, by the names of its disks."""
        told = json.loads(self.labs[name].run("cat", "/var/lib/ganeti/config.data").stdout)
        return {disk["name"]: disk["params"]["ticket"] for disk in told["disks"].values()}

    def provide(self, name: str, action: str, ticket: str, part: str = "") -> str:
        """Have the provider of a cluster's node do something; return what it answers."""
        told = [f"EXTP_TICKET={ticket}", f"EXTP_PART={part}"]
        script = f"/srv/ganeti/extstorage/synnefo/{action}"
        return self.labs[name].run("env", *told, script).stdout

    def heads(self) -> list[str]:
        return sorted(volumes.names(self.storage))

    def sizes(self) -> list[int]:
        """Return how much of each head is its alone."""
        return [volumes.usage(self.storage, name) for name in self.heads()]


@pytest.fixture(scope="module")
def site(tmp_path_factory, ganeti_labs) -> Iterator[TwoClusters]:
    """The cloud; the cluster in the south is drained."""
    north, south = ganeti_labs(2, hypervisor="kvm")
    labs = {"north": north, "south": south}
    store = tmp_path_factory.mktemp("store")
    settings = {"backends": {"embedded": "false"}, **volume_node.settings(north, store)}
    with deployed(tmp_path_factory.mktemp("moves"), settings) as cloud:
        cloud.run()
        key = cloud.synnefo("volume", "key").strip()
        for name, lab in labs.items():
            with or_skip():
                os_type = volume_node.prepare(lab, key=key, store=store)
            cloud.add_ganeti(name, lab, os_type=os_type, has_seed_disk="true")
        cloud.synnefo("backend", "set", "south", "--drained", "--because", "it is new")
        size = ["--ram", "192", "--vcpus", "1", "--disk", "1", "--id", "thin"]
        kind = ["--property", "SNF:disk_template=ext", "thin"]
        cloud.openstack("flavor", "create", *size, *kind, cloud="synnefo-admin")
        storage = NfsStorage(DriverSetup(volume_node.STORE, {"path": str(store)}, store))
        yield TwoClusters(cloud, north, storage, labs)
        storage.close()


def test_a_server_moves_and_comes_back_with_its_volumes(site):
    server_id, volume_id = site.made_server("moving", ""), site.made_volume()
    site.require_at(server_id, "north")
    path = f"{COMPUTE}/servers/{server_id}/os-volume_attachments"
    site.client.call("POST", path, json={"volumeAttachment": {"volumeId": volume_id}})
    site.await_volume(volume_id, "in-use")
    until(lambda: "vdc" in site.ask(server_id, "ls /sys/block"), "the disk", within_s=60)
    site.put(server_id, "root", AT)
    site.put(server_id, "more", AT, "vdc")
    told = site.get(server_id, 0, "vdb")
    sizes, old = site.sizes(), site.tickets("north")
    heads = [server_id, f"{server_id}-seed", volume_id]
    site.cloud.synnefo("backend", "set", "south", "--no-drained")

    site.move(server_id, "south")

    assert [sorted(heads), sizes] == [site.heads(), site.sizes()]
    assert ["root", "more"] == [site.get(server_id, AT, each) for each in ("vda", "vdc")]
    assert told == site.get(server_id, 0, "vdb")
    site.put(server_id, "south", AT + 1)
    _require_refused(site, old, server_id)
    assert sorted(heads) == site.heads()
    assert "south" == site.get(server_id, AT + 1)

    site.cloud.synnefo("backend", "set", "south", "--drained", "--because", "it was old")
    planned = site.cloud.synnefo("backend", "evacuate", "south", "--stop", "--dry-run")
    assert re.search(rf"{server_id}.*south.*north", planned)
    site.move(server_id, "north")
    seen = [(AT, "vda"), (AT + 1, "vda"), (AT, "vdc")]
    assert ["root", "south", "more"] == [site.get(server_id, *each) for each in seen]

    site.delete_server(server_id)
    assert [volume_id] == site.heads()
    assert b"more" == volumes.look(site.storage, volume_id).read(AT * 2**20, 4)
    with pytest.raises(NoSuchThing):
        volumes.show(site.storage, server_id)


def _require_refused(site: TwoClusters, old: dict[str, str], server_id: str) -> None:
    """Fail unless tickets of before serve nothing, and remove nothing."""
    own = old[f"disk-{server_id}"]
    assert "" == site.provide("north", "attach", own)
    assert all("" == site.provide("north", "attach", ticket) for ticket in old.values())
    for ticket in old.values():
        site.provide("north", "remove", ticket)
    site.provide("north", "remove", own, part="seed")
