# SPDX-License-Identifier: Apache-2.0
"""The command line, in this process, on the database of the tests."""

import configparser
import json

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from synnefo_core import __version__, commands, outbox, sagas
from synnefo_core.commands import CloudCommand
from synnefo_core.config import load
from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.db.models import EventRow
from synnefo_core.errors import NotFound
from synnefo_core.hookspecs import hookimpl
from synnefo_core.testing.plugins import answering, core_and


class Fail(CloudCommand):
    """Fail as it is told to."""

    error: Exception

    def take_action(self, parsed_args):
        raise self.error


PLUGINS = core_and(answering(commands={"toy fail": Fail}))


@pytest.fixture
def synnefo(cloud, monkeypatch, capsys):
    """Return a function that runs ``synnefo …`` on the cloud: (exit status, output, errors)."""
    monkeypatch.setattr(commands, "Plugins", lambda: PLUGINS)
    settings = cloud.data_dir / "conf.d" / "test.conf"
    settings.parent.mkdir()
    settings.write_text(f"[database]\nurl = {cloud.config.database.url}\n")

    def run(*words):
        status = commands.main(["--data", str(cloud.data_dir), *words])
        return (status, *capsys.readouterr())

    return run


@pytest.fixture
def table(synnefo):
    """Return a function that runs a command and reads its output."""

    def run(*words):
        status, output, problems = synnefo(*words, "-f", "json")
        assert 0 == status, problems
        return json.loads(output)

    return run


@pytest.fixture
def saga(context):
    with context.unit_of_work() as session:
        data = {"size": 3}
        return sagas.begin(context, session, "toy.saga", subject_id="thing-1", data=data)


@pytest.fixture
def event(context):
    with context.unit_of_work() as session:
        outbox.emit(context, session, "toy.happened", subject_id="thing-1")
        session.execute(update(EventRow).values(state=outbox.DEAD, attempts=12, error="no"))


def test_the_version_is_the_cores(synnefo, capsys):
    with pytest.raises(SystemExit):
        synnefo("--version")

    assert __version__ in capsys.readouterr().out


def test_plugins_are_listed_with_their_distribution(table):
    core = {"Kind": "hooks", "Name": "core", "Distribution": "synnefo-core"}
    bus = {"Kind": "bus", "Name": "local", "Distribution": "synnefo-core"}

    listed = table("plugin", "list")

    for plugin in (core, bus):
        assert plugin | {"Version": __version__, "Status": "ok"} in listed


def test_the_schema_is_shown_and_brought_to_date(synnefo, table, tmp_path):
    settings = tmp_path / "new.conf"
    settings.write_text(f"[database]\nurl = sqlite:///{tmp_path / 'new.sqlite'}\n")
    new = ("--config", str(settings))

    assert [{"Package": "core", "Schema": "behind"}] == table(*new, "db", "status")
    assert (0, "upgraded: core\n", "") == synnefo(*new, "db", "upgrade")
    assert [{"Package": "core", "Schema": "current"}] == table(*new, "db", "status")
    assert (0, "upgraded: nothing, all is current\n", "") == synnefo(*new, "db", "upgrade")


@pytest.fixture
def empty(tmp_path):
    """Return the words that name a database without tables."""
    settings = tmp_path / "empty.conf"
    settings.write_text(f"[database]\nurl = sqlite:///{tmp_path / 'empty.sqlite'}\n")
    return "--config", str(settings)


def test_where_no_cloud_is_a_command_says_so_in_one_sentence(synnefo, empty, cloud):
    said = f"synnefo: there is no cloud in {cloud.data_dir}: `synnefo bootstrap` would make one\n"

    assert (1, "", said) == synnefo(*empty, "saga", "list")


def test_what_else_a_database_says_is_not_taken_for_that(synnefo, monkeypatch):
    error = OperationalError("SELECT 1", {}, Exception("disk I/O error"))
    monkeypatch.setattr(Fail, "error", error, raising=False)

    status, _, said = synnefo("toy", "fail")

    assert (1, True, False) == (status, "disk I/O error" in said, "no cloud" in said)


