# SPDX-License-Identifier: Apache-2.0
"""Files are found by their paths, and directories say what is in them."""

import base64
from contextlib import closing

import pytest

from synnefo_node_ganeti.net import servers
from synnefo_node_ganeti.net.cards import Server
from synnefo_node_ganeti.net.metadata import answer
from synnefo_node_ganeti.net.programs import ProgramFailed
from synnefo_node_ganeti.net.telling import Telling

FILES = {
    name: base64.b64encode(f"<{name}>".encode()).decode()
    for name in (
        "latest/meta-data/hostname",
        "latest/meta-data/public-keys/0/openssh-key",
        "latest/user-data",
        "openstack/2018-08-27/meta_data.json",
        "openstack/latest/meta_data.json",
        "openstack/latest/user_data",
    )
}


@pytest.mark.parametrize(
    "path, found",
    [
        ("/", "latest\nopenstack"),
        ("", "latest\nopenstack"),
        ("/openstack", "2018-08-27\nlatest"),
        ("/openstack/latest/", "meta_data.json\nuser_data"),
        ("/openstack/latest/meta_data.json", "<openstack/latest/meta_data.json>"),
        ("//openstack//latest/user_data?x=1", "<openstack/latest/user_data>"),
        ("/latest", "meta-data\nuser-data"),
        ("/latest/meta-data/", "hostname\npublic-keys/"),
        ("/latest/meta-data/public-keys/", "0/"),
        ("/latest/meta-data/public%2Dkeys/0/openssh-key", "<latest/meta-data/public-keys/0/openssh-key>"),
    ],
)  # fmt: skip
def test_what_is_there_is_found(path, found):
    assert found.encode() == answer(FILES, path)


@pytest.mark.parametrize("path", ["/late", "/latest/meta-data/host", "/../etc/passwd", "/x", "*"])
def test_what_is_not_there_is_not(path):
    assert answer(FILES, path) is None


def test_who_has_no_files_finds_nothing():
    assert answer({}, "/") is None


def test_a_server_that_can_not_answer_still_runs_and_is_asked_again(tmp_path, monkeypatch):
    tried = []

    def refuse(*told):
        tried.append(told)
        raise ProgramFailed("address already in use")

    monkeypatch.setattr(servers, "Answers", refuse)
    monkeypatch.setattr(servers, "_settle", lambda _: None)
    monkeypatch.setattr(servers, "_let_begin", lambda _: None)
    monkeypatch.setattr(servers, "_unsettle", lambda _: None)
    told = Telling(Server("tap0", "n"), "tap0", "", "02:00:01:ff:ff:fe", 1500, (), "port=0\n")

    with closing(servers.Servers(tmp_path / "servers")) as mine:
        for _ in range(2):
            mine.apply([told])

            assert (tmp_path / "servers/tap0.conf").exists()

    assert 2 == len(tried)
