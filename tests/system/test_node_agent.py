# SPDX-License-Identifier: Apache-2.0
"""The program that keeps a node's rules: killed at any moment it ends with exactly the right ones."""

import itertools
import subprocess
import sys

import pytest

from synnefo_core.contracts.nodes import Direction, Mode, Network, Rule
from tests.plugins.node_ganeti.portdocs import ANY4, ANY6, document
from tests.system.labs import LabFailed, frames
from tests.system.labs.waiting import until
from tests.system.wired import Guest, arrives, rules_of

pytestmark = pytest.mark.system

IN = Direction.INGRESS
TCP = 6


@pytest.fixture
def daemon():
    """Return a function that starts the daemon of a node."""
    started = []

    def start(node) -> subprocess.Popen:
        started.append(node.start())
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def expected(world, node, name) -> str:
    """Return what the kernel would say of the rules that the node should have."""
    scratch = world.machine(name)
    scratch.run("nft", "-f", "-", text=node.run("rules"))
    return rules_of(scratch)


def web(port: int) -> tuple[Rule, ...]:
    return (ANY4, ANY6, Rule(IN, 4, TCP, port, port))


def test_killed_at_any_moment_it_ends_with_exactly_the_right_rules(world, daemon):
    node = world.node("killed", "br0")
    guests = [world.guest(f"k{number}", node, document(number), "br0") for number in (1, 2)]
    told = guests[1].document
    ports = itertools.count(1000)

    for pause_s in (0.0, 0.3, 0.32, 0.34, 0.36, 0.4):
        process = daemon(node)
        told = document(2, version=told.version + 1, rules=web(next(ports)))
        node.tell(told)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(pause_s)
        node.kill(process)
    survivor = daemon(node)

    until(lambda: not list((node.state / "incoming").iterdir()), "the document", within_s=30)
    wanted = expected(world, node, "scratch1")
    assert f"th dport {told.rules[-1].first}" in wanted.replace("tcp dport", "th dport")
    until(lambda: wanted == node.rules(), "the new rules", within_s=30)
    node.kill(survivor)  # the rules stay, and nothing changes while frames are on their way
    probe = frames.tcp("10.0.0.1", "10.0.0.2", (9, told.rules[-1].first))
    last = frames.tcp("10.0.0.1", "10.0.0.2", (9, told.rules[-1].first - 1))
    ways = [frames.ether(guests[0].mac, guests[1].mac, frames.IP4, each) for each in (probe, last)]
    assert [True, False] == [arrives(guests[0], guests[1], frame) for frame in ways]


def test_a_second_daemon_is_told_who_the_first_one_is(world, daemon):
    node = world.node("lonely", "br0")
    file = node.state / "daemon"
    first = daemon(node)
    until(lambda: file.exists() and file.read_text(), "the first daemon", within_s=30)

    with pytest.raises(LabFailed, match=f"process {file.read_text()} is the daemon of"):
        node.run("run")

    assert first.poll() is None
    node.kill(first)
    daemon(node)
    until(lambda: node.rules() != "", "its successor's rules", within_s=30)


def test_what_somebody_changed_by_hand_is_put_back(world):
    node = world.node("meddled", "br0")
    world.guest("m1", node, document(1), "br0")
    before = node.rules()
    chain = next(word for word in before.split() if word.startswith("in-tap-m1-"))

    node.machine.run("nft", "insert", "rule", "bridge", "synnefo", chain, "accept")
    assert before != node.rules()
    node.run("apply")

    assert before == node.rules()


REFUSED = """
import sys
from synnefo_node_ganeti.net import main, matches
whole = matches._match
matches._match = lambda rule, sets: "no such match" if rule.first == 66 else whole(rule, sets)
sys.exit(main.main(sys.argv[1:]))
"""
"""The command, with a rule that makes a text that nftables does not understand."""


def test_a_card_whose_rules_the_kernel_refuses_holds_up_no_other(world):
    node = world.node("picky", "br0")
    guests = [world.guest(f"p{number}", node, document(number), "br0") for number in (1, 2, 3)]
    for guest, port in zip(guests[:2], (66, 443), strict=True):
        guest.document = document(int(guest.machine.name[1:]), version=2, rules=web(port))
        node.tell(guest.document)

    _, *words = node.words("apply")
    with pytest.raises(LabFailed, match=r"rules of card tap-p1: (?s:.*)no such match"):
        node.machine.run(sys.executable, "-c", REFUSED, *words)

    probes = [
        frames.ether(guests[2].mac, guest.mac, frames.IP4, frames.tcp("10.0.0.3", guest.ip(), way))
        for guest, way in ((guests[0], (9, 22)), (guests[0], (9, 66)), (guests[1], (9, 443)))
    ]
    reached = [guests[0], guests[0], guests[1]]
    told = [arrives(guests[2], guest, probe) for guest, probe in zip(reached, probes, strict=True)]
    assert [False, False, True] == told
    node.run("apply")
    assert arrives(guests[2], guests[0], probes[1])


