# SPDX-License-Identifier: Apache-2.0
"""swift, python-swiftclient's command, against object storage."""

from __future__ import annotations

import pytest
import requests

from tests.system.object_clients.desk import SIZES

pytestmark = pytest.mark.system

NAMES = sorted(f"files/{name}" for name in SIZES)


@pytest.mark.parametrize("kind", ["whole", "static", "dynamic"])
def test_files_come_back(desk, kind):
    desk.run(UPLOADS[kind])

    desk.run(f"swift download swift-{kind} --output-dir back-{kind}")

    assert desk.has_same(f"back-{kind}/files")
    assert NAMES == sorted(desk.objects(f"swift-{kind}"))
    desk.run(f"swift delete swift-{kind}")
    assert not desk.has(f"swift-{kind}")
    assert [] == segments(desk, kind)


UPLOADS = {
    "whole": "swift upload swift-whole files",
    "static": "swift upload swift-static files --segment-size 6M --use-slo",
    "dynamic": "swift upload swift-dynamic files --segment-size 6M --use-dlo",
}


def segments(desk, kind):
    """Return what is left of segments."""
    container = f"swift-{kind}_segments"
    return desk.objects(container) if desk.has(container) else []


@pytest.mark.parametrize("how", ["--changed", "--skip-identical"])
def test_what_has_not_changed_stays(desk, how):
    desk.run(UPLOADS["static"])
    before = desk.modified("swift-static")
    (desk.files / "almost").write_bytes(b"changed")

    desk.run(f"{UPLOADS['static']} {how}")

    after = desk.modified("swift-static")
    assert {"files/almost"} == {name for name in before if before[name] != after[name]}


def test_an_object_is_looked_at_and_handed_on(desk):
    desk.run(UPLOADS["static"])
    desk.run("swift post swift-static files/block --meta Colour:blue")
    desk.run('swift post --meta "Temp-URL-Key: secret"')
    desk.environment |= exported(desk.run("swift auth"))

    link = desk.run('swift tempurl GET 3600 "$OS_STORAGE_URL/swift-static/files/block" secret')

    assert (desk.files / "block").read_bytes() == requests.get(link.strip(), timeout=60).content
    assert "Meta Colour: blue" in desk.run("swift stat swift-static files/block")
    listed = desk.run("swift list swift-static --delimiter / --prefix files/").splitlines()
    assert {"files/block", "files/with spaces/"} < set(listed)
    assert "files/with spaces/more & more" not in listed
    assert "slo" in desk.run("swift capabilities")


def exported(lines):
    """Return the variables that lines for a shell set."""
    words = (line.removeprefix("export ").partition("=") for line in lines.splitlines())
    return {name: value.strip("'\"") for name, _, value in words}
