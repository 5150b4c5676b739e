# SPDX-License-Identifier: Apache-2.0
"""A node of a real cluster that serves volumes of a store to its guests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from synnefo_blocks import volumes
from synnefo_node_ganeti import os_definition
from synnefo_node_ganeti.ext import main as extstorage
from synnefo_node_ganeti.ext.provider import Places
from tests.system.labs import GanetiLab, LabUnavailable

STORE = "main"
# Long enough for a busy machine to renew in time; a writer that was killed is followed after both.
LEASE = volumes.LeaseTerms(lease_s=6.0, margin_s=1.0)


def store_of(lab: GanetiLab) -> Path:
    """Return the directory of the store, as it is called outside of the node."""
    return lab.directory / "srv/store"


def settings(lab: GanetiLab, store: Path | None = None) -> Mapping[str, Mapping[str, object]]:
    """Return the settings of a cloud that keeps its volumes in that store, or in another one."""
    return {
        "storage": {"stores": STORE},
        f"store_{STORE}": {"driver": "nfs", "path": str(store or store_of(lab))},
        "volume": {"lease_s": LEASE.lease_s, "lease_margin_s": LEASE.margin_s},
    }


def prepare(lab: GanetiLab, *, key: str, store: Path = Path("/srv/store")) -> str:
    """Set the node up; return what a cluster's ``os_type`` is.

    Args:
        lab: A cluster.
        key: The public key for tickets, in base64.
        store: The directory of the store, as the node calls it.

    Raises:
        LabUnavailable: The node's Python is not this one.
    """
    if lab.record.tree is not None:
        raise LabUnavailable("this Python does not run in the root directory of the nodes")
    config = lab.directory / "srv/volumes"
    config.mkdir()
    (config / "keys").write_text(key)
    lines = ["[store]", "driver = nfs", f"path = {store}", "state_directory = /srv/state"]
    lines += [f"lease_s = {LEASE.lease_s}", f"lease_margin_s = {LEASE.margin_s}"]
    (config / f"{STORE}.conf").write_text("\n".join(lines))
    extstorage.install(lab.directory / "srv/ganeti/extstorage", Places(Path("/srv/volumes")))
    definition = f"{os_definition.install(lab.os_directory).name}+default"
    # What servers without volumes begin with here; those on volumes don't.
    (config / "blank").write_bytes(bytes(512))
    lab.run("gnt-os", "modify", "-O", "image=/srv/volumes/blank", definition)
    return definition
