# SPDX-License-Identifier: Apache-2.0
"""The figures are computed as they are said to be."""

import json
import threading
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from argon2.exceptions import VerifyMismatchError

from tools.bench import (
    arithmetic,
    comparison,
    compute,
    images,
    networks,
    rounds,
    storage,
    tables,
    uwsgi,
    volumes,
)
from tools.bench.asking import carry_out
from tools.bench.bcrypt_login import Bcrypt
from tools.bench.cases import CASES, Case, Target
from tools.bench.clouds import Running
from tools.bench.load import Load, Plan
from tools.bench.promises import Promise


@pytest.mark.parametrize(
    "share, expected",
    [(0.5, 50), (0.99, 99), (0.991, 100), (1.0, 100), (0.001, 1)],
)
def test_a_percentile_is_the_smallest_value_that_enough_do_not_exceed(share, expected):
    values = list(range(100, 0, -1))

    assert expected == arithmetic.percentile(values, share)


def test_a_percentile_of_one_value_is_that_value():
    assert 7.0 == arithmetic.percentile([7.0], 0.99)


def test_a_ratio_compares_each_round_with_itself():
    # The machine was four times slower in the last round; for both.
    over, under = [200.0, 210.0, 50.0], [100.0, 100.0, 25.0]

    assert 2.0 == arithmetic.ratio(over, under)


@pytest.mark.parametrize("under", [[], [1.0], [1.0, 0.0]])
def test_there_is_no_ratio_to_rounds_that_are_missing_or_zero(under):
    assert arithmetic.ratio([1.0, 2.0], under) is None


def test_the_spread_is_the_range_as_a_share_of_the_median():
    assert 0.5 == arithmetic.spread([100.0, 80.0, 130.0])


def outcome(**changes):
    """Return what the generator says of 200 requests in two seconds."""
    return {"requests": 200, "seconds": 2.0, "generator_cpu_s": 0.5, "problems": {}} | changes


def test_processor_time_is_given_for_a_thousand_requests():
    figures = rounds.sample(outcome(), cpu_s=1.0, database_cpu_s=0.2, object_bytes=0)

    assert 100.0 == figures["requests_per_s"]
    assert 5.0 == figures["cpu_s_per_1000"]
    assert 1.0 == figures["database_cpu_s_per_1000"]
    assert 0.25 == figures["generator_share"]


def test_large_objects_are_given_in_mib_per_second_and_processor_time_per_gib():
    figures = rounds.sample(
        outcome(requests=32), cpu_s=6.0, database_cpu_s=0.0, object_bytes=64 << 20
    )

    assert 1024.0 == figures["mib_per_s"]
    assert 3.0 == figures["cpu_s_per_gib"]


def run(requests_per_s):
    """Return a run of one case in one round on two runtimes."""
    case = Case("servers", 1, lambda _target: None)
    results = [
        rounds.result(
            case,
            runtime,
            [
                dict.fromkeys(rounds.FIGURES, value)
                | {"generator_share": 0.9, "problems": {}, "requests_per_s": value}
            ],
        )
        for runtime, value in requests_per_s.items()
    ]
    return {
        "at": "2026-11-20T00:00:00Z",
        "revision": "abc",
        "machine": {"cpus": 2},
        "settings": {},
        "versions": {},
        "results": results,
        "ratios": rounds.ratios(results, ["eventlet", "threads"]),
    }


def test_the_other_runtimes_are_compared_with_the_first():
    ratios = run({"eventlet": 100.0, "threads": 150.0})["ratios"]

    assert [("threads", "eventlet", 1.5)] == [
        (row["of"], row["to"], row["ratios"]["requests_per_s"]) for row in ratios
    ]


@pytest.mark.parametrize(
    "promise, expected",
    [
        (Promise("servers-c1", "requests_per_s", least=1.5), "kept"),
        (Promise("servers-c1", "requests_per_s", least=1.6), "MISSED"),
        (Promise("servers-c1", "requests_per_s", share=1.5), "kept"),
        (Promise("servers-c1", "requests_per_s", share=1.4), "MISSED"),
        (Promise("servers-c1", "requests_per_s", most=100), "kept"),
        (Promise("servers-c1", "requests_per_s", most=99), "MISSED"),
    ],
)
def test_a_comparison_says_whether_what_was_promised_is_kept(promise, expected):
    results = run({"keystone": 200 / 3, "eventlet": 100.0})["results"]
    ratios = rounds.ratios(results, ["keystone", "eventlet"])

    assert expected == promise.line(results, ratios, "keystone").split(":")[0]