def test_an_older_document_and_a_forged_one_change_nothing(world):
    node = world.node("stubborn", "br0")
    guest = world.guest("s1", node, document(1, version=5, rules=web(80)), "br0")
    before = node.rules()

    node.tell(document(1, version=4, rules=web(443)))
    node.run("apply")
    (node.state / "incoming/forged").write_text(document(1, version=6, rules=()).to_json())
    node.run("apply")

    assert before == node.rules()
    guest.change(rules=web(443))
    assert before != node.rules()


def test_a_card_that_goes_with_its_machine_leaves_nothing(world, daemon):
    node = world.node("clean", "br0")
    empty = node.machine.run("ip", "rule") + node.machine.run("ip", "neighbour", "show", "proxy")
    node.run("apply")
    nothing = node.rules()
    daemon(node)
    network = Network("far", Mode.ROUTED, "100", 1400, "02:00:01")
    for tap, told, link in (
        ("tap0", document(1), "br0"),
        ("tap1", document(2, network=network), "100"),
    ):
        node.machine.ask("tap", name=tap)
        node.tell(told)
        node.plug(tap, told, link)
        assert tap in node.rules()

    for tap in ("tap0", "tap1"):
        node.machine.ask("drop", name=tap)

    until(lambda: node.rules() == nothing, "the rules to go", within_s=10)
    after = node.machine.run("ip", "rule") + node.machine.run("ip", "neighbour", "show", "proxy")
    assert empty == after
    assert not list((node.state / "cards").iterdir())


def test_what_is_cleared_is_gone(world):
    node = world.node("cleared", "br0")
    world.guest("c1", node, document(1), "br0")

    node.run("clear")

    assert "" == node.rules()


def routed(number: int, **changes) -> dict:
    network = Network("world", Mode.ROUTED, "100", 1400, "02:00:01")
    return document(number, network=network, **changes)


def test_a_node_routes_for_cards_without_a_bridge(world):
    node = world.node("router", "br0")
    outside = world.machine("outside")
    world.cable((node.machine, "up0"), (outside, "eth0"))
    node.machine.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/conf/up0/forwarding")
    node.machine.ip(
        "address add 192.0.2.1/24 dev up0\nroute add default via 192.0.2.2 table 100\nrule add iif up0 table 100"
    )
    outside.ip("address add 192.0.2.2/24 dev eth0\nroute add 10.0.0.0/24 dev eth0")
    rules = (ANY4, Rule(IN, 4, TCP, 80, 80))
    one, two = (
        world.guest(f"r{number}", node, routed(number, rules=rules), "100") for number in (1, 2)
    )
    for guest in (one, two):
        guest.machine.ip("route add default via 10.0.0.254")
        guest.machine.ask("listen", address=guest.ip(), port=80)
        guest.machine.ask("listen", address=guest.ip(), port=81)
    outside.ask("listen", address="192.0.2.2", port=80)
    outside.ask("watch", interface="eth0")

    def opens(machine, address, port, within_s=5.0) -> bool:
        return machine.ask("connect", address=address, port=port, name="c", within_s=within_s)

    assert opens(one.machine, "192.0.2.2", 80)
    assert opens(one.machine, two.ip(), 80)
    assert opens(outside, two.ip(), 80)
    assert not opens(outside, two.ip(), 81, within_s=0.5)
    assert not opens(one.machine, two.ip(), 81, within_s=0.5)
    assert spoofs_are_dropped(one, outside)


def spoofs_are_dropped(guest: Guest, outside) -> bool:
    """Whether only what has the guest's own address comes out of the node."""
    router = guest.node.machine.run("cat", f"/sys/class/net/{guest.tap}/address").strip()
    packets = [frames.udp(source, "192.0.2.2", (5, 6)) for source in ("10.0.0.2", guest.ip())]
    for each in packets:
        guest.send(frames.ether(guest.mac, router, frames.IP4, each))
    came = []

    def has_come() -> bool:
        came[:] = outside.ask("all", interface="eth0")
        return any(guest_udp(frame, guest.ip()) for frame in came)

    until(has_come, "the honest one", within_s=5)
    return not any(guest_udp(frame, "10.0.0.2") for frame in came)


def guest_udp(frame: str, source: str) -> bool:
    return frames.ipaddress.ip_address(
        source
    ).packed + b"\xc0\x00\x02\x02\0\5\0\6" in bytes.fromhex(frame)
