# SPDX-License-Identifier: Apache-2.0
"""Hostile input at every face: a 4xx with a sentence, nothing half-made, never a 500.

What is asked for comes from the tables of routes, so a new route is tested from its first day.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from sqlalchemy import func, inspect, select, table

from synnefo_core.cloud import Cloud, assemble
from synnefo_core.testing.fixtures import StillClock
from synnefo_core.testing.http import call
from synnefo_core.wsgi import compose
from tests.system import hostile
from tests.system.client import COMPUTE, NETWORK, Client, credentials
from tests.system.deployment import Deployment, deployed
from tests.system.hostile import CHANGING, Probe, answered, ask, connect, head, sentence
from tests.system.labs.waiting import until

pytestmark = pytest.mark.system

IS_FULL = os.environ.get("SCALE", "ci") == "full"
MIB = 2**20
JSON = {"Content-Type": "application/json"}
WRONG_QUERIES = ("9" * 30, "\x00", "é\udcff")
if IS_FULL:
    WRONG_QUERIES += ("", "-1", "\r\nX: y", "'", "null")
VIEWS = "/object-store/ui/view"
WITH_BODY = ("POST", "PUT", "PATCH")

WANTS_MAIL = ("/account/v1.0/feedback",)
"""Paths that are unavailable in a cloud that sends no mail."""


@pytest.fixture(scope="module")
def deployment(tmp_path_factory, postgres_lab) -> Iterator[Deployment]:
    """A whole cloud; PostgreSQL is the stricter database."""
    settings = {"database": {"url": postgres_lab.create_database("bad_input")}}
    with deployed(tmp_path_factory.mktemp("bad"), settings) as deployment:
        deployment.run()
        yield deployment


@pytest.fixture(scope="module")
def inside(deployment) -> Iterator[Cloud]:
    """The same cloud as this process sees it: its tables of routes and of rows."""
    cloud = assemble(data_dir=deployment.data, files=(deployment.config,))
    yield cloud
    cloud.close()


@pytest.fixture(scope="module")
def demo(deployment) -> Client:
    """An ordinary user, whose account is there already."""
    client = Client(deployment)
    client.call("PUT", f"/object-store/v1/AUTH_{client.project_id}/own")
    return client


@pytest.fixture(scope="module")
def admin(deployment) -> Client:
    """An administrator, whom no policy stops before the schema does."""
    return Client(deployment, "synnefo-admin", microversion="latest")


@pytest.fixture
def nothing_made(inside) -> Iterator[None]:
    """Fail when the test left a row more or less anywhere."""
    before = rows(inside)
    yield
    assert before == rows(inside)


def rows(cloud: Cloud) -> dict[str, int]:
    """Return how many rows each table has."""
    with cloud.database.reading() as session:
        names = inspect(session.connection()).get_table_names()
        return {
            name: session.scalar(select(func.count()).select_from(table(name)))
            for name in names
            if not name.startswith(CHANGING)
        }


def refused(answer: requests.Response) -> bool:
    """Whether an answer is an error of the client's with a sentence for it."""
    if answer.request.method == "HEAD":
        return 400 <= answer.status_code < 500
    said = sentence(answer)
    is_sentence = " " in said and "Traceback" not in said
    return is_sentence and (400 <= answer.status_code < 500 or answer.status_code == 501)


def wrong(probe: Probe, answer: requests.Response, sent: object = "") -> str:
    """Describe an answer that should have been another."""
    return f"{probe} {str(sent)[:60]!r}: {answer.status_code} {answer.text[:200]}"


# -- Who asks --------------------------------------------------------------------------------


def forged(token: str) -> dict[str, str]:
    """Return tokens that are none, by what is wrong with them."""
    turned = token[:-5] + ("A" if token[-5] != "A" else "B") + token[-4:]
    return {
        "none": "",
        "made up": "gAAAAABnonsense",
        "turned": turned,
        "cut off": token[:-10],
        "long": "x" * 8000,
        "not ASCII": "gAAAA\xe9\xff",
        "SQL": "' OR 1=1 --",
    }


