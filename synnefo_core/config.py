# SPDX-License-Identifier: Apache-2.0
"""Configuration: options declared by plugins, read from files, held by nobody global.

Read in this order, later ones win: ``/etc/synnefo/synnefo.conf``, ``DIR/conf.d/*.conf`` in
alphabetical order, the files named on the command line, ``OS_<SECTION>__<OPTION>`` in the
environment (oslo.config's rule), the overrides of the caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from oslo_config import cfg

from synnefo_core.contracts.driver import Driver, Misconfigured
from synnefo_core.options import SECTIONS
from synnefo_core.plugins import Plugins

_Declared = Sequence[tuple[str, list[cfg.Opt]]]

SITE_FILE = Path("/etc/synnefo/synnefo.conf")


def load(
    plugins: Plugins,
    *,
    data_dir: Path | None = None,
    files: Sequence[Path] = (),
    overrides: Mapping[tuple[str, str], Any] | None = None,
) -> cfg.ConfigOpts:
    """Return the configuration of this process.

    Args:
        plugins: Those whose hook ``options`` is asked.
        data_dir: Where ``conf.d`` is looked for; also becomes ``data_dir``. By default what
            the other files say.
        files: More files, later ones win.
        overrides: Values by (section, option) that win over everything.

    Raises:
        Misconfigured: A file can't be read or a value is not of its type.
    """
    return _load(list(_declared(plugins)), data_dir, files, overrides or {})


def load_core(*, data_dir: Path | None = None, files: Sequence[Path] = ()) -> cfg.ConfigOpts:
    """Return the core's own sections, without loading any plugin.

    For what must be known before anything else is imported (the runtime).

    Raises:
        Misconfigured: A file can't be read or a value is not of its type.
    """
    return _load([(name, list(options)) for name, options in SECTIONS.items()], data_dir, files, {})


def _load(
    declared: _Declared,
    data_dir: Path | None,
    files: Sequence[Path],
    overrides: Mapping[tuple[str, str], Any],
) -> cfg.ConfigOpts:
    if data_dir is None:
        data_dir = Path(_read(declared, _found(files)).data_dir).expanduser()
    config = _read(declared, _found(files, data_dir / "conf.d"))
    for (section, option), value in {
        ("DEFAULT", "data_dir"): data_dir,
        **overrides,
    }.items():
        group = None if section == "DEFAULT" else section
        with _worded(f"[{section}] {option}"):
            config.set_override(option, value, group=group)
    return config


def _read(declared: _Declared, files: Sequence[Path]) -> cfg.ConfigOpts:
    config = cfg.ConfigOpts()
    with _worded("options"):
        for section, options in declared:
            config.register_opts(options, group=None if section == "DEFAULT" else section)
    with _worded("configuration"):
        # No directories: oslo.config would look for files in places of its own.
        names = [str(path) for path in files]
        config([], project="synnefo", default_config_files=names, default_config_dirs=[])
    for section, options in declared:
        values = config if section == "DEFAULT" else config[section]
        for option in options:
            # Values are converted when they are read: find what is wrong now, not in a request.
            with _worded(f"[{section}] {option.name}"):
                values[option.dest]
    return config


def _declared(plugins: Plugins) -> Iterable[tuple[str, list[cfg.Opt]]]:
    for answer in plugins.hook.options():
        for section, options in answer.items():
            yield section, list(options)


def _found(files: Sequence[Path], directory: Path | None = None) -> list[Path]:
    """Return the files to read, in their order."""
    site = [SITE_FILE] if SITE_FILE.is_file() else []
    return [*site, *(sorted(directory.glob("*.conf")) if directory else []), *files]


@contextmanager
def _worded(where: str) -> Iterator[None]:
    """Say in a sentence what is wrong with a file or a value.

    Raises:
        Misconfigured: In place of what oslo.config raises.
    """
    try:
        yield
    except (cfg.Error, ValueError, OSError) as cause:
        # oslo.config puts its own account of the place before the reason.
        reason = str(cause).rpartition(" is not valid: ")[2]
        msg = f"{where}: {reason}"
        raise Misconfigured(msg) from cause


def driver_settings(
    config: cfg.ConfigOpts, section: str, driver: type[Driver]
) -> Mapping[str, Any]:
    """Return the settings of a driver from its section.

    Raises:
        Misconfigured: A value is missing or not of its type.
    """
    options = driver.options()
    settings = {}
    with _worded(f"section [{section}]"):
        config.register_opts(options, group=section)
        for option in options:
            settings[option.dest] = _required(option, config[section][option.dest])
    return settings


def checked_settings(driver: type[Driver], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings that come from elsewhere than a file, typed and with defaults.

    Raises:
        Misconfigured: One is unknown, missing or not of its type.
    """
    options = {option.dest: option for option in driver.options()}
    unknown = sorted(set(given) - set(options))
    if unknown:
        msg = f"unknown settings: {', '.join(unknown)}; known: {', '.join(sorted(options))}"
        raise Misconfigured(msg)
    settings: dict[str, Any] = {}
    for name, option in options.items():
        with _worded(f"the setting {name}"):
            settings[name] = _required(option, _typed(option, given.get(name)))
    return settings


def _typed(option: cfg.Opt, value: Any) -> Any:
    if value is None:
        return option.default
    if isinstance(value, list):
        value = ",".join(str(item) for item in value)
    return option.type(str(value))


def _required(option: cfg.Opt, value: Any) -> Any:
    if value is None and option.required:
        msg = f"{option.name} is missing: {option.help}"
        raise ValueError(msg)
    return value
