"""What others see of a server meanwhile: calls of another account, health and metrics, memory."""

import re
import threading
import time
import urllib.request

import grpc

import figures
import proto
from figures import LATE


class Series:
    """Calls one after the other, on a thread."""

    def __init__(self, call, pause):
        self.seconds, self.errors = [], []
        self._call, self._pause = call, pause
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._stop.wait(self._pause):
            began = time.monotonic()
            try:
                self._call()
                self.seconds.append(time.monotonic() - began)
            except Exception as error:  # whatever it is, the call was of no use
                details = error.details() if isinstance(error, grpc.RpcError) else str(error)
                self.errors.append(f"{time.monotonic() - began:.2f} s: {details}"[:200])
                self.seconds.append(LATE)

    def stop(self):
        self._stop.set()
        self._thread.join(LATE + 5)

    def p99(self):
        return figures.percentile(self.seconds, 0.99)

    def told(self):
        return figures.told(self.seconds) + (f", {len(self.errors)} failed: {self.errors[0]}" if self.errors else "")


def memory(pid):
    """Resident bytes of a process."""
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096


def scrape(server):
    """The page of metrics."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{server.metrics_port}/metrics", timeout=LATE) as page:
        return page.read().decode()


def own_memory(server):
    """Resident bytes beside what the store caches and is about to write."""
    of_store = re.findall(r"^roster_storage_(?:memtable|cache)_bytes{.*} (.+)", scrape(server), re.MULTILINE)
    return memory(server.pid) - sum(int(float(each)) for each in of_store)


class Witness:
    """Watches from its making until `stop`. `peak` is in bytes, the series in seconds."""

    def __init__(self, server, account, token, user):
        self._channels = []
        self._server, self._account = server, account
        self._metadata = (("authorization", "Bearer " + token),)
        self._number = time.time_ns()
        api = self._channel(server.port)
        check = self._method(api, "/roster.access.v1.AccessService/Check")
        create = self._method(api, "/roster.identity.v1.IdentityService/CreateUser")
        question = proto.fields(account, user, "users.view")
        self.series = {
            "check": Series(lambda: check(question, timeout=LATE, metadata=self._metadata), 0.01),
            "create": Series(lambda: create(self._newcomer(), timeout=LATE, metadata=self._metadata), 0.05),
            "health": Series(self._probe, 0.05),
            "metrics": Series(lambda: scrape(server), 0.5),
        }
        self.peak = 0
        self._stop = threading.Event()
        self._memory = threading.Thread(target=self._watch_memory, daemon=True)
        self._memory.start()

    def stop(self):
        for series in self.series.values():
            series.stop()
        self._stop.set()
        self._memory.join()
        for channel in self._channels:
            channel.close()

    @staticmethod
    def _method(channel, path):
        return channel.unary_unary(path, request_serializer=bytes, response_deserializer=bytes)

    def _channel(self, port):
        channel = grpc.insecure_channel(f"127.0.0.1:{port}", [
            ("grpc.use_local_subchannel_pool", 1), ("grpc.enable_http_proxy", 0),
            ("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 500)])
        self._channels.append(channel)
        return channel

    def _newcomer(self):
        self._number += 1
        profile = proto.fields("Some Body", None, None, f"n{self._number}@example.org", f"n{self._number}")
        return proto.field(1, self._account) + proto.field(2, profile) + proto.field(5, "viewer")

    def _probe(self):
        """On a connection of its own, as the kubelet does it."""
        with grpc.insecure_channel(f"127.0.0.1:{self._server.health_port}", [
                ("grpc.use_local_subchannel_pool", 1), ("grpc.enable_http_proxy", 0)]) as channel:
            answer = self._method(channel, "/grpc.health.v1.Health/Check")(b"", timeout=LATE)
        if answer != proto.field(1, 1):
            raise ValueError("not SERVING")

    def _watch_memory(self):
        while not self._stop.wait(0.01):
            self.peak = max(self.peak, memory(self._server.pid))