def test_every_route_wants_a_token_unless_it_is_public(deployment, inside, demo, nothing_made):
    wrongly = []
    for what, token in forged(demo.token).items():
        # All routes without a token, the first of each face with the others.
        seen: set[str] = set()
        for probe in hostile.probes(inside):
            if probe.route.is_public or (token and probe.face in seen):
                continue
            seen.add(probe.face)
            headers = {"X-Auth-Token": token.encode("latin-1")} if token else {}
            url = deployment.url + probe.path
            answer = requests.request(probe.route.method, url, headers=headers, timeout=20)
            if answer.status_code != 401 or not refused(answer):
                wrongly.append(wrong(probe, answer, what))

    assert [] == wrongly


def test_a_token_that_has_expired_is_none(deployment, inside):
    yesterday = StillClock(time.time() - 2 * 86400)
    cloud = assemble(data_dir=deployment.data, files=(deployment.config,), clock=yesterday)
    with contextlib.closing(cloud):
        body = credentials(deployment)
        made = call(compose.application(cloud), "POST", "/identity/v3/auth/tokens", body=body)
    token = made.headers["X-Subject-Token"]

    answer = requests.get(
        f"{deployment.url}{COMPUTE}/servers", headers={"X-Auth-Token": token}, timeout=20
    )

    assert 201 == made.status_int
    assert (401, True) == (answer.status_code, refused(answer))


@pytest.mark.parametrize("wrongly", ["name", "password", "domain", "project"])
def test_a_wrong_login_does_not_tell_what_was_wrong(deployment, wrongly, nothing_made):
    body = credentials(deployment)
    user = body["auth"]["identity"]["password"]["user"]
    match wrongly:
        case "domain":
            user["domain"] = {"id": "nowhere"}
        case "project":
            body["auth"]["scope"]["project"]["name"] = "nothing"
        case name:
            user[name] = "wrong"

    answer = requests.post(f"{deployment.url}/identity/v3/auth/tokens", json=body, timeout=20)

    assert 401 == answer.status_code
    assert "The request you have made requires authentication." == sentence(answer)


# -- Bodies ----------------------------------------------------------------------------------


@pytest.mark.parametrize("what", hostile.NO_DOCUMENT)
def test_what_is_no_document_is_refused_by_every_route(inside, admin, what, nothing_made):
    wrongly = []
    for probe in hostile.probes(inside):
        if probe.route.method not in WITH_BODY or probe.route.is_stream:
            continue
        content = hostile.NO_DOCUMENT[what]
        answer = ask(admin, probe, data=content, headers=JSON)
        wanted = (400, 415) if probe.route.body is not None else (400, 404, 501, *range(200, 300))
        is_fine = answer.status_code in wanted and (answer.ok or refused(answer))
        if not is_fine:
            wrongly.append(wrong(probe, answer, what))

    assert [] == wrongly


@pytest.mark.parametrize("what", hostile.WRONG_DOCUMENTS)
def test_a_document_of_another_form_is_refused(inside, admin, what, nothing_made):
    wrongly = []
    for probe in hostile.probes(inside):
        if probe.route.body is None:
            continue
        content = hostile.WRONG_DOCUMENTS[what]
        answer = ask(admin, probe, data=content, headers=JSON)
        if answer.status_code not in (400, 415) or not refused(answer):
            wrongly.append(wrong(probe, answer, what))

    assert [] == wrongly


