# SPDX-License-Identifier: Apache-2.0
import json
import logging

import pytest
from gunicorn.config import Config

from synnefo_core import logs, threaded


def formatted(formatter, message="server built", **given):
    fields = {"exc_info": None, "extra": given} | (
        {"exc_info": given.pop("exc_info")} if "exc_info" in given else {}
    )
    record = logging.getLogger("test").makeRecord(
        "test", logging.INFO, __file__, 1, message, (), fields["exc_info"], extra=fields["extra"]
    )
    return formatter.format(record)


def test_text_has_the_event_and_its_fields():
    line = formatted(logs.TextFormatter(), server="s1", took_s=0.5)

    assert line.endswith("INFO    test server built server=s1 took_s=0.5")


def test_json_has_one_object_a_line():
    line = json.loads(formatted(logs.JsonFormatter(), server="s1"))

    assert ("server built", "s1", "INFO", "test") == (
        line["event"],
        line["server"],
        line["level"],
        line["logger"],
    )


def test_a_field_cannot_replace_what_every_line_has():
    line = json.loads(formatted(logs.JsonFormatter(), event="forged", level="DEBUG"))

    assert ("server built", "INFO") == (line["event"], line["level"])


@pytest.mark.parametrize("formatter", [logs.TextFormatter(), logs.JsonFormatter()])
def test_a_strangers_text_stays_in_its_line(formatter):
    line = formatted(formatter, path="/a\n00:00:00 ERROR forged\r\nmore")

    assert 1 == len(line.splitlines())


@pytest.mark.parametrize("formatter", [logs.TextFormatter(), logs.JsonFormatter()])
def test_every_line_of_a_request_has_its_id(formatter):
    with logs.request("req-1"):
        inside = formatted(formatter)
    outside = formatted(formatter)

    assert "req-1" in inside
    assert "req-1" not in outside


def test_a_trace_stands_below_its_line():
    try:
        raise ValueError("broken")
    except ValueError as error:
        given = {"exc_info": (type(error), error, error.__traceback__)}

    text = formatted(logs.TextFormatter(), **given)
    line = json.loads(formatted(logs.JsonFormatter(), **given))

    assert text.splitlines()[-1] == line["trace"].splitlines()[-1] == "ValueError: broken"


def test_what_json_does_not_know_is_written_as_text(tmp_path):
    assert str(tmp_path) == json.loads(formatted(logs.JsonFormatter(), path=tmp_path))["path"]


def test_gunicorn_can_say_what_happens_to_its_processes(monkeypatch, capsys):
    for name in ("gunicorn.error", "gunicorn.access"):
        logger = logging.getLogger(name)
        monkeypatch.setattr(logger, "handlers", [])
        monkeypatch.setattr(logger, "propagate", False)
    for what in ("_srcfile", "logThreads", "logProcesses", "logMultiprocessing"):
        monkeypatch.setattr(logging, what, getattr(logging, what))
    logs.spare()

    threaded._Log(Config()).error("Worker %s died", 7)

    said = capsys.readouterr().err
    assert said.endswith("[ERROR] Worker 7 died\n")
    assert 1 == len(said.splitlines())
