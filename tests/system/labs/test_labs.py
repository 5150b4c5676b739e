# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import requests
from requests.adapters import HTTPAdapter

from . import (
    CephLab,
    GanetiLab,
    LabFailed,
    LabUnavailable,
    LdapLab,
    PostgresLab,
    RabbitLab,
    ShibbolethLab,
    packages,
    records,
)
from .waiting import until

pytestmark = pytest.mark.system

SYSTEM = Path(__file__).parent.parent


class Rapi:
    """A client that trusts one certificate, whatever the name in it."""

    def __init__(self, lab: GanetiLab):
        self._url = lab.rapi_url
        self._session = requests.Session()
        # REQUESTS_CA_BUNDLE of the environment would replace the session's certificate.
        self._session.trust_env = False
        self._session.verify = str(lab.rapi_certificate)
        self._session.auth = (lab.rapi_user, lab.rapi_password)
        self._session.mount("https://", _NoHostName())

    def call(self, method, path, body=None):
        answer = self._session.request(method, self._url + path, json=body, timeout=40)
        answer.raise_for_status()
        return answer.json()

    def run(self, method, path, body=None):
        """Submit a job and wait for its end; returns its status."""
        job = self.call(method, path, body)
        ends = ("success", "error", "canceled")
        until(lambda: self.call("GET", f"/2/jobs/{job}")["status"] in ends, "a job", within_s=120)
        return self.call("GET", f"/2/jobs/{job}")["status"]


class _NoHostName(HTTPAdapter):
    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, assert_hostname=False, **kwargs)


def instance(lab, name, **more):
    return {
        "__version__": 1,
        "mode": "create",
        "instance_name": name,
        "disk_template": "file",
        "disks": [{"size": 100}],
        "nics": [{}],
        "pnode": lab.node_name,
        "os_type": lab.os_type,
        "name_check": False,
        "ip_check": False,
        **more,
    }


def leftovers(name):
    """What a laboratory that is gone should have taken with it."""
    mark = f"snf-{name}-"
    link = Path("/sys/class/net") / name.replace("ganeti-", "snflab")
    places = [*Path("/tmp").glob(f"{mark}*"), records.folder() / f"{name}.json", link]
    found = [str(place) for place in places if place.exists()]
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            # Where it works, what it was called with, what is mounted where it lives.
            seen = [str((process / "cwd").readlink()), (process / "cmdline").read_text()]
            if any(mark in text for text in [*seen, (process / "mountinfo").read_text()]):
                found.append(f"{process}: {seen}")
    return found


