# SPDX-License-Identifier: Apache-2.0
"""Process 1 of a network namespace of a laboratory: sends, captures and connects as it is told.

Commands are JSON objects, a line each, on stdin; answers the same on stdout. It ends with stdin, and
with it all processes of the namespace, so nothing outlives whoever gave the commands. It imports the
standard library only.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import struct
import sys
import threading
import time

EVERYTHING = 0x0003
OUTGOING = 4
AUXDATA = 8
VLAN_IS_THERE = 0x10
WHO = b"who am I?"
TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 2, 0x1000

wires = {}
held = {}


class Wire:
    """One interface: what came, in order, and a way to send."""

    def __init__(self, name):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(EVERYTHING))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.socket.setsockopt(263, AUXDATA, 1)
        self.socket.bind((name, EVERYTHING))
        self.came = []
        self.news = threading.Condition()
        threading.Thread(target=self.hear, daemon=True).start()

    def hear(self):
        while True:
            try:
                frame, about, _, sender = self.socket.recvmsg(65536, 256)
            except OSError:
                return
            if sender[2] == OUTGOING:
                continue
            with self.news:
                self.came.append(whole(frame, about))
                self.news.notify_all()

    def until(self, mark, within_s):
        """Return what came up to a frame, and forget it; None if it does not come."""
        deadline = time.monotonic() + within_s
        with self.news:
            while mark not in self.came:
                left = deadline - time.monotonic()
                if left <= 0 or not self.news.wait(left):
                    return None
            place = self.came.index(mark)
            before, self.came = self.came[:place], self.came[place + 1 :]
            return [frame.hex() for frame in before]


def whole(frame, about):
    """Put a VLAN tag back that the kernel took out of a frame."""
    for _, kind, data in about:
        status, _, _, _, _, tag, protocol = struct.unpack("IIIHHHH", data[:20])
        if kind == AUXDATA and status & VLAN_IS_THERE:
            return frame[:12] + struct.pack("!HH", protocol, tag) + frame[12:]
    return frame


def wire(name):
    if name not in wires:
        wires[name] = Wire(name)
    return wires[name]


def send(order):
    frames = [bytes.fromhex(frame) for frame in order["frames"]]
    for _ in range(order.get("times", 1)):
        for frame in frames:
            wire(order["interface"]).socket.send(frame)


def watch(order):
    wire(order["interface"])


def seen(order):
    return wire(order["interface"]).until(bytes.fromhex(order["mark"]), order["within_s"])


def everything(order):
    """Return all that came and was not asked for yet, without forgetting it."""
    return [frame.hex() for frame in wire(order["interface"]).came]


def listen(order):
    """Serve on an address: whatever comes on a connection goes back; who asks who it is, is told."""
    family = socket.AF_INET6 if ":" in order["address"] else socket.AF_INET
    server = socket.create_server((order["address"], order["port"]), family=family)
    threading.Thread(target=serve, args=(server,), daemon=True).start()


def serve(server):
    while True:
        one, _ = server.accept()
        threading.Thread(target=echo, args=(one,), daemon=True).start()


def echo(one):
    while text := one.recv(4096):
        one.sendall(one.getpeername()[0].encode() if text == WHO else text)


def connect(order):
    """Open a connection and keep it by a name; say whether it came to be."""
    try:
        one = socket.create_connection((order["address"], order["port"]), timeout=order["within_s"])
    except OSError:
        return False
    held[order["name"]] = one
    return True


def answer(order):
    """Return what comes back on a connection for a text; None if nothing does."""
    one = held[order["name"]]
    one.settimeout(order["within_s"])
    try:
        one.sendall(order["text"].encode())
        return one.recv(4096).decode()
    except OSError:
        return None


def say(order):
    """Say whether a text comes back on a connection."""
    return answer(order) == order["text"]


def tap(order):
    """Make a TAP interface that goes when it is dropped, as a guest's does with its machine."""
    descriptor = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(
        descriptor, TUNSETIFF, struct.pack("16sH", order["name"].encode(), IFF_TAP | IFF_NO_PI)
    )
    held[order["name"]] = descriptor


def drop(order):
    os.close(held.pop(order["name"]))


COMMANDS = {
    "send": send,
    "watch": watch,
    "seen": seen,
    "all": everything,
    "listen": listen,
    "connect": connect,
    "answer": answer,
    "say": say,
    "tap": tap,
    "drop": drop,
}


def main():
    # Process 1 has to take in what its processes leave.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    sys.stdout.write("null\n")
    sys.stdout.flush()
    for line in sys.stdin:
        order = json.loads(line)
        try:
            answer = {"is": COMMANDS[order["do"]](order)}
        except OSError as problem:
            answer = {"failed": str(problem)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


main()