def test_no_value_of_any_field_is_a_fault_of_ours(deployment, inside, admin, demo):
    values = hostile.WRONG_VALUES if IS_FULL else hostile.WRONG_VALUES[::2]
    wrongly = []
    for probe in hostile.probes(inside):
        for document in hostile.wrong_documents(probe.route.body or {}, values):
            answer = ask(admin, probe, json=document)
            if answer.status_code == 401:  # a document before has ended all tokens
                admin.log_in()
                answer = ask(admin, probe, json=document)
            is_mail = answer.status_code == 503 and probe.path in WANTS_MAIL
            if not (answer.ok or is_mail or refused(answer)):
                wrongly.append(wrong(probe, answer, document))
    demo.agree_to_terms()

    assert [] == wrongly
    assert [] == deployment.listing("quota", "verify")
    assert demo.get(f"{COMPUTE}/servers")["servers"] == []


def test_no_value_in_a_query_is_a_fault_of_ours(inside, admin, nothing_made):
    wrongly = []
    listings = [probe for probe in hostile.probes(inside) if probe.route.method == "GET"]
    asked = [
        (each, query)
        for each in listings
        for query in hostile.wrong_queries(each.route, WRONG_QUERIES)
    ]
    for probe, query in asked:
        answer = ask(admin, probe, params=query)
        if not (answer.ok or refused(answer)):
            wrongly.append(wrong(probe, answer, query))

    assert [] == wrongly


def test_a_body_is_never_read_beyond_its_limit(deployment, inside, admin, nothing_made):
    routes = [p for p in hostile.probes(inside) if p.route.body is not None]
    length = str(10**12)
    for probe in {probe.face: probe for probe in routes}.values():
        with connect(deployment.url) as announced:
            announced.sendall(
                head(probe.route.method, probe.path, admin.token, Content_Length=length)
            )
            assert 413 == answered(announced), f"{probe} announced"

        assert hostile.answer_to_endless(deployment.url, probe, admin.token) in (413, 0), (
            f"{probe} endless"
        )


# -- Paths and headers -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/nothing", "/../../etc/passwd", "/%00", "/%ff%fe", "/servers/%2e%2e", "/a" * 2000]
)
def test_an_unknown_path_is_not_found(deployment, inside, admin, path, nothing_made):
    prefixes = {api.prefix for api in compose.faces(inside)} | {""}
    # There any path may name an object, and who may know whether it does is asked first.
    for prefix in sorted(prefixes - {"/object-store/v1", VIEWS}):
        answer = admin.ask("GET", prefix + path)

        assert answer.status_code in (400, 404, 414), f"{prefix}{path}: {answer.text[:100]}"
        assert refused(answer)


def test_what_is_not_there_is_not_found(inside, admin, nothing_made):
    wrongly = []
    for probe in hostile.probes(inside, missing=hostile.NOWHERE):  # others may have been made
        if probe.route.method not in ("GET", "DELETE") or not hostile.parameters(probe.route):
            continue
        answer = ask(admin, probe)
        if not (answer.ok or refused(answer)) or (
            answer.status_code == 204 and probe.route.method == "DELETE"
        ):
            wrongly.append(wrong(probe, answer))

    assert [] == wrongly


@pytest.mark.parametrize(
    "name",
    [
        "../../../../../../tmp/{mark}",
        "..%2f..%2f..%2ftmp%2f{mark}",
        "/tmp/{mark}",
        "a/./b/../{mark}",
        "{mark}%0d%0aSet-Cookie:%20a=b",
        "{mark}%0a00:00:00 ERROR of mine",
        "%e2%80%ae{mark}",
    ],
)
def test_a_name_is_only_a_name(deployment, demo, tmp_path, name):
    mark = uuid.uuid4().hex
    account = f"/object-store/v1/AUTH_{demo.project_id}"
    demo.call("PUT", f"{account}/names")
    request = head(
        "PUT",
        f"{account}/names/{name.format(mark=mark).replace(' ', '%20')}",
        demo.token,
        Content_Length="1",
        Connection="close",
    )

    with connect(deployment.url) as connection:
        connection.sendall(request + b"x")
        status = answered(connection)
    listed = demo.get(f"{account}/names?format=json")
    answers = [demo.ask("GET", f"{account}/names?prefix={mark[:3]}")]

    assert 201 == status
    assert 1 == len([entry for entry in listed if mark in entry["name"]])
    assert not any("Set-Cookie" in answer.headers for answer in answers)
    assert not list(deployment.directory.rglob(f"*{mark}*"))
    assert not Path(f"/tmp/{mark}").exists()
    log = "\n".join(line for daemon in deployment.daemons for line in daemon.said())
    assert "\n00:00:00 ERROR of mine" not in log


