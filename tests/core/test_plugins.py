# SPDX-License-Identifier: Apache-2.0
"""Finding plugins. What is installed for a test is a directory with metadata on the path."""

import json
import os
import subprocess
import sys

import pytest

from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.hookspecs import hookimpl
from synnefo_core.plugins import Plugins
from synnefo_core.testing.plugins import answering, core_and

LISTING = """
import importlib.metadata, json
from dataclasses import asdict
from synnefo_core.plugins import HOOKS_GROUP, Plugins
installed = importlib.metadata.entry_points(group=HOOKS_GROUP)
found = Plugins(entries=[e for e in installed if e.name in ("core", "acme", "bad")])
print(json.dumps([[asdict(p) for p in plugins] for plugins in (found.loaded, found.broken)]))
"""


class Site:
    """A directory of installed distributions, and Python processes that see it."""

    def __init__(self, directory):
        self._directory = directory

    def install(self, distribution, code, **groups):
        """Install a module and its entry points: group -> "name = module:attribute"."""
        module = distribution.replace("-", "_")
        (self._directory / f"{module}.py").write_text(code)
        info = self._directory / f"{module}-1.5.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.5")
        lines = [f"[synnefo.{group}]\n{entry}\n" for group, entry in groups.items()]
        (info / "entry_points.txt").write_text("".join(lines))

    def python(self, code, *arguments, **environment):
        """Run code; return what it printed, or raise with what it complained of."""
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            env=os.environ | {"PYTHONPATH": str(self._directory)} | environment,
            cwd=self._directory,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr.splitlines()[-1])
        return done.stdout + done.stderr

    def listing(self):
        """Return what was loaded and what is broken, by name."""
        output = self.python(LISTING)
        line = next(line for line in output.splitlines() if line.startswith("[["))
        return [{plugin["name"]: plugin for plugin in plugins} for plugins in json.loads(line)]

    def command(self, *words):
        """Run ``synnefo …``."""
        code = "import sys; from synnefo_core.commands import main; sys.exit(main(sys.argv[1:]))"
        return self.python(code, *words)


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


GOOD = """
from synnefo_core.hookspecs import hookimpl
@hookimpl
def tasks(): return []
"""
DRIVER = """
from synnefo_core.contracts.bus import Bus
class MyBus(Bus):
    def __init__(self, setup): pass
    publish = subscribe = receive = None
"""
DRIVE = """
from synnefo_core.plugins import driver_class
print(driver_class("bus", "mine").__qualname__)
"""


def test_the_core_comes_through_the_same_door_as_everyone(site):
    site.install("acme-hooks", GOOD, hooks="acme = acme_hooks")

    loaded, _ = site.listing()

    assert {"core", "acme"} <= set(loaded)
    assert ("acme-hooks", "1.5", "acme_hooks") == tuple(
        loaded["acme"][field] for field in ("distribution", "version", "target")
    )


