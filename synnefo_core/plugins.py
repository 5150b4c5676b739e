# SPDX-License-Identifier: Apache-2.0
"""Finding what is installed: hooks through pluggy, drivers through stevedore.

* Hooks (entry-point group ``synnefo.hooks``): installing makes them active.
* Drivers (groups ``synnefo.storage``, ``synnefo.compute_backend``, ``synnefo.auth``,
  ``synnefo.bus``): installing makes them available; the configuration names the one.

A plugin that can't be imported is quarantined as a :class:`BrokenPlugin` that says which
distribution and entry point it is; it stops the start only where it is needed.
"""

from __future__ import annotations

import gc
import importlib.metadata
import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pluggy
from stevedore.driver import DriverManager
from stevedore.exception import MultipleMatches, NoMatches

from synnefo_core import hookspecs
from synnefo_core.contracts.driver import Driver, Misconfigured

log = logging.getLogger(__name__)

HOOKS_GROUP = "synnefo.hooks"
DRIVER_GROUPS = {
    "storage": "synnefo.storage",
    "compute_backend": "synnefo.compute_backend",
    "auth": "synnefo.auth",
    "bus": "synnefo.bus",
}


@dataclass(frozen=True)
class Plugin:
    """An entry point that was found, and how it went.

    ``problem`` is empty for one that works.
    """

    group: str
    name: str
    distribution: str
    version: str
    target: str
    problem: str = ""


def _described(group: str, entry: importlib.metadata.EntryPoint, problem: str = "") -> Plugin:
    dist = entry.dist
    return Plugin(
        group=group,
        name=entry.name,
        distribution=dist.name if dist else "?",
        version=dist.version if dist else "?",
        target=entry.value,
        problem=problem,
    )


@contextmanager
def _lasting() -> Iterator[None]:
    """Keep what is made meanwhile from the collector: it stays, and looking was a third of a start."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


class Plugins:
    """All plugins of this process.

    Attributes:
        hook: pluggy's caller: ``plugins.hook.options()``.
        loaded: Hook plugins that are active.
        broken: Hook plugins that are not.
    """

    def __init__(
        self,
        extra: Mapping[str, object] | None = None,
        *,
        entries: Iterable[importlib.metadata.EntryPoint] | None = None,
    ) -> None:
        """Load every hook plugin.

        Args:
            extra: More of them, by name (tests).
            entries: What to load in place of all that is installed (tests).

        Raises:
            Misconfigured: A hook is misspelt or two plugins have one name.
        """
        self._manager = pluggy.PluginManager("synnefo")
        self._manager.add_hookspecs(hookspecs)
        self.loaded: list[Plugin] = []
        self.broken: list[Plugin] = []
        if entries is None:
            entries = importlib.metadata.entry_points(group=HOOKS_GROUP)
        with _lasting():
            for entry in sorted(entries, key=lambda e: e.name):
                self._load(entry)
        for name, plugin in (extra or {}).items():
            self._manager.register(plugin, name)
        self._check()
        if os.environ.get("SYNNEFO_TRACE_HOOKS"):
            self._trace()

    @property
    def hook(self) -> pluggy.HookRelay:
        """Pluggy's caller of hooks."""
        return self._manager.hook

    @contextmanager
    def also(self, plugin: object) -> Iterator[None]:
        """Have one more hook plugin for a while (tests)."""
        name = self._manager.register(plugin)
        self._check()
        try:
            yield
        finally:
            self._manager.unregister(name=name)

    def _load(self, entry: importlib.metadata.EntryPoint) -> None:
        described = _described(HOOKS_GROUP, entry)
        self._require_new(described)
        try:
            plugin = entry.load()
            self._manager.register(plugin, entry.name)
        except (Exception, SystemExit) as cause:  # a stranger's import may raise anything
            if self._manager.has_plugin(entry.name):
                self._manager.unregister(name=entry.name)  # not half of it
            broken = replace(described, problem=f"{type(cause).__name__}: {cause}")
            self.broken.append(broken)
            # Said before logging is configured: the line must tell all by itself.
            log.error(  # noqa: TRY400  # the reason is enough; a trace would be a stranger's
                "plugin %s of %s %s is quarantined: %s",
                broken.name,
                broken.distribution,
                broken.version,
                broken.problem,
            )
        else:
            self.loaded.append(described)

    def _require_new(self, plugin: Plugin) -> None:
        for other in (*self.loaded, *self.broken):
            if other.name == plugin.name:
                msg = (
                    f"two distributions have a plugin called {plugin.name}: "
                    f"{other.distribution} and {plugin.distribution}"
                )
                raise Misconfigured(msg)

    def _check(self) -> None:
        try:
            self._manager.check_pending()
        except pluggy.PluginValidationError as cause:
            name = self._manager.get_name(cause.plugin)
            origin = next((f" of {p.distribution}" for p in self.loaded if p.name == name), "")
            msg = f"plugin {name}{origin}: {cause}"
            raise Misconfigured(msg) from cause

    def _trace(self) -> None:
        def before(name: str, _impls: object, kwargs: Mapping[str, Any]) -> None:
            log.warning("hook called", extra={"hook": name, "arguments": sorted(kwargs)})

        def after(outcome: pluggy.Result[Any], name: str, _impls: object, _kwargs: object) -> None:
            answer = outcome.exception or outcome.get_result()
            log.warning("hook answered", extra={"hook": name, "answer": repr(answer)})

        self._manager.add_hookcall_monitoring(before, after)

    def answers(self, hook: str, **arguments: object) -> Iterator[tuple[str, Any]]:
        """Ask one plugin after the other; yield ``(plugin name, answer)``.

        For hooks whose answer must be attributed to its plugin.
        """
        caller = getattr(self._manager.hook, hook)
        for implementation in caller.get_hookimpls():
            wanted = {name: arguments[name] for name in implementation.argnames}
            yield implementation.plugin_name, implementation.function(**wanted)

    def require(self, names: list[str]) -> None:
        """Refuse to go on without the hook plugins of these names.

        Raises:
            Misconfigured: One is broken or not installed; the message names it.
        """
        for plugin in self.broken:
            if plugin.name in names:
                msg = (
                    f"the configuration requires the plugin {plugin.name}, but {plugin.target} of "
                    f"{plugin.distribution} {plugin.version} does not load: {plugin.problem}"
                )
                raise Misconfigured(msg)
        missing = set(names) - {plugin.name for plugin in self.loaded}
        if missing:
            msg = f"the configuration requires plugins that are not installed: {sorted(missing)}"
            raise Misconfigured(msg)


