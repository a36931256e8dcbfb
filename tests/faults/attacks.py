#!/usr/bin/env python3
"""Hostile clients. Each runs as a process of its own for so many seconds, then leaves all that it has open. It prints a
line when it is prepared, begins when it is sent one, and prints in the end figures and what was wrong, as JSON.

  attacks.py NAME JSON      JSON: port, health_port, metrics_port, account, token, user, seconds, source
"""

import json
import socket
import sys
import time
import zlib

import change_attacks
import import_attacks
import proto
import revocation
import wire
from attack import ACCESS, CHECK, GET_USER, IDENTITY, Attack, flood, upload

LIST_USERS = IDENTITY + "ListUsers"


def huge_masks(a):
    """Field masks of 100 000 wrong paths."""
    mask = b"".join(proto.field(1, f"x{i}") for i in range(100_000))
    request = proto.field(1, a.account) + proto.field(2, a.user) + proto.field(7, mask)
    upload(a, GET_USER, request, a.token)


def gzip_bomb(a):
    """3 MiB that open to 1 GiB, without a token."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = compressor.compress(b"\0" * (1 << 20)) + compressor.flush(zlib.Z_FULL_FLUSH)
    bomb = b"\x1f\x8b\x08" + b"\0" * 7 + block * 1024 + b"\x03\0" + b"\0" * 8
    upload(a, CHECK, bomb, None, [("grpc-encoding", "gzip")], compressed=True)


def empty_items(a):
    """2 MiB of empty items, without a token."""
    upload(a, ACCESS + "BatchCheck", proto.field(2, b"") * (1 << 20), None)


def idle(a):
    """2 000 connections that say nothing."""
    def step():
        a.connect(hello=len(a.connections) % 2 == 0)
        if len(a.connections) >= 2_000:
            a.hold()

    a.forever(step)


def rapid_reset(a):
    """Calls with a body that are cancelled at once, 4 connections."""
    block = wire.headers(CHECK, a.token)
    body = wire.message(b"\x0a\x24" + b"x" * 36)

    def step():
        connections = [a.connect() for _ in range(4)]
        try:
            while a.going():
                for connection in connections:
                    data = b""
                    for _ in range(200):
                        stream = connection.next_stream
                        connection.next_stream += 2
                        data += (wire.frame(wire.HEADERS, wire.END_HEADERS, stream, block)
                                 + wire.frame(wire.DATA, wire.END_STREAM, stream, body)
                                 + wire.frame(wire.RST_STREAM, 0, stream, wire.CANCEL.to_bytes(4, "big")))
                    connection.send(data)
                    if not connection.drain():
                        return
        finally:
            for connection in connections:
                connection.close()
            a.connections.clear()

    a.forever(step)


def partial_uploads(a):
    """Calls without a token whose message never ends."""
    part = wire.message(b"")[:1] + (4 << 20).to_bytes(4, "big") + b"x" * 16_000

    def step():
        for _ in range(50):
            connection = a.connect()
            for _ in range(100):
                connection.open(CHECK, None, part[:600], end=False)
        a.hold()

    a.forever(step)


def unread_lists(a):
    """Lists that are never read, on 13 connections."""
    request = wire.message(proto.field(1, a.account) + proto.field(2, 1000))

    def step():
        for _ in range(13):
            connection = a.connect(window=0)
            for _ in range(100):
                connection.open(LIST_USERS, a.token, request)
        while a.going():
            time.sleep(0.05)

    a.forever(step)


def many_lists(a):
    """240 lists under way at each moment."""
    request = proto.field(1, a.account) + proto.field(2, 1000) + proto.field(4, 'title : "nobody"')
    flood(a, LIST_USERS, lambda: request, connections=4, calls=60, pause=0.2)


def waits(a):
    """Reads that wait for a position that never comes."""
    request = proto.field(1, a.account) + proto.field(2, a.user) + proto.field(5, 1 << 60)
    flood(a, GET_USER, lambda: request, connections=20, calls=100, pause=1)


def half_scrapes(a):
    """Requests for the metrics that are never finished."""
    def step():
        a.connections = [socket.create_connection(("127.0.0.1", a.metrics_port)) for _ in range(8)]
        for half in a.connections:
            half.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n")
        while a.going():
            time.sleep(0.05)

    a.forever(step)


def main():
    name, target = sys.argv[1:]
    attacks = {**globals(), **change_attacks.ATTACKS, **import_attacks.ATTACKS, **revocation.ATTACKS}
    a = Attack(**json.loads(target))
    attacks[name](a)
    print(json.dumps({"told": a.told, "wrong": a.wrong}))


if __name__ == "__main__":
    main()