def test_sagas_under_way_are_listed(table, saga):
    (listed,) = table("saga", "list")

    assert (saga, "toy.saga", "thing-1", "running") == tuple(
        listed[field] for field in ("ID", "Kind", "Subject", "State")
    )
    assert [] == table("saga", "list", "--subject", "thing-2")


def test_sagas_that_have_ended_are_listed_when_asked_for(table, saga, cloud):
    with cloud.database.unit_of_work() as session:
        session.get_one(sagas.SagaRow, saga).state = sagas.DONE

    assert [] == table("saga", "list")
    assert [saga] == [row["ID"] for row in table("saga", "list", "--all")]


def test_one_saga_is_shown_with_all_it_knows(table, saga, context):
    shown = table("saga", "show", saga)

    assert ("toy.saga", context.request_id, {"size": 3}, 0) == (
        shown["kind"],
        shown["request"],
        json.loads(shown["data"]),
        shown["position"],
    )


def test_a_dead_event_is_listed_and_can_be_retried(table, synnefo, event):
    assert [] == table("event", "list")
    (dead,) = table("event", "list", "--dead")
    assert ("toy.happened", "thing-1", 12, "no") == (
        dead["Type"],
        dead["Subject"],
        dead["Attempts"],
        dead["Error"],
    )

    status, said, _ = synnefo("event", "retry", str(dead["ID"]))

    assert (0, f"event {dead['ID']} is handed out again\n") == (status, said)
    assert [dead["ID"]] == [row["ID"] for row in table("event", "list")]


@pytest.mark.parametrize("words", [("saga", "show", "42"), ("event", "retry", "42")])
def test_what_is_not_there_is_said_in_a_sentence(synnefo, words):
    status, _, problems = synnefo(*words)

    assert (1, f"synnefo: {words[0]} 42 could not be found\n") == (status, problems)


@pytest.mark.parametrize("error", [Misconfigured("wrong url"), NotFound("backend", "b1")])
def test_an_error_of_the_cloud_is_one_sentence(synnefo, monkeypatch, error):
    monkeypatch.setattr(Fail, "error", error, raising=False)

    assert (1, "", f"synnefo: {error}\n") == synnefo("toy", "fail")


def test_a_mistake_in_the_configuration_is_one_sentence(synnefo, cloud):
    (cloud.data_dir / "conf.d" / "x.conf").write_text("[server]\nport = many\n")

    status, _, problems = synnefo("db", "status")

    assert 1 == status
    assert problems.startswith("synnefo: [server] port: ")
    assert 1 == len(problems.splitlines())


def test_an_unknown_command_is_refused(synnefo):
    status, said, problems = synnefo("brew", "coffee")

    assert 0 != status
    assert "brew" in said + problems


def test_the_sample_configuration_can_be_read_back(synnefo, tmp_path):
    _, sample, _ = synnefo("config", "sample")
    file = tmp_path / "sample.conf"
    file.write_text(sample)

    sections = configparser.ConfigParser(default_section="none", interpolation=None)
    sections.read_string(sample)
    config = load(core_and(), data_dir=tmp_path, files=[file])

    assert {"DEFAULT", "database", "server", "worker", "log"} <= set(sections.sections())
    assert 8774 == config.server.port
    assert "#port = 8774" in sample


def test_the_sample_says_where_the_options_of_drivers_stand(synnefo):
    _, sample, _ = synnefo("config", "sample")

    assert "#[bus_NAME]\n#driver = local\n" in sample


def test_the_sample_shows_no_secrets_default(synnefo):
    _, sample, _ = synnefo("config", "sample")

    assert "\n#url =\n" in sample


def test_bootstrap_asks_every_plugin(house, monkeypatch, tmp_path, capsys):
    asked = []

    class Room:
        @hookimpl
        def bootstrap(self, cloud):
            asked.append(cloud.data_dir)

    monkeypatch.setattr(commands, "Plugins", lambda: core_and(Room()))

    assert 0 == commands.main(["--data", str(tmp_path), "bootstrap"])
    assert [tmp_path] == asked


def test_long_running_processes_are_listed_and_explained(synnefo, capsys):
    with pytest.raises(SystemExit):
        synnefo("--help")

    shown = capsys.readouterr().out
    assert all(f"  {role}  " in shown for role in ("run", "serve", "work"))
