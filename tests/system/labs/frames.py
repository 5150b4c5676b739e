# SPDX-License-Identifier: Apache-2.0
"""Frames as bytes, for those who send what no honest machine sends."""

from __future__ import annotations

import ipaddress
import struct

EVERYBODY = "ff:ff:ff:ff:ff:ff"
ARP, IP4, IP6 = 0x0806, 0x0800, 0x86DD
ICMP, TCP, UDP, ICMP6 = 1, 6, 17, 58
SYN = 2
SOLICIT, ADVERT, ROUTER_ADVERT = 135, 136, 134


def mac(text: str) -> bytes:
    """Return an address as six bytes."""
    return bytes.fromhex(text.replace(":", ""))


def ether(source: str, target: str, kind: int, content: bytes) -> bytes:
    """Return a frame, filled up to the least size."""
    return (mac(target) + mac(source) + struct.pack("!H", kind) + content).ljust(60, b"\0")


def tagged(frame: bytes, vlan: int) -> bytes:
    """Return a frame in a VLAN."""
    return frame[:12] + struct.pack("!HH", 0x8100, vlan) + frame[12:]


def arp(source: str, ip: str, target_ip: str, *, is_reply: bool = False, said: str = "") -> bytes:
    """Return an ARP frame to everybody; ``said`` is the MAC in it, if not the frame's own."""
    head = struct.pack("!HHBBH", 1, IP4, 6, 4, 2 if is_reply else 1)
    sender = mac(said or source) + ipaddress.ip_address(ip).packed
    content = head + sender + bytes(6) + ipaddress.ip_address(target_ip).packed
    return ether(source, EVERYBODY, ARP, content)


def ip(source: str, target: str, protocol: int, content: bytes, *, fragment: int = 0) -> bytes:
    """Return a packet of the version of its addresses."""
    one, other = ipaddress.ip_address(source).packed, ipaddress.ip_address(target).packed
    if len(one) == 16:
        return struct.pack("!IHBB", 6 << 28, len(content), protocol, 255) + one + other + content
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(content), 7, fragment, 64, protocol, 0)
    total = checksum(head + one + other)
    return head[:10] + struct.pack("!H", total) + one + other + content


def udp(source: str, target: str, ports: tuple[int, int], content: bytes = b"") -> bytes:
    """Return a packet of UDP from and to a port."""
    head = struct.pack("!HHHH", *ports, 8 + len(content), 0)
    return ip(source, target, UDP, _summed(source, target, UDP, head + content, at=6))


def tcp(source: str, target: str, ports: tuple[int, int], flags: int = SYN) -> bytes:
    """Return a packet of TCP from and to a port: one that begins a connection."""
    head = struct.pack("!HHIIBBHHH", *ports, 1, 0, 5 << 4, flags, 1024, 0, 0)
    return ip(source, target, TCP, _summed(source, target, TCP, head, at=16))


def icmp(source: str, target: str, kind: int, code: int = 0, rest: bytes = bytes(4)) -> bytes:
    """Return a message of ICMP or ICMPv6."""
    head = struct.pack("!BBH", kind, code, 0)
    if ":" in source:
        return ip(source, target, ICMP6, _summed(source, target, ICMP6, head + rest, at=2))
    total = checksum(head + rest)
    return ip(source, target, ICMP, struct.pack("!BBH", kind, code, total) + rest)


def checksum(data: bytes) -> int:
    """Return the sum that IP headers and what is in them carry."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _summed(source: str, target: str, protocol: int, content: bytes, *, at: int) -> bytes:
    addresses = ipaddress.ip_address(source).packed + ipaddress.ip_address(target).packed
    total = checksum(addresses + struct.pack("!IHBB", len(content), 0, 0, protocol) + content)
    return content[:at] + struct.pack("!H", total or 0xFFFF) + content[at + 2 :]
