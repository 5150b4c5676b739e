# SPDX-License-Identifier: Apache-2.0
"""The assembled cloud: what a process has, made once and passed along in the context."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from oslo_config import cfg

from synnefo_core import config as configuration
from synnefo_core.clock import Clock
from synnefo_core.contracts.driver import Driver, DriverSetup, Misconfigured
from synnefo_core.db.migrations import Branch
from synnefo_core.db.session import Database
from synnefo_core.offload import Offload, make_offload
from synnefo_core.plugins import Plugins, driver_class
from synnefo_core.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synnefo_core.contracts.bus import Bus
    from synnefo_core.contracts.directory import Directory
    from synnefo_core.contracts.storage import Storage

Thing = TypeVar("Thing")


class Cloud:
    """Everything that this process shares.

    Attributes:
        config: The configuration.
        plugins: The hooks and what is known of the plugins.
        clock: The time.
    """

    def __init__(
        self, config: cfg.ConfigOpts, plugins: Plugins, *, clock: Clock | None = None
    ) -> None:
        """Assemble the cloud; nothing is opened before it is used.

        Raises:
            Misconfigured: A required plugin is broken or missing.
        """
        self.config = config
        self.plugins = plugins
        self.clock = clock or Clock()
        self._shared: dict[str, Any] = {}
        self._lock = threading.RLock()
        plugins.require(config.required_plugins)

    @cached_property
    def data_dir(self) -> Path:
        """Where state is kept: a private directory, made when it is missing."""
        path = Path(self.config.data_dir).expanduser().absolute()
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path

    @cached_property
    def public_url(self) -> str:
        """The base URL by which clients reach this cloud, without a slash at the end.

        Read once: views ask for it twice for each row of a list.
        """
        server = self.config.server
        return str(self.config.public_url or f"http://{server.host}:{server.port}").rstrip("/")

    def shared(self, name: str, make: Callable[[], Thing]) -> Thing:
        """Return the one thing of this name in the process, making it at the first call."""
        found = self._shared.get(name)
        if found is None:
            with self._lock:
                found = self._shared.get(name)
                if found is None:
                    found = self._shared[name] = make()
        return cast("Thing", found)

    @property
    def database(self) -> Database:
        """The database."""
        return self.shared("core.database", self._open_database)

    def _open_database(self) -> Database:
        section = self.config.database
        url = section.url
        if not url:
            file = self.data_dir / "synnefo.sqlite"
            file.touch(mode=0o600)  # SQLite would make it readable to others
            url = f"sqlite:///{file}"
        return Database(url, pool_size=section.pool_size, busy_timeout_s=section.busy_timeout_s)

    @property
    def policy(self) -> Policy:
        """Who may call what."""
        return self.shared("core.policy", lambda: Policy(self.config, self.plugins))

    @property
    def offload(self) -> Offload:
        """Where blocking C calls are run."""
        threads = self.config.server.native_threads
        return self.shared("core.offload", lambda: make_offload(threads))

    @property
    def directory(self) -> Directory | None:
        """Who answers for users and tokens; None in a cloud without identity."""
        answer: list[Directory | None] = self.shared(
            "core.directory", lambda: [self.plugins.hook.directory(cloud=self)]
        )
        return answer[0]

    def branches(self) -> list[Branch]:
        """Return the migration branches of all packages."""
        return list(self.plugins.hook.migrations())

    def driver(self, kind: str, name: str) -> Driver:
        """Return the driver object of a configured section ``[KIND_NAME]``, made once.

        Raises:
            Misconfigured: There is no such section, driver, or its settings can't work.
        """
        return self.shared(f"driver.{kind}.{name}", lambda: self._make_driver(kind, name))

    def _make_driver(self, kind: str, name: str) -> Driver:
        section = f"{kind}_{name}"
        self.config.register_opts([cfg.StrOpt("driver", default=None)], group=section)
        driver_name = self.config[section].driver or DEFAULT_DRIVERS.get((kind, name))
        if not driver_name:
            msg = f"section [{section}] must name its driver"
            raise Misconfigured(msg)
        group = DRIVER_KINDS[kind]
        driver = driver_class(group, driver_name)
        settings = configuration.driver_settings(self.config, section, driver)
        return make_driver(self, driver, name=name, kind=group, settings=settings)

    def stores(self) -> list[str]:
        """Return the names of the configured stores; the first takes new data."""
        return list(self.config.storage.stores)

    def store(self, name: str = "") -> Storage:
        """Return a configured store, the first when no name is given."""
        return cast("Storage", self.driver("store", name or self.stores()[0]))

    @property
    def bus(self) -> Bus:
        """The message bus."""
        return cast("Bus", self.driver("bus", self.config.bus.driver))

    def close(self) -> None:
        """Give back what was opened."""
        with self._lock:
            for thing in _closing_order(self._shared):
                thing.close()
            self._shared.clear()


DRIVER_KINDS = {"store": "storage", "auth": "auth", "bus": "bus"}
"""The kind of driver by the prefix of its configuration section."""

DEFAULT_DRIVERS = {("store", "local"): "nfs", ("auth", "local"): "local", ("bus", "local"): "local"}
"""Sections that need no ``driver =`` line: the embedded default."""


def make_driver(
    cloud: Cloud, driver: type[Driver], *, name: str, kind: str, settings: Mapping[str, Any]
) -> Driver:
    """Return a driver object with a private state directory of its own."""
    state = cloud.data_dir
    for part in ("drivers", kind, name):  # mkdir(parents=True) has its own idea of their mode
        state /= part
        state.mkdir(mode=0o700, exist_ok=True)
    setup = DriverSetup(
        name=name,
        settings=settings,
        state_directory=state,
        database=cloud.database,
        offload=cloud.offload,
    )
    made: Driver = cast("Any", driver)(setup)
    return made


def _closing_order(shared: Mapping[str, Any]) -> Iterator[Any]:
    """Yield what can be closed, the database last: others may still write to it."""
    closable = {name: thing for name, thing in shared.items() if hasattr(thing, "close")}
    database = closable.pop("core.database", None)
    yield from closable.values()
    if database is not None:
        yield database


def assemble(
    *,
    data_dir: Path | None = None,
    files: tuple[Path, ...] = (),
    overrides: Mapping[tuple[str, str], Any] | None = None,
    plugins: Plugins | None = None,
    clock: Clock | None = None,
) -> Cloud:
    """Load plugins (unless given) and configuration; return the cloud of this process."""
    plugins = plugins or Plugins()
    config = configuration.load(plugins, data_dir=data_dir, files=files, overrides=overrides)
    return Cloud(config, plugins, clock=clock)
