# SPDX-License-Identifier: Apache-2.0
"""Configuration: options declared by plugins, read from files, held by nobody global.

Read in this order, later ones win: ``/etc/synnefo/synnefo.conf``, ``DIR/conf.d/*.conf`` in
alphabetical order, the files named on the command line, ``OS_<SECTION>__<OPTION>`` in the
environment (oslo.config's rule), the overrides of the caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from oslo_config import cfg

from synnefo_core.contracts.driver import Driver, Misconfigured
from synnefo_core.options import DEFAULT_DATA
from synnefo_core.plugins import Plugins

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
        data_dir: Where ``conf.d`` is looked for; also becomes ``data_dir``.
        files: More files, later ones win.
        overrides: Values by (section, option) that win over everything.

    Raises:
        Misconfigured: A file can't be read or a value is not of its type.
    """
    config = cfg.ConfigOpts()
    for section, options in _declared(plugins):
        config.register_opts(options, group=None if section == "DEFAULT" else section)
    try:
        config([], project="synnefo", default_config_files=_files(data_dir, files))
    except (cfg.Error, OSError) as cause:
        raise Misconfigured(str(cause)) from cause
    if data_dir is not None:
        config.set_override("data_dir", str(data_dir))
    for (section, option), value in (overrides or {}).items():
        config.set_override(option, value, group=None if section == "DEFAULT" else section)
    return config


def _declared(plugins: Plugins) -> Iterable[tuple[str, list[cfg.Opt]]]:
    for answer in plugins.hook.options():
        for section, options in answer.items():
            yield section, list(options)


def _files(data_dir: Path | None, files: Sequence[Path]) -> list[str]:
    directory = (data_dir or Path(DEFAULT_DATA)) / "conf.d"
    found = [SITE_FILE] if SITE_FILE.is_file() else []
    found += sorted(directory.glob("*.conf")) if directory.is_dir() else []
    return [str(path) for path in [*found, *files]]


def driver_settings(
    config: cfg.ConfigOpts, section: str, driver: type[Driver]
) -> Mapping[str, Any]:
    """Return the settings of a driver from its section.

    Raises:
        Misconfigured: A value is not of its type.
    """
    options = driver.options()
    config.register_opts(options, group=section)
    try:
        return {option.dest: config[section][option.dest] for option in options}
    except cfg.Error as cause:
        msg = f"section [{section}]: {cause}"
        raise Misconfigured(msg) from cause


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
        value = given.get(name, option.default)
        if value is None and option.required:
            msg = f"the setting {name} is missing: {option.help}"
            raise Misconfigured(msg)
        try:
            settings[name] = None if value is None else option.type(str(value))
        except ValueError as cause:
            msg = f"the setting {name}: {cause}"
            raise Misconfigured(msg) from cause
    return settings