@pytest.mark.parametrize(
    "code, problem",
    [
        ("import no_such_library", "ModuleNotFoundError: No module named 'no_such_library'"),
        ("raise SystemExit('bye')", "SystemExit: bye"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
    ],
)
def test_a_plugin_that_does_not_load_is_named_and_the_others_work(site, code, problem):
    site.install("acme-hooks", GOOD, hooks="acme = acme_hooks")
    site.install("bad-hooks", code, hooks="bad = bad_hooks")

    loaded, broken = site.listing()

    assert {"core", "acme"} <= set(loaded)
    assert ("bad-hooks", "bad_hooks", problem) == tuple(
        broken["bad"][field] for field in ("distribution", "target", "problem")
    )


def test_a_hook_with_an_argument_that_there_is_not_is_broken_as_a_whole(site):
    code = GOOD + "@hookimpl\ndef apis(cloud, colour): return []\n"
    site.install("bad-hooks", code, hooks="bad = bad_hooks")

    loaded, broken = site.listing()

    assert "bad" not in loaded
    assert "colour" in broken["bad"]["problem"]


def test_a_misspelt_hook_stops_the_start_and_names_its_distribution(site):
    site.install("bad-hooks", GOOD.replace("tasks", "taskz"), hooks="bad = bad_hooks")

    with pytest.raises(RuntimeError, match="plugin bad of bad-hooks: unknown hook 'taskz'"):
        site.listing()


def test_two_plugins_of_one_name_stop_the_start(site):
    site.install("acme-hooks", GOOD, hooks="acme = acme_hooks")
    site.install("emca-hooks", GOOD, hooks="acme = emca_hooks")

    with pytest.raises(RuntimeError, match=r"called acme: (acme|emca)-hooks and (acme|emca)-hooks"):
        site.listing()


def test_the_command_line_lists_what_is_broken_and_why(site):
    site.install("bad-hooks", "import no_such_library", hooks="bad = bad_hooks")
    site.install("bad-bus", "import no_such_bus", bus="mine = bad_bus:MyBus")

    listing = site.command("plugin", "list", "-f", "value")

    assert "hooks bad bad-hooks 1.5 broken: ModuleNotFoundError: No module" in listing
    assert "bus mine bad-bus 1.5 broken: ModuleNotFoundError: No module" in listing


def test_a_required_plugin_that_is_broken_stops_the_start(site):
    site.install("bad-hooks", "import no_such_library", hooks="bad = bad_hooks")
    code = "from synnefo_core.plugins import Plugins; Plugins().require(['core', 'bad'])"

    with pytest.raises(RuntimeError, match=r"requires the plugin bad, but bad_hooks of bad-hooks"):
        site.python(code)


def test_a_required_plugin_that_is_not_installed_stops_the_start(make_cloud):
    with pytest.raises(Misconfigured, match=r"not installed: \['billing'\]"):
        make_cloud({("DEFAULT", "required_plugins"): ["core", "billing"]})


def test_a_driver_is_found_by_the_name_that_the_operator_gave(site):
    site.install("acme-bus", DRIVER, bus="mine = acme_bus:MyBus")

    assert "MyBus\n" == site.python(DRIVE)


def test_two_drivers_of_one_name_are_refused(site):
    site.install("acme-bus", DRIVER, bus="mine = acme_bus:MyBus")
    site.install("emca-bus", DRIVER, bus="mine = emca_bus:MyBus")

    with pytest.raises(RuntimeError, match="two distributions offer a bus driver called mine"):
        site.python(DRIVE)


@pytest.mark.parametrize("code", ["import no_such_library", "raise SystemExit('bye')", "pass"])
def test_a_driver_that_does_not_load_is_named(site, code):
    site.install("bad-bus", code, bus="mine = bad_bus:MyBus")

    with pytest.raises(RuntimeError, match=r"bus driver mine \(bad_bus:MyBus of bad-bus 1.5\)"):
        site.python(DRIVE)


def test_a_driver_that_is_not_installed_is_named_beside_those_that_are(site):
    with pytest.raises(RuntimeError, match=r"no bus driver is called mine; installed: .*local"):
        site.python(DRIVE)


def test_installing_a_driver_does_not_choose_it(house):
    assert "LocalBus" == type(house().bus).__name__


def test_hooks_can_be_traced(site):
    code = "from synnefo_core.plugins import Plugins; Plugins(entries=[]).hook.tasks()"

    traced = site.python(code, SYNNEFO_TRACE_HOOKS="1")

    assert "hook called" in traced
    assert "hook answered" in traced
    assert "" == site.python(code)


def test_a_trace_shows_a_hook_that_raises(monkeypatch, caplog):
    class Bad:
        @hookimpl
        def tasks(self):
            raise ValueError("broken inside")

    monkeypatch.setenv("SYNNEFO_TRACE_HOOKS", "1")

    with pytest.raises(ValueError, match="broken inside"):
        core_and(Bad()).hook.tasks()

    assert "ValueError('broken inside')" in [getattr(r, "answer", "") for r in caplog.records]


def test_answers_are_attributed_to_their_plugins():
    plugins = Plugins({"a": answering(tasks=[1]), "b": answering(tasks=[2])}, entries=[])

    assert {"a": [1], "b": [2]} == dict(plugins.answers("tasks"))


def test_a_plugin_of_a_test_goes_with_the_test():
    plugins = core_and()

    with plugins.also(answering(sagas=[1])):
        assert [[1]] == plugins.hook.sagas()

    assert [] == plugins.hook.sagas()