def test_nothing_is_said_of_what_was_not_measured():
    assert not Promise("servers-c8", "p99_ms", most=1).line(
        run({"eventlet": 1.0})["results"], [], "keystone"
    )


def test_the_cheap_login_method_knows_its_own_hashes():
    pytest.importorskip("bcrypt", reason="requirements-bench.txt is not installed")
    function = Bcrypt()

    hashed = function.hash(b"secret")

    function.verify(hashed, b"secret")
    assert not function.check_needs_rehash(hashed)
    with pytest.raises(VerifyMismatchError):
        function.verify(hashed, b"other")


def test_two_runs_are_compared_case_by_case():
    old, new = run({"eventlet": 100.0}), run({"eventlet": 250.0, "threads": 9.0})

    text = tables.comparison(old, new)

    assert "100 > 250 2.50x" in text
    assert "threads" not in text


def test_a_busy_generator_is_marked():
    assert "90%!" in tables.line(run({"eventlet": 1.0})["results"][0])


BESIDE = (comparison, compute, images, networks, storage, volumes)
"""What is compared with peers."""


@pytest.mark.parametrize("cases", [CASES, *(ours.CASES for ours in BESIDE)])
def test_no_two_cases_have_one_name(cases):
    keys = [case.key for case in cases if case is not comparison.ISSUE_BY_DEFAULT]

    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("ours", BESIDE, ids=lambda ours: ours.__name__)
def test_what_is_promised_is_measured(ours):
    promised = {promise.case for promise in ours.PROMISES}

    assert promised <= {case.key for case in ours.CASES}


def test_a_service_is_served_without_the_filter_that_asks_keystone(tmp_path):
    shipped, served = tmp_path / "etc" / "api-paste.ini", tmp_path / "served"
    shipped.parent.mkdir()
    served.mkdir()
    shipped.write_text("pipeline = cors authtoken app\n[filter:authtoken]\n")

    made = uwsgi.without_authentication(shipped, served)

    assert "pipeline = cors app\n[filter:authtoken]\n" == made.read_text()
    assert served / "api-paste.ini" == made


class Store(BaseHTTPRequestHandler):
    """Keeps what it is given; says 507 to the third."""

    protocol_version = "HTTP/1.1"
    bodies: dict[str, bytes]

    def do_PUT(self):
        self.bodies[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(507 if self.path.endswith("/3") else 201)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def store():
    handler = type("AStore", (Store,), {"bodies": {}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port, handler.bodies
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("size", [4096, (4 << 20) + 5])
def test_the_generator_sends_new_bytes_with_each_object(store, size):
    port, bodies = store
    plan = Plan(
        port,
        "PUT",
        ["/o/{number}"],
        [{"X-Auth-Token": "t"}],
        body_bytes=size,
        status=201,
        connections=2,
        most=3,
        first=4,
    )

    seen = Load(Plan(**json.loads(json.dumps(asdict(plan))))).run()

    assert {"/o/4", "/o/5", "/o/6"} == set(bodies)
    assert {size} == {len(body) for body in bodies.values()}
    blocks = {
        body[at : at + (4 << 20)] for body in bodies.values() for at in range(0, size, 4 << 20)
    }
    assert 3 * -(-size // (4 << 20)) == len(blocks)
    assert (3, {}) == (seen["requests"], seen["problems"])
    assert seen["sent_bytes"] > 3 * size


def test_the_generator_counts_answers_that_it_did_not_expect(store):
    port, _ = store
    plan = Plan(port, "PUT", ["/o/{number}"], [{}], body="x", status=201, most=5)

    seen = Load(plan).run()

    assert {"status 507": 1} == seen["problems"]


def test_a_plan_may_ask_for_what_was_made_before_it(store):
    port, bodies = store

    def make(target):
        return Plan(target.port, "PUT", ["/made/{number}"], [{}], body="x", status=201)

    def change(target):
        return Plan(target.port, "PUT", sorted(bodies), [{}], body="changed", status=201)

    case = Case("change", 1, change, most=2, before=make)
    side = Running(Target("ours", port, 0, "t", ()), ())

    (result,) = rounds.measure(
        [case],
        [side],
        rounds.Extent(rounds=1, seconds=60.0),
        database_cpu_s=lambda: 0.0,
        tell=lambda _: None,
    )

    assert [] == result["problems"]
    assert [b"changed"] * 2 == list(bodies.values())


def test_what_cases_read_must_be_made(store):
    port, _ = store
    plan = Plan(port, "PUT", ["/o/{number}"], [{}], body="x", status=201, most=5)

    with pytest.raises(RuntimeError, match="status 507"):
        carry_out(plan)