def test_nobody_says_for_the_cloud_where_it_is(deployment, demo):
    answer = demo.ask("GET", f"{COMPUTE}/servers", headers={"Host": "evil.example"})
    versions = requests.get(f"{deployment.url}/identity/v3", headers={"Host": "evil"}, timeout=9)

    assert "evil" not in answer.text + versions.text


@pytest.mark.parametrize(
    "raw",
    [
        b"nonsense\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: many\r\n\r\n",
        head("POST", "/identity/v3/auth/tokens", Transfer_Encoding="chunked") + b"zz\r\n",
        head("POST", "/identity/v3/auth/tokens", Transfer_Encoding="chunked", Content_Length="3"),
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"GET /" + b"y" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
    ids=lambda raw: raw[:40].decode("latin-1").split("\r")[0],
)
def test_what_is_not_http_is_refused(deployment, raw, nothing_made):
    with connect(deployment.url) as connection:
        with contextlib.suppress(ConnectionError):  # it may hang up before it has read all
            connection.sendall(raw)
        with contextlib.suppress(OSError):  # ENOTCONN: it has hung up
            connection.shutdown(socket.SHUT_WR)
        status = answered(connection)

    assert status == 0 or 400 <= status < 500 or status == 505
    assert deployment.is_healthy()


# -- Other people's things -------------------------------------------------------------------


@pytest.fixture(scope="module")
def foreign(admin) -> dict[str, str]:
    """Things of another project, by the name that paths have for their ids."""

    def make(path: str, noun: str, **body: object) -> str:
        made = admin.call("POST", path, json={noun: body} if noun else body).json()
        return str((made[noun] if noun else made)["id"])

    network = make(f"{NETWORK}/networks", "network", name="theirs")
    cidr = {"cidr": "10.7.0.0/24", "ip_version": 4}
    subnet = make(f"{NETWORK}/subnets", "subnet", network_id=network, **cidr)
    port = make(f"{NETWORK}/ports", "port", network_id=network)
    image = {"name": "theirs", "disk_format": "raw", "container_format": "bare"}
    made = {
        "network_id": network,
        "subnet_id": subnet,
        "port_id": port,
        "image_id": make("/image/v2/images", "", **image),
        "server_id": make(
            f"{COMPUTE}/servers",
            "server",
            name="theirs",
            flavorRef="1",
            networks=[{"uuid": network}],
        ),
        "project_id": admin.project_id,
        "user_id": admin.user_id,
        "account": f"AUTH_{admin.project_id}",
        "container": "theirs",
        "name": "thing",
    }
    admin.settle(made["server_id"])
    account = f"/object-store/v1/{made['account']}"
    admin.call("PUT", f"{account}/theirs")
    admin.call("PUT", f"{account}/theirs/thing", data=b"theirs")
    return made


def test_things_of_others_are_not_there(inside, demo, foreign, nothing_made):
    wrongly = []
    for probe in hostile.probes(inside, foreign):
        is_preflight = probe.route.method == "OPTIONS"  # it tells what a page may try
        is_view = probe.path.startswith(VIEWS)  # there the API's tokens count for nothing
        if is_preflight or is_view or not set(hostile.parameters(probe.route)) & set(foreign):
            continue
        bodies = [None]
        if probe.route.method in WITH_BODY and probe.route.body is not None:
            bodies = [{"network": {}}, {"subnet": {}}, {"port": {}}, {"server": {"name": "mine"}}]
            bodies += [{"os-stop": None}]
        for body in bodies:
            answer = ask(demo, probe, json=body)
            if answer.status_code not in (400, 403, 404, 409, 415, 501):
                wrongly.append(wrong(probe, answer, body))

    assert [] == wrongly


def test_things_of_others_cannot_be_used(deployment, demo, foreign, nothing_made):
    server = {"name": "mine", "flavorRef": "1"}
    port = {"network_id": foreign["network_id"]}
    container = f"/object-store/v1/AUTH_{demo.project_id}/mine"
    thing = f"{foreign['container']}/{foreign['name']}"
    image = {"name": "x", "disk_format": "raw", "container_format": "bare"}
    tries = [
        (f"{COMPUTE}/servers", {"server": server | {"networks": [{"uuid": port["network_id"]}]}}),
        (f"{COMPUTE}/servers", {"server": server | {"networks": [{"port": foreign["port_id"]}]}}),
        (f"{COMPUTE}/servers", {"server": server | {"imageRef": foreign["image_id"]}}),
        (f"{NETWORK}/ports", {"port": port}),
        (f"{NETWORK}/subnets", {"subnet": port | {"cidr": "10.9.0.0/24", "ip_version": 4}}),
        ("/image/v2/images", image | {"synnefo_object": thing}),
    ]

    for path, body in tries:
        answer = demo.ask("POST", path, json=body)

        assert answer.status_code in (400, 404), f"{path} {body}: {answer.text}"
        assert refused(answer)
    answer = demo.ask("PUT", container, headers={"X-Copy-From": f"/{thing}"})
    assert answer.status_code < 500
    demo.ask("DELETE", container)


# -- Uploads that break off ------------------------------------------------------------------


@pytest.mark.parametrize("is_chunked", [False, True], ids=["announced", "chunked"])
def test_an_upload_that_breaks_off_leaves_nothing(deployment, inside, demo, is_chunked):
    account = f"/object-store/v1/AUTH_{demo.project_id}"
    demo.call("PUT", f"{account}/uploads")
    before = rows(inside)
    length = {"Transfer_Encoding": "chunked"} if is_chunked else {"Content_Length": str(20 * MIB)}

    with connect(deployment.url) as connection:
        connection.sendall(head("PUT", f"{account}/uploads/half", demo.token, **length))
        connection.sendall(b"%x\r\n" % (6 * MIB) if is_chunked else b"")
        connection.sendall(os.urandom(6 * MIB))
    connection.close()

    until(lambda: rows(inside) == before, "the upload to be forgotten", within_s=20)
    assert 404 == demo.ask("GET", f"{account}/uploads/half").status_code
    assert [] == demo.get(f"{account}/uploads?format=json")


def test_an_upload_of_other_bytes_than_promised_is_refused(demo, nothing_made):
    account = f"/object-store/v1/AUTH_{demo.project_id}"
    etag = {"ETag": "0" * 32}

    demo.call("PUT", f"{account}/etags")
    answer = demo.ask("PUT", f"{account}/etags/o", data=b"content", headers=etag)
    gone = demo.ask("GET", f"{account}/etags/o").status_code
    demo.call("DELETE", f"{account}/etags")

    assert (422, 404) == (answer.status_code, gone)


def test_slow_clients_hold_up_nobody(deployment, demo):
    with contextlib.ExitStack() as stack:
        for number in range(100):
            slow = stack.enter_context(connect(deployment.url))
            path = f"/object-store/v1/AUTH_{demo.project_id}/c/{number}"
            request = head("PUT", path, demo.token, Content_Length=str(MIB)) + b"x" * 1000
            slow.sendall(request if number % 2 else request[:60])
        begun = time.monotonic()

        demo.get(f"{COMPUTE}/servers")

        assert time.monotonic() - begun < 5
