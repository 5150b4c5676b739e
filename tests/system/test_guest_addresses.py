# SPDX-License-Identifier: Apache-2.0
"""Guests ask with real clients who they are, and hear what their documents say."""

import base64
import ipaddress
import json
import subprocess
import sys

import pytest

from synnefo_core.contracts.dhcp import DhcpOption
from synnefo_core.contracts.nodes import Address, Ipv6, Mode, Network, Subnet
from tests.plugins.node_ganeti.portdocs import ANY4, ANY6, document
from tests.system.labs import LabFailed, frames
from tests.system.labs.waiting import until

pytestmark = pytest.mark.system

SAY = "#!/bin/sh\nenv\n"


@pytest.fixture(scope="module")
def node(world):
    node = world.node("server", "br-red", "br-all")
    node.run("apply")
    process = node.start()
    yield node
    process.terminate()
    process.wait()


@pytest.fixture
def script(tmp_path):
    """Return a program that says what its caller gives it."""
    file = tmp_path / "say"
    file.write_text(SAY)
    file.chmod(0o755)
    return str(file)


def heard(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def ask4(guest, script) -> dict[str, str]:
    """Return what a guest's DHCP client hears."""
    options = [
        word for name in ("mtu", "staticroutes", "dns", "hostname", "tftp") for word in ("-O", name)
    ]
    client = ["busybox", "udhcpc", "-i", "eth0", "-n", "-q", "-f", "-t", "20", "-T", "1"]
    return heard(guest.machine.run(*client, *options, "-s", script))


def ask6(guest, script, tmp_path) -> dict[str, str]:
    """Return what a guest's DHCPv6 client hears."""
    # It gives up at once while its own link-local address may be somebody else's.
    until(lambda: is_settled(guest), "a link-local address", within_s=10)
    client = ["dhclient", "-6", "-1", "-d", "-lf", str(tmp_path / "lease")]
    words = guest.machine.words(*client, "-pf", str(tmp_path / "pid"), "-sf", script, "eth0")
    said: dict[str, str] = {}
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        for line in process.stdout:
            said |= heard(line)
            if "new_ip6_address" in said and "new_dhcp6_name_servers" in said:
                break
        process.kill()
    return said


def is_settled(guest) -> bool:
    shown = guest.machine.run("ip", "-6", "address", "show", "dev", "eth0", "scope", "link")
    return "fe80" in shown and "tentative" not in shown


def private(color: str, prefix: str, dns: str):
    """Return a guest's document: its network shares a bridge and everybody's range."""
    return document(
        1,
        port=f"{color}-1",
        network=Network(color, Mode.FILTERED, "", 1400, prefix),
        mac=f"{prefix}:00:00:01",
        addresses=(Address("10.0.0.1", "s"),),
        subnets=(Subnet("s", "10.0.0.0/24", dns_servers=(dns,)),),
        host_name=color,
    )


def test_a_guest_hears_everything_that_its_subnets_say(world, node, script, tmp_path):
    guest = world.guest("asks", node, document(1), "br-red", is_static=False)

    four = ask4(guest, script)
    six = ask6(guest, script, tmp_path)

    assert ("10.0.0.1", "255.255.255.0") == (four["ip"], four["subnet"])
    assert ("192.0.2.53", "1400", "guest-1") == (four["dns"], four["mtu"], four["hostname"])
    assert "10.0.0.254" == four["router"]
    assert four["staticroutes"].split() == [
        *("169.254.169.254/32", "0.0.0.0"),
        *("10.9.0.0/16", "10.0.0.253"),
        *("0.0.0.0/0", "10.0.0.254"),
    ]
    assert ("2001:db8::1", "2001:db8::53") == (
        six["new_ip6_address"],
        six["new_dhcp6_name_servers"],
    )
    # The advertisement says what is on the link, how large packets may be, and that nobody routes.
    until(lambda: "2001:db8::/64" in routes6(guest), "the advertised prefix", within_s=10)
    assert "1400" == guest.machine.run("cat", "/proc/sys/net/ipv6/conf/eth0/mtu").strip()
    assert "default" not in routes6(guest)


def test_a_guest_hears_what_its_port_says_before_what_its_subnets_do(world, node, script, tmp_path):
    options = (
        DhcpOption(4, 6, ("192.0.2.99",)),
        DhcpOption(4, 66, ("10.0.0.1",)),
        DhcpOption(6, 23, ("2001:db8::99",)),
    )
    guest = world.guest("told", node, document(3, dhcp_options=options), "br-red", is_static=False)

    four, six = ask4(guest, script), ask6(guest, script, tmp_path)

    assert ("10.0.0.3", "192.0.2.99", "10.0.0.1") == (four["ip"], four["dns"], four["tftp"])
    assert "2001:db8::99" == six["new_dhcp6_name_servers"]
    assert "10.0.0.254" == four["router"]


def routes6(guest) -> list[str]:
    return [each["dst"] for each in json.loads(guest.machine.run("ip", "-6", "-json", "route"))]


@pytest.mark.parametrize("mode", [Ipv6.SLAAC, Ipv6.STATELESS])
def test_a_guest_makes_the_address_that_its_document_says(world, node, mode):
    prefix = {Ipv6.SLAAC: "02:00:05", Ipv6.STATELESS: "02:00:06"}[mode]
    mac = f"{prefix}:00:00:01"
    address = ipaddress.IPv6Address(
        (0x20010DB8 << 96) | int(f"00{prefix[3:].replace(':', '')}fffe000001", 16)
    )
    subnet = Subnet(
        "s", "2001:db8::/64", dns_servers=("2001:db8::53",), ra_mode=mode, address_mode=mode
    )
    told = document(
        1,
        port=f"auto-{mode}",
        network=Network(f"auto-{mode}", Mode.FILTERED, "", 1400, prefix),
        mac=mac,
        addresses=(Address(str(address), "s"),),
        subnets=(subnet,),
        rules=(ANY4, ANY6),
    )

    guest = world.guest(f"auto{prefix[-1]}", node, told, "br-all", is_static=False)

    until(lambda: str(address) in addresses6(guest), "the address", within_s=15)
    came = [bytes.fromhex(frame) for frame in guest.machine.ask("all", interface="eth0")]
    server = ipaddress.ip_address("2001:db8::53").packed
    assert any(frame[54:55] == b"\x86" and server in frame for frame in came)


def addresses6(guest) -> list[str]:
    links = json.loads(guest.machine.run("ip", "-6", "-json", "address", "show", "dev", "eth0"))
    return [each["local"] for link in links for each in link.get("addr_info", [])]


def test_two_tenants_with_one_range_hear_each_their_own(world, node, script):
    guests = [
        world.guest(color, node, private(color, prefix, dns), "br-all", is_static=False)
        for color, prefix, dns in (
            ("lime", "02:00:07", "192.0.2.7"),
            ("pink", "02:00:08", "192.0.2.8"),
        )
    ]

    said = [ask4(guest, script) for guest in guests]

    assert ["10.0.0.1"] * 2 == [each["ip"] for each in said]
    assert ["192.0.2.7", "192.0.2.8"] == [each["dns"] for each in said]
    assert ["lime", "pink"] == [each["hostname"] for each in said]
    assert not any("router" in each for each in said)


def with_files(color: str, number: int, prefix: str, **changes):
    """Return a guest's document with a file that says whose it is."""
    name = f"{color}-{number}"
    files = {
        "latest/meta-data/instance-id": base64.b64encode(name.encode()).decode(),
        "latest/meta-data/public-keys/0/openssh-key": "",
        "openstack/latest/meta_data.json": base64.b64encode(b"{}").decode(),
    }
    return document(
        number,
        port=name,
        network=Network(color, Mode.FILTERED, "", 1400, prefix),
        mac=f"{prefix}:00:00:{number:02x}",
        addresses=(Address(f"10.0.0.{number}", "s"),),
        subnets=(Subnet("s", "10.0.0.0/24"),),
        metadata=files,
        rules=(),
        **changes,
    )


def read(guest, path: str, source: str = "") -> str:
    """Return what a guest finds at a path; empty when there is nothing."""
    code = (
        "import http.client, sys\n"
        "c = http.client.HTTPConnection('169.254.169.254', timeout=3,"
        " source_address=(sys.argv[2], 0))\n"
        "c.request('GET', sys.argv[1]); a = c.getresponse()\n"
        "print(a.read().decode() if a.status == 200 else '')\n"
    )
    words = [sys.executable, "-Ic", code, path, source]
    try:
        return guest.machine.run(*words).rstrip("\n")
    except LabFailed:
        return ""


def test_a_guest_finds_its_own_files_and_those_of_nobody_else(world, node):
    mine, other, alien = (
        world.guest(f"{color}{number}", node, with_files(color, number, prefix, **how), "br-all")
        for color, number, prefix, how in (
            ("gold", 1, "02:00:09", {}),
            ("gold", 2, "02:00:09", {"is_guarded": False}),
            ("grey", 1, "02:00:0a", {}),
        )
    )
    for guest in (mine, other, alien):
        guest.machine.ip("route add 169.254.169.254 dev eth0")
    identity = "/latest/meta-data/instance-id"
    until(lambda: read(mine, identity) == "gold-1", "the metadata", within_s=10)
    until(lambda: read(other, identity) == "gold-2", "the metadata", within_s=10)
    until(lambda: read(alien, identity) == "grey-1", "the metadata", within_s=10)

    assert "instance-id\npublic-keys/" == read(mine, "/latest/meta-data/")
    assert "latest" == read(mine, "/openstack")
    assert "{}" == read(mine, "/openstack/latest/meta_data.json")
    assert "" == read(mine, "/openstack/latest/none")
    # Nobody looks at what it sends, and so it says that it is the other one.
    other.machine.ip("address add 10.0.0.1/32 dev eth0")
    mine.machine.ip("link set eth0 down")
    other.send(frames.arp(other.mac, "10.0.0.1", "169.254.169.254"))
    assert "" == read(other, identity, "10.0.0.1")
    assert "gold-2" == read(other, identity, "10.0.0.2")


def routed(number: int, **changes):
    """Return the document of a guest without a bridge, who finds its own name."""
    name = base64.b64encode(f"routed-{number}".encode()).decode()
    return document(
        number,
        port=f"routed-{number}",
        network=Network("far", Mode.ROUTED, "100", 1400, "02:00:01"),
        metadata={"latest/meta-data/instance-id": name},
        rules=(ANY4, ANY6),
        **changes,
    )


def test_routed_guests_hear_each_their_own_and_who_their_router_is(world, node, script, tmp_path):
    guests = [
        world.guest(f"routed{number}", node, routed(number), "100", is_static=False)
        for number in (31, 32)
    ]

    for number, guest in zip((31, 32), guests, strict=True):
        four = ask4(guest, script)
        leases = tmp_path / guest.machine.name
        leases.mkdir()
        six = ask6(guest, script, leases)

        assert (f"10.0.0.{number}", "1400") == (four["ip"], four["mtu"])
        assert (f"2001:db8::{number:x}", "2001:db8::53") == (
            six["new_ip6_address"],
            six["new_dhcp6_name_servers"],
        )
        until(lambda guest=guest: "default" in routes6(guest), "the way out", within_s=30)
        assert "2001:db8::/64" not in routes6(guest)
        guest.machine.ip(
            f"address add 10.0.0.{number}/24 dev eth0\nroute add 169.254.169.254 dev eth0"
        )
        until(
            lambda guest=guest, number=number: is_told(guest, f"routed-{number}"),
            "the metadata",
            within_s=30,
        )
    node.run("unplug", guests[0].tap)
    until(
        lambda: "169.254.169.254" not in addresses(node, guests[0].tap), "nothing left", within_s=30
    )
    assert "169.254.169.254" in addresses(node, guests[1].tap)


def is_told(guest, name: str) -> bool:
    return name == read(guest, "/latest/meta-data/instance-id")


def addresses(node, interface: str) -> str:
    return node.machine.run("ip", "address", "show", "dev", interface)


def test_servers_of_a_killed_daemon_are_replaced_and_end_with_their_networks(world, script):
    node = world.node("again", "br-red")
    guest = world.guest("waits", node, document(1), "br-red", is_static=False)
    first = node.start()
    try:
        ask4(guest, script)
    finally:
        node.kill(first)
    second = node.start()
    try:
        until(lambda: 1 == servers(node) and second.poll() is None, "one server", within_s=10)
        assert "10.0.0.1" == ask4(guest, script)["ip"]

        node.run("unplug", guest.tap)
        until(lambda: 0 == servers(node), "the server's end", within_s=10)
        assert "sv1" not in node.machine.run("ip", "-br", "link")
    finally:
        second.terminate()
        second.wait()


def servers(node) -> int:
    processes = node.machine.run("ps", "-e", "-o", "args")
    return sum(line.startswith("dnsmasq") for line in processes.splitlines())
