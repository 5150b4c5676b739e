# SPDX-License-Identifier: Apache-2.0
"""Stores as files on a node name them: there is no cloud's configuration there."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from oslo_config import cfg

from synnefo_blocks.volumes import Destination, LeaseTerms, follow
from synnefo_core.config import driver_settings
from synnefo_core.contracts.driver import DriverSetup, Misconfigured
from synnefo_core.contracts.storage import Storage
from synnefo_core.plugins import driver_class

OPTIONS = [
    cfg.StrOpt("driver", required=True, help="The driver of the store, for example nfs or rados."),
    cfg.StrOpt(
        "state_directory",
        default="/var/lib/synnefo/nbd",
        help="A private directory in which the driver may keep files.",
    ),
    cfg.FloatOpt(
        "lease_s",
        default=20.0,
        min=1.0,
        help="Seconds for which the writer of a volume goes on without asking the store, where the "
        "store does not refuse old writers; the same on all nodes.",
    ),
    cfg.FloatOpt(
        "lease_margin_s",
        default=5.0,
        min=0.1,
        help="Seconds that it stops earlier, and that a new writer waits longer.",
    ),
]

TLS_OPTIONS = [
    cfg.StrOpt("certificate", help="The file of the certificate for clients over TLS."),
    cfg.StrOpt("key", help="The file of its key."),
    cfg.StrOpt("authority", help="The file of the authority that certificates of clients are of."),
    cfg.ListOpt("allowed", default=[], help="Addresses and networks that clients may come from."),
]


@dataclass(frozen=True)
class NodeStore:
    """A store, for how long a writer may go on unasked there, and what else the file says."""

    storage: Storage
    terms: LeaseTerms
    config: cfg.ConfigOpts


def open_store(file: Path) -> NodeStore:
    """Open the store that a file names in its section ``[store]``.

    Raises:
        Misconfigured: The file can't be read, or what it says can't work.
        StorageError: The store does not answer.
    """
    config = _config(file)
    terms = LeaseTerms(config.store.lease_s, config.store.lease_margin_s)
    return NodeStore(_storage(config), terms, config)


class NodeStores:
    """The stores that a node knows: each has a file ``NAME.conf`` beside the first one's.

    A volume that is looked for in one may have moved to another.
    """

    def __init__(self, file: Path) -> None:
        """Open the store of a file; the others when they are needed.

        Raises: as :func:`open_store` does.
        """
        self._file = file
        self._lock = threading.Lock()
        self._opened = {file.stem: open_store(file)}

    @property
    def first(self) -> NodeStore:
        """The store of the file."""
        return self._opened[self._file.stem]

    def named(self, name: str) -> NodeStore:
        """Return a store by the name that the cloud calls it by.

        Raises: as :func:`open_store` does.
        """
        with self._lock:
            if name not in self._opened:
                self._opened[name] = open_store(self._file.with_name(f"{name}.conf"))
            return self._opened[name]

    def of_volume(self, volume: str) -> NodeStore:
        """Return the store that a volume is in by now.

        Raises:
            NoSuchThing: There is no such volume.
        """
        named = lambda store: self.named(store).storage  # noqa: E731
        return self.named(follow(volume, self._file.stem, named))

    def destination(self, name: str) -> Destination:
        """Return a store that a volume is to move to."""
        store = self.named(name)
        return Destination(name, store.storage, store.terms)

    def close(self) -> None:
        """Give back what the drivers hold."""
        for store in self._opened.values():
            store.storage.close()


def _config(file: Path) -> cfg.ConfigOpts:
    config = cfg.ConfigOpts()
    config.register_opts(OPTIONS, group="store")
    config.register_opts(TLS_OPTIONS, group="tls")
    try:
        config([], project="synnefo-nbd", default_config_files=[str(file)], default_config_dirs=[])
        for option in OPTIONS:
            config.store[option.dest]  # values are converted when they are read
    except (cfg.Error, ValueError, OSError) as cause:
        raise Misconfigured(f"{file}: {cause}") from cause
    return config


def _storage(config: cfg.ConfigOpts) -> Storage:
    driver = driver_class("storage", config.store.driver)
    if not issubclass(driver, Storage):
        raise Misconfigured(f"{config.store.driver} is no store")
    settings = driver_settings(config, "store", driver)
    directory = Path(config.store.state_directory)
    return driver(DriverSetup(config.store.driver, settings, directory))
