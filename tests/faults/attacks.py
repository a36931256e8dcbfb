#!/usr/bin/env python3
"""Hostile clients. Each runs as a process of its own for so many seconds, then leaves all that it has open.

  attacks.py NAME JSON      JSON: port, health_port, metrics_port, account, token, user, seconds, source
"""

import json
import socket
import sys
import time
import zlib

import proto
import wire

IDENTITY = "/roster.identity.v1.IdentityService/"
ACCESS = "/roster.access.v1.AccessService/"
CHECK = ACCESS + "Check"
GET_USER = IDENTITY + "GetUser"
LIST_USERS = IDENTITY + "ListUsers"
IMPORT_USERS = IDENTITY + "ImportUsers"


class Attack:
    """What all of them know."""

    def __init__(self, **target):
        self.__dict__.update(target)
        self.end = time.monotonic() + target["seconds"]
        self.connections = []

    def going(self):
        return time.monotonic() < self.end

    def connect(self, **options):
        connection = wire.Connection(self.port, source=self.source, **options)
        self.connections.append(connection)
        return connection

    def forever(self, step):
        """Repeats a step, also when the server refuses it by closing."""
        while self.going():
            try:
                step()
            except OSError:
                time.sleep(0.02)

    def hold(self):
        while self.going():
            time.sleep(0.05)
            for connection in self.connections:
                connection.drain()


def huge_masks(a):
    """Field masks of 100 000 wrong paths."""
    mask = b"".join(proto.field(1, f"x{i}") for i in range(100_000))
    request = proto.field(1, a.account) + proto.field(2, a.user) + proto.field(7, mask)
    upload(a, GET_USER, request, a.token)


def upload(a, path, request, token, more=(), compressed=False):
    """Sends the request again and again, as fast as the window of the server lets it."""
    body = wire.message(request, compressed)

    def step():
        connection = a.connect(window=1 << 20)
        try:
            while a.going():
                connection.upload(path, token, body, more)
        finally:
            connection.close()
            a.connections.remove(connection)

    a.forever(step)


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


def flood(a, path, request, connections, calls, pause):
    """So many calls on each of so many connections, again after each pause."""
    def step():
        opened = [a.connect(window=1 << 20) for _ in range(connections)]
        while a.going():
            for connection in opened:
                for _ in range(calls):
                    connection.open(path, a.token, wire.message(request))
            time.sleep(pause)
            if not all(connection.drain() for connection in opened):
                return

    a.forever(step)


def many_lists(a):
    """240 lists under way at each moment."""
    request = proto.field(1, a.account) + proto.field(2, 1000) + proto.field(4, 'title : "nobody"')
    flood(a, LIST_USERS, request, connections=4, calls=60, pause=0.2)


def waits(a):
    """Reads that wait for a position that never comes."""
    request = proto.field(1, a.account) + proto.field(2, a.user) + proto.field(5, 1 << 60)
    flood(a, GET_USER, request, connections=20, calls=100, pause=1)


def silent_streams(a):
    """Imports that never begin."""
    def step():
        connection = a.connect()
        for _ in range(64):
            connection.open(IMPORT_USERS, a.token, end=False)
        a.hold()

    a.forever(step)


def creations(a):
    """Commands of one account without a pause."""
    def step():
        connections = [a.connect() for _ in range(10)]
        number = time.time_ns()
        while a.going():
            for connection in connections:
                for _ in range(100):
                    number += 1
                    profile = proto.fields("Flood Er", None, None, f"f{number}@flood.example", f"f{number}")
                    request = proto.field(1, a.account) + proto.field(2, profile) + proto.field(5, "viewer")
                    connection.open(IDENTITY + "CreateUser", a.token, wire.message(request))
            time.sleep(0.1)
            if not all(connection.drain() for connection in connections):
                return

    a.forever(step)


def half_scrapes(a):
    """Requests for the metrics that are never finished."""
    def step():
        a.connections = [socket.create_connection(("127.0.0.1", a.metrics_port)) for _ in range(8)]
        for half in a.connections:
            half.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n")
        while a.going():
            time.sleep(0.05)

    a.forever(step)


if __name__ == "__main__":
    globals()[sys.argv[1]](Attack(**json.loads(sys.argv[2])))
