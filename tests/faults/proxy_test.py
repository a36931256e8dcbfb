#!/usr/bin/env python3
"""Honest clients of a rosterd behind the proxy of deploy/, over TLS: its limits are in nobody's way.

  proxy_test.py ROSTERD ROSTERCTL
"""

import itertools
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

import grpc

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import proto  # noqa: E402
import proxies  # noqa: E402
import server as servers  # noqa: E402

IDENTITY = "/roster.identity.v1.IdentityService/"
WATCH = "/grpc.health.v1.Health/Watch"
NEVER = 1 << 60  # a position that no commit will have


def certificate(folder):
    """Of localhost, signed by itself: a file for haproxy, and one that clients trust."""
    key, trusted, both = (os.path.join(folder, name) for name in ("key.pem", "trusted.pem", "both.pem"))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "2", "-keyout", key,
         "-out", trusted], check=True, capture_output=True)
    pathlib.Path(both).write_bytes(pathlib.Path(trusted).read_bytes() + pathlib.Path(key).read_bytes())
    return both, trusted


def endless(message):
    """A request that its caller goes on with until it is refused."""
    while True:
        yield message
        time.sleep(0.1)


@unittest.skipUnless(proxies.haproxy(), "haproxy is not installed")
class ProxyTest(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        both, self.trusted = certificate(self.folder)
        self.assertEqual(proxies.check(self.folder, both), "")
        self.server = self.enterContext(servers.Server(*PROGRAMS, self.folder))
        self.account = self.server.victim
        self.proxy = self.enterContext(proxies.Haproxy(self.folder, self.server.port, both))
        trusted = grpc.ssl_channel_credentials(pathlib.Path(self.trusted).read_bytes())
        self.channel = self.enterContext(grpc.secure_channel(f"127.0.0.1:{self.proxy.port}", trusted))

    def call(self, method, request, *metadata):
        stub = self.channel.unary_unary(method, request_serializer=bytes, response_deserializer=bytes)
        return stub.future(request, timeout=30, metadata=[("authorization", "Bearer " + self.account.token), *metadata])

    def get_user(self, *more):
        return self.call(IDENTITY + "GetUser", proto.fields(self.account.id, self.account.user, *more))

    def test_many_calls_at_once(self):
        calls = [self.get_user() for _ in range(3_000)]
        self.assertEqual({call.code() for call in calls}, {grpc.StatusCode.OK})

    def test_a_read_waits_as_long_as_roster_lets_it(self):
        error = self.get_user(None, None, NEVER).exception()
        self.assertEqual(error.details(), "at_least_position was not reached in time")

    def test_roster_itself_refuses_large_headers(self):
        error = self.call(IDENTITY + "GetUser", b"", ("x-long", "a" * 20_000)).exception()
        self.assertEqual(error.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)

    def refused_import(self, *more):
        """Two headers, then what comes after them."""
        header = proto.field(1, proto.field(1, self.account.id))
        stub = self.channel.stream_stream(IDENTITY + "ImportUsers", request_serializer=bytes,
                                          response_deserializer=bytes)
        return stub(itertools.chain([header, header], *more), timeout=30,
                    metadata=[("authorization", "Bearer " + self.account.token)])

    def test_an_import_is_refused_with_its_reason_when_all_of_it_is_sent(self):
        for _ in range(20):
            refused = self.refused_import([proto.field(2, b"x" * 100_000)] * 50)
            self.assertEqual(refused.code(), grpc.StatusCode.INVALID_ARGUMENT)

    def test_an_import_that_goes_on_loses_the_reason(self):
        """As docs/proxy.md says; a newer haproxy may do better."""
        refused = self.refused_import(endless(proto.field(2, b"x")))
        self.assertEqual(refused.code(), grpc.StatusCode.CANCELLED)

    def test_an_import_streams(self):
        people = os.path.join(self.folder, "people.csv")
        with open(people, "w", encoding="utf-8") as file:
            file.write("name,email,user\n")
            file.writelines(f"Some Body,p{i}@example.org,p{i}{' ' * 2_000}\n" for i in range(20_000))
        done = subprocess.run(
            [PROGRAMS[1], "--address", f"localhost:{self.proxy.port}", "--tls-ca", self.trusted, "import", "--account",
             self.account.id, "--file", people, "--mapping", "name=full_name,email=email,user=user_name", "--dry-run"],
            env={**os.environ, "ROSTER_TOKEN": self.account.token}, capture_output=True, text=True, timeout=60)
        self.assertIn('"rows": 20000', done.stdout, done.stderr)

    def test_a_watch_goes_on_until_the_server_ends(self):
        watch = self.channel.unary_stream(WATCH, request_serializer=bytes, response_deserializer=bytes)
        states = watch(proto.field(1, "readiness"), timeout=30)
        self.assertEqual(next(states), proto.field(1, 1))
        self.server.stop(30)
        self.assertEqual(next(states), proto.field(1, 2))

    def test_a_server_that_is_not_there_is_unavailable(self):
        self.server.stop(30)
        error = self.get_user().exception()
        self.assertEqual((error.code(), error.details()), (grpc.StatusCode.UNAVAILABLE, "rosterd is not there"))


if __name__ == "__main__":
    PROGRAMS = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1])