def labs_command(*words):
    return subprocess.run(
        [sys.executable, "-m", "labs", *words],
        check=False,
        cwd=SYSTEM,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture(scope="module")
def clusters() -> Iterator[list[GanetiLab]]:
    with GanetiLab() as one, GanetiLab() as two:
        yield [one, two]


def test_postgres_answers_and_its_databases_are_apart():
    with PostgresLab() as lab:
        urls = [lab.create_database(name).replace("+psycopg", "") for name in ("one", "two")]

        with psycopg.connect(urls[0]) as connection:
            connection.execute("CREATE TABLE server (id int)")
        with psycopg.connect(urls[1]) as connection, pytest.raises(psycopg.errors.UndefinedTable):
            connection.execute("SELECT id FROM server")


def test_postgres_leaves_nothing_though_a_client_is_connected():
    with PostgresLab() as lab:
        name = lab.name
        connection = psycopg.connect(lab.url.replace("+psycopg", ""))

    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")
    connection.close()
    assert [] == leftovers(name)


def test_a_given_directory_stays_and_an_unreachable_one_is_named(tmp_path):
    tmp_path.chmod(0o700)

    if os.geteuid() == 0:
        with pytest.raises(LabFailed, match=str(tmp_path)):
            PostgresLab(tmp_path).start()
    else:
        with PostgresLab(tmp_path):
            assert (tmp_path / "data").is_dir()

    assert tmp_path.is_dir()


def test_rabbitmq_carries_a_message_between_virtual_hosts_of_their_own():
    kombu = pytest.importorskip("kombu")
    with RabbitLab() as lab:
        name = lab.name
        lab.ctl("add_vhost", "cluster-1")
        lab.ctl("set_permissions", "--vhost", "cluster-1", "lab", ".*", ".*", ".*")
        with kombu.Connection(lab.url, virtual_host="cluster-1") as connection:
            queue = connection.SimpleQueue("notices")
            queue.put({"job": 7})
            assert {"job": 7} == queue.get(timeout=10).payload
            queue.close()

    assert [] == leftovers(name)


def test_a_created_instance_appears_on_its_cluster_and_on_no_other(clusters):
    one, two = clusters

    assert "success" == Rapi(one).run("POST", "/2/instances", instance(one, "only-here"))

    assert ["only-here"] == one.instances()
    assert [] == two.instances()
    assert "success" == Rapi(one).run("DELETE", "/2/instances/only-here")
    assert [] == one.instances()


def test_the_certificate_of_one_cluster_does_not_open_another(clusters):
    one, two = clusters
    stranger = Rapi(one)
    stranger._url = two.rapi_url

    with pytest.raises(requests.exceptions.SSLError):
        stranger.call("GET", "/2/info")


def test_the_password_is_needed(clusters):
    rapi = Rapi(clusters[0])
    rapi._session.auth = ("synnefo", "guess")

    with pytest.raises(requests.HTTPError, match="401"):
        rapi.call("GET", "/2/instances")


def test_a_stopped_rapi_refuses_and_a_restarted_one_answers(clusters):
    lab = clusters[0]

    lab.stop_rapi()
    with pytest.raises(requests.ConnectionError):
        Rapi(lab).call("GET", "/2/info")
    lab.restart_rapi()

    assert "cluster.c" in Rapi(lab).call("GET", "/2/info")["name"]


def test_a_taken_number_is_refused(clusters):
    with pytest.raises(LabUnavailable, match=clusters[0].name):
        GanetiLab(clusters[0].number).start()

    assert [] == clusters[0].instances()


def test_a_failing_start_leaves_nothing(monkeypatch):
    taken = []

    def fail(lab):
        taken.append(lab.name)
        raise LabFailed("told to fail")

    monkeypatch.setattr(GanetiLab, "_write_certificate", fail)
    with pytest.raises(LabFailed, match="told to fail"):
        GanetiLab().start()

    assert [] == leftovers(taken[0])


def test_a_killed_run_is_cleared_by_down_and_a_living_one_is_not(clusters):
    script = (
        "from labs import *; lab = GanetiLab(); lab.start(); print(lab.name, flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=SYSTEM,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as run:
        assert run.stdout
        name = run.stdout.readline().strip()
        run.send_signal(signal.SIGKILL)
    assert len(leftovers(name)) > 10  # daemons, their directory, the interface

    done = labs_command("down")

    assert f"{name}: gone" in done.stdout
    assert f"{clusters[0].name}: left alone" in done.stdout
    assert [] == leftovers(name)


def test_a_lab_started_by_hand_answers_until_it_is_taken_down():
    up = labs_command("ganeti", "up")
    name = up.stdout.partition(":")[0]

    listed = labs_command(
        "ganeti", "run", name[-1], "gnt-node", "list", "--no-headers", "-o", "name"
    )
    plain = labs_command("down")
    down = labs_command("down", name)

    assert f"{name}: left alone" in plain.stdout
    assert f"node1.c{name[-1]}.test\n" == listed.stdout
    assert f"{name}: gone\n" == down.stdout
    assert [] == leftovers(name)


def test_fixtures_share_a_lab_and_take_it_away(tmp_path):
    (tmp_path / "test_fixtures.py").write_text(
        "def test_one(postgres_lab): open('name', 'a').write(postgres_lab.name + '\\n')\n"
        "def test_two(postgres_lab): open('name', 'a').write(postgres_lab.name + '\\n')\n"
    )

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "labs.fixtures", "-p", "no:cacheprovider"],
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(SYSTEM)},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert "2 passed" in done.stdout
    names = (tmp_path / "name").read_text().split()
    assert 1 == len(set(names))
    assert [] == leftovers(names[0])


def test_a_guest_boots_reaches_the_node_and_obeys_its_power_button():
    with GanetiLab(hypervisor="kvm") as lab:
        rapi = Rapi(lab)
        assert "success" == rapi.run(
            "POST", "/2/instances", instance(lab, "guest", disks=[{"size": 64}])
        )

        assert f"{64 * 2048}\n" == lab.ask_guest("guest", "cat /sys/block/vda/size")
        address = f"10.99.{lab.number}"
        lab.ask_guest("guest", f"ip address add {address}.50/24 dev eth0")
        assert " 0% packet loss" in lab.ask_guest("guest", f"ping -c 1 -w 20 {address}.10")

        # Ganeti would kill it only after 300 s: more than the job is given.
        assert "success" == rapi.run("PUT", "/2/instances/guest/shutdown", {"timeout": 300})
        assert "ADMIN_down" == rapi.call("GET", "/2/instances/guest")["status"]