def driver_class(kind: str, name: str) -> type[Driver]:
    """Return the driver class of a kind ("storage") that the operator named ("nfs").

    Raises:
        Misconfigured: It is not installed, does not load, or two distributions offer it.
    """
    group = DRIVER_GROUPS[kind]

    def failed(_manager: object, _entry: object, cause: BaseException) -> None:
        # Stevedore's cache does not know distributions: ask again.
        (entry, *_) = importlib.metadata.entry_points(group=group, name=name)
        broken = _described(group, entry)
        msg = (
            f"the {kind} driver {name} ({broken.target} of {broken.distribution} "
            f"{broken.version}) does not load: {type(cause).__name__}: {cause}"
        )
        raise Misconfigured(msg) from cause

    try:
        found: DriverManager[Driver] = DriverManager(group, name, on_load_failure_callback=failed)
    except SystemExit as cause:
        failed(None, None, cause)
        raise
    except MultipleMatches as cause:
        msg = f"two distributions offer a {kind} driver called {name}: {cause}"
        raise Misconfigured(msg) from cause
    except NoMatches as cause:
        names = sorted(e.name for e in importlib.metadata.entry_points(group=group))
        msg = f"no {kind} driver is called {name}; installed: {', '.join(names) or 'none'}"
        raise Misconfigured(msg) from cause
    return found.driver  # type: ignore[return-value]  # stevedore types it as an instance


def drivers() -> Iterator[Plugin]:
    """Yield every driver that is installed, loading each to see whether it works."""
    for group in DRIVER_GROUPS.values():
        for entry in sorted(importlib.metadata.entry_points(group=group), key=lambda e: e.name):
            try:
                entry.load()
            except (Exception, SystemExit) as cause:  # a stranger's import may raise anything
                yield _described(group, entry, f"{type(cause).__name__}: {cause}")
            else:
                yield _described(group, entry)
