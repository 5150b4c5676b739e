# SPDX-License-Identifier: Apache-2.0
"""A cloud on a real Ganeti: with guests that can be logged in to, or with small ones that begin at once."""

from __future__ import annotations

import configparser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from synnefo_node_ganeti import os_definition
from tests.system import volume_node
from tests.system.deployment import Deployment, deployed
from tests.system.labs import GanetiLab, cloud_guest
from tools.interop.cloud import PASSWORD, SETTINGS, Cloud

NETWORK = "guests"
FLAVOR = "guest"
BOOTS_WITHIN_S = "600"
_OWN: Mapping[str, Mapping[str, object]] = {
    "backends": {"embedded": "false"},
    "identity": {"admin_password": PASSWORD},
}


@contextmanager
def running(directory: Path) -> Iterator[Cloud]:
    """Start a cluster with small guests, whose disks are volumes, and a cloud on it, and end them afterwards."""
    with _lab(GanetiLab(hypervisor="kvm")) as lab, _deployed(directory) as deployment:
        deployment.configure(volume_node.settings(lab))
        daemon = deployment.run()
        key = deployment.synnefo("volume", "key").strip()
        os_type = volume_node.prepare(lab, key=key)
        deployment.add_ganeti("real", lab, os_type=os_type, disk_template="ext")
        yield Cloud(deployment.url, daemon.log)


@contextmanager
def running_guests(directory: Path) -> Iterator[Cloud]:
    """Start a cluster whose servers are real guests and a cloud on it, and end them afterwards."""
    with (
        _lab(GanetiLab(hypervisor="kvm", build_guest=cloud_guest.build)) as lab,
        _deployed(directory) as deployment,
    ):
        definition = os_definition.install(lab.os_directory)
        os_type = f"{definition.name}+default"
        lab.run("gnt-os", "modify", "-O", f"image=/srv/guest/{cloud_guest.DISK}", os_type)
        daemon = deployment.run()
        deployment.add_ganeti("guests", lab, os_type=os_type, has_seed_disk="true")
        _connect(deployment, lab)
        yield Cloud(deployment.url, daemon.log)


@contextmanager
def _lab(lab: GanetiLab) -> Iterator[GanetiLab]:
    try:
        lab.start()
        yield lab
    finally:
        lab.stop()


@contextmanager
def _deployed(directory: Path) -> Iterator[Deployment]:
    wanted = configparser.ConfigParser(interpolation=None)
    wanted.read(SETTINGS)
    with deployed(directory / "cloud", wanted) as deployment:
        deployment.configure(_OWN)
        yield deployment


def _connect(deployment: Deployment, lab: GanetiLab) -> None:
    """Make a network of the addresses that this machine reaches, and a small flavor."""
    prefix, admin = f"10.99.{lab.number}", "synnefo-admin"
    deployment.openstack("network", "create", "--share", NETWORK, cloud=admin)
    options = {
        "--network": NETWORK,
        "--subnet-range": f"{prefix}.0/24",
        "--gateway": f"{prefix}.1",
        "--allocation-pool": f"start={prefix}.150,end={prefix}.199",
    }
    words = [word for option in options.items() for word in option]
    deployment.openstack("subnet", "create", *words, "guests4", cloud=admin)
    flavor = ["--ram", "512", "--vcpus", "1", "--disk", "1", "--id", FLAVOR, FLAVOR]
    deployment.openstack("flavor", "create", *flavor, cloud=admin)


def told(image_id: str) -> Mapping[str, Mapping[str, str]]:
    """Return what Tempest is to know of such guests."""
    return {
        "compute": {
            "image_ref": image_id,
            "flavor_ref": FLAVOR,
            "flavor_ref_alt": FLAVOR,
            "fixed_network_name": NETWORK,
            "build_timeout": BOOTS_WITHIN_S,
        },
        "network": {"public_network_id": ""},
        "auth": {"create_isolated_networks": "false"},
        "validation": {
            "run_validation": "true",
            "connect_method": "fixed",
            "auth_method": "keypair",
            "security_group": "false",
            "image_ssh_user": cloud_guest.USER,
            "network_for_ssh": NETWORK,
            "ssh_timeout": BOOTS_WITHIN_S,
            "connect_timeout": BOOTS_WITHIN_S,
        },
    }
