# SPDX-License-Identifier: Apache-2.0
"""What stock swiftclient does with a whole cloud: its commands as a service, over real sockets."""

from __future__ import annotations

import json
import os

import pytest
import swiftclient
from swiftclient.service import SwiftError, SwiftService, SwiftUploadObject

from tests.apis.object_store.served import start
from tests.services.object_store import disks

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    process, made = start(tmp_path_factory.mktemp("cloud") / "data", "threads")
    yield made
    process.terminate()
    process.wait(30)
    process.stdout.close()


@pytest.fixture
def swift(served):
    url = f"http://127.0.0.1:{served.port}{served.account_path}"
    options = {"os_storage_url": url, "os_auth_token": served.token, "retries": 0}
    with SwiftService({**options, "auth_version": "3"}) as service:
        yield service


@pytest.fixture
def large(tmp_path):
    path = tmp_path / "large"
    path.write_bytes(os.urandom(5 * MIB + 7))
    return path


def done(results):
    found = list(results)
    assert [] == [result for result in found if not result["success"]]
    return found


@pytest.mark.parametrize("is_static", [True, False])
def test_a_file_in_segments_comes_back_and_goes(swift, served, large, tmp_path, is_static):
    name = f"seg-{is_static}"
    options = {"segment_size": 2 * MIB, "use_slo": is_static}

    done(swift.upload(name, [SwiftUploadObject(str(large), "o")], options))
    done(swift.download(name, ["o"], {"out_file": str(tmp_path / "back")}))

    assert large.read_bytes() == (tmp_path / "back").read_bytes()
    assert 3 == len(served.swift().get_container(f"{name}_segments")[1])
    done(swift.delete(name, ["o"]))
    assert [] == served.swift().get_container(f"{name}_segments")[1]


def test_a_file_that_has_not_changed_is_not_sent_again(swift, large):
    options = {"segment_size": 2 * MIB, "use_slo": True, "skip_identical": True}
    done(swift.upload("skip", [SwiftUploadObject(str(large), "o")], options))

    again = done(swift.upload("skip", [SwiftUploadObject(str(large), "o")], options))

    assert "skipped-identical" in [result.get("status") for result in again]


def test_copies(swift, served):
    served.swift().put_container("from")
    served.swift().put_object("from", "o", b"content", headers={"X-Object-Meta-A": "b"})

    done(swift.copy("from", ["o"], {"destination": "/into/copy"}))

    headers, content = served.swift().get_object("into", "copy")
    assert (b"content", "b") == (content, headers["x-object-meta-a"])


def test_many_objects_and_their_container_go_at_once(swift, served):
    for number in range(30):
        served.call("PUT", "/many" if number == 0 else f"/many/ü{number}".replace("ü", "%C3%BC"))

    done(swift.delete("many"))

    with pytest.raises(swiftclient.ClientException, match="404"):
        served.swift().head_container("many")


def test_versions(swift, served):
    connection = served.swift()
    connection.put_container("past", {"X-Versions-Enabled": "true"})
    connection.put_object("past", "o", b"first")
    connection.put_object("past", "o", b"second")

    (page,) = done(swift.list("past", {"versions": True}))

    first, last = page["listing"][1], page["listing"][0]
    assert (True, False) == (last["is_latest"], first["is_latest"])
    query = f"version-id={first['version_id']}"
    assert b"first" == connection.get_object("past", "o", query_string=query)[1]


def test_what_the_cloud_can_do_is_told(swift, served):
    told = swift.capabilities(f"http://127.0.0.1:{served.port}/info")

    names = {"slo", "dlo", "bulk_delete", "bulk_upload", "tempurl", "formpost", "symlink"}
    assert names <= set(told["capabilities"])


def test_a_container_opened_to_all(swift, served):
    done([swift.post("open", options={"read_acl": ".r:*,.rlistings"})])
    served.call("PUT", "/open/o", b"content")

    url = f"http://127.0.0.1:{served.port}{served.account_path}"

    assert b"content" == swiftclient.get_object(url, "", "open", "o")[1]
    assert ["o"] == [row["name"] for row in swiftclient.get_container(url, "", "open")[1]]
    with pytest.raises(swiftclient.ClientException, match="401"):
        swiftclient.put_object(url, "", "open", "p", b"x")


def test_errors_are_told_as_swiftclient_expects(swift):
    (result,) = swift.list("none there")

    assert isinstance(result["error"], SwiftError)
    assert "not found" in str(result["error"])


@pytest.mark.skipif(not disks.is_there("mkfs.ext4"), reason="there is no mkfs.ext4 (e2fsprogs)")
def test_single_files_are_fetched_out_of_a_disk(swift, served, tmp_path):
    disk = disks.ext4(tmp_path / "disk", disks.tree(tmp_path / "tree"))
    done(swift.upload("disks", [SwiftUploadObject(str(disk), "disk.raw")]))
    connection = served.swift()

    def fetched(query, **headers):
        return connection.get_object("disks", "disk.raw", query_string=query, headers=headers)[1]

    listed = json.loads(fetched("archive=0/etc/"))

    assert "0/etc/hostname" in [row.get("name") for row in listed]
    assert b"web1\n" == fetched("archive=0/etc/hostname")
    assert disks.BIG[500:700] == fetched("archive=0/big", Range="bytes=500-699")
    with pytest.raises(swiftclient.ClientException, match="404"):
        fetched("archive=0/etc/shadow")