def shake_hands(lab, name):
    """Connect with TLS, trusting the laboratory's authority only."""
    port = int(lab.ldaps_url.rpartition(":")[2])
    context = ssl.create_default_context(cafile=lab.ca_file)
    with (
        socket.create_connection(("127.0.0.1", port), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname=name) as encrypted,
    ):
        return encrypted.getpeercert()["subjectAltName"]


def test_a_ceph_cluster_keeps_what_is_put_and_leaves_nothing():
    with CephLab() as lab:
        name = lab.name

        put = ["rados", "-c", "ceph.conf", "--id", "synnefo", "--keyring"]
        put += [lab.settings["keyring"], "-p", "blocks", "put", "it", "ceph.conf"]
        subprocess.run(put, cwd=lab.directory, check=True, timeout=60)
        lab.pause()
        lab.resume()

        assert "blocks" in lab.ceph("osd", "pool", "ls")

    assert [] == leftovers(name)


def test_an_organisation_stands_in_front_of_a_cloud_that_comes_later():
    with ShibbolethLab(backend="http://127.0.0.1:1") as lab:
        directory = lab.directory

        assert 503 == requests.get(f"{lab.url}/anything", timeout=30).status_code
        protected = "/identity/v3/OS-FEDERATION/identity_providers/x/protocols/y/auth"
        asked = requests.get(f"{lab.url}{protected}", timeout=30)
        assert asked.url.startswith(f"{lab.idp_url}/sso?SAMLRequest=")
        assert "<form" in asked.text

    assert not directory.exists()
    with pytest.raises(requests.ConnectionError):
        requests.get(asked.url, timeout=5)


def test_a_directory_proves_its_name_hangs_and_comes_back():
    with LdapLab(people=3) as lab:
        assert (("DNS", "localhost"),) == shake_hands(lab, "localhost")
        with pytest.raises(ssl.SSLCertVerificationError):
            shake_hands(lab, "127.0.0.1")

        lab.pause()
        with pytest.raises(TimeoutError):
            shake_hands(lab, "localhost")
        lab.resume()
        lab.kill()
        with pytest.raises(ConnectionRefusedError):
            shake_hands(lab, "localhost")
        lab.restart()

        assert shake_hands(lab, "localhost")
        directory = lab.directory

    assert not directory.exists()


def test_missing_packages_are_installed_and_the_policy_comes_back(monkeypatch, tmp_path):
    calls = []
    policy = tmp_path / "policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 0\n")
    monkeypatch.setattr(records, "folder", lambda: tmp_path)
    monkeypatch.setattr(packages, "POLICY", policy)
    monkeypatch.setattr(packages, "POLICY_ASIDE", tmp_path / "aside")
    monkeypatch.setitem(packages.GROUPS, "odd", (packages.Need("no-such-package", "no/such/file"),))

    def refuse(command):
        calls.append((command[-1], policy.read_text()))
        return subprocess.CompletedProcess(command, 100, "E: Unable to locate package")

    monkeypatch.setattr(packages, "_apt", refuse)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(LabFailed, match="Unable to locate"):
        packages.ensure("odd")

    assert ["no-such-package", "update", "no-such-package"] == [word for word, _ in calls]
    assert all("exit 101" in text for _, text in calls)
    assert "#!/bin/sh\nexit 0\n" == policy.read_text()
    assert not (tmp_path / "aside").exists()


def test_who_is_not_root_is_told_the_command(monkeypatch):
    monkeypatch.setitem(packages.GROUPS, "odd", (packages.Need("no-such-package", "no/such/file"),))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with pytest.raises(
        LabUnavailable, match="apt-get install --no-install-recommends no-such-package"
    ):
        packages.ensure("odd")


def test_records_hold_no_secret_that_others_can_read():
    folder = records.folder()

    assert 0o700 == folder.stat().st_mode & 0o777
    for path in folder.glob("*.json"):
        assert json.loads(path.read_text())["name"] == path.stem
