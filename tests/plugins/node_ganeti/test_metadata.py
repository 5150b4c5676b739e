# SPDX-License-Identifier: Apache-2.0
"""Files are found by their paths, and directories say what is in them."""

import base64

import pytest

from synnefo_node_ganeti.net.metadata import answer

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
