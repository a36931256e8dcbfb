#!/usr/bin/env python3
"""The tour twice through rosterctl and once through grpcurl, refused starts, stop and restart.

  tour_test.py ROSTERD ROSTERCTL
"""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from running_server import FREE, START_SECONDS, Server

ROSTERD, ROSTERCTL = sys.argv[1:3]
ROOT = pathlib.Path(__file__).resolve().parents[2]
TOUR, PAGE = ROOT / "tools" / "tour", ROOT / "docs" / "tour.md"


def refused_start(data, *flags):
    """Runs a rosterd that must not start; returns (how it left, what it said)."""
    words = [ROSTERD, "--data-dir", data, "--health-listen", FREE, "--metrics-listen", FREE, *flags]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=START_SECONDS,
                          check=False)
    return done.returncode, done.stdout + done.stderr


class TourTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="roster-tour-")
        self.addCleanup(folder.cleanup)
        self.data = os.path.join(folder.name, "data")
        self.token_file = self.init(self.data)

    def init(self, data):
        token_file = data + ".token"
        with open(token_file, "w", encoding="utf-8") as file:
            subprocess.run([ROSTERD, "init", "--data-dir", data], stdout=file, check=True, timeout=START_SECONDS)
        return token_file

    def start(self):
        server = Server(ROSTERD, self.data)
        self.addCleanup(server.kill)
        return server

    def tour(self, server, client):
        words = [TOUR, "--address", server.address, "--token-file", self.token_file, "--client", client,
                 "--rosterctl", ROSTERCTL, "--health-address", server.health,
                 "--metrics", f"http://{server.metrics}/metrics"]
        began = time.monotonic()
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
        print(f"tour through {client}: {time.monotonic() - began:.1f} s", flush=True)
        self.assertEqual(done.returncode, 0, f"{done.stdout}{done.stderr}\nlog:\n{server.log()[-4000:]}")
        token = pathlib.Path(self.token_file).read_text(encoding="utf-8").strip()
        self.assertNotIn(token, done.stdout + done.stderr + server.log())
        self.assert_as_on_page(done.stdout)

    def assert_as_on_page(self, output):
        """The steps and the refusals that the page shows are those of the tour, word for word."""
        block = PAGE.read_text(encoding="utf-8")
        steps = re.findall(r"^(\d+\. .+?)(?:  .*)?$", block, re.MULTILINE)
        refusals = re.findall(r"^[A-Z_]+ [A-Z_]+: .*\n(?:  .*\n)*", block, re.MULTILINE)
        self.assertGreaterEqual(len(refusals), 6)
        for step in steps:
            self.assertIn("\n" + step, output)
        for refusal in refusals:
            self.assertIn("\n" + refusal, output)
        self.assertIn(f"The tour is over: {len(steps)} steps", output)

    def accounts(self, server):
        words = [ROSTERCTL, "--address", server.address, "--token-file", self.token_file, "call", "ListAccounts"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["accounts"]

    def test_tours_and_restart(self):
        server = self.start()
        clients = ["rosterctl", "rosterctl"]
        if shutil.which("grpcurl"):
            clients.append("grpcurl")
        else:
            print("skipped: grpcurl", flush=True)
        for client in clients:
            self.tour(server, client)
        before = self.accounts(server)
        self.assertEqual(len(before), len(clients))
        self.assertEqual(server.stop(), 0, server.log())
        again = self.start()
        self.assertEqual(self.accounts(again), before)
        self.assertEqual(again.stop(), 0, again.log())

    def test_used_port_is_refused(self):
        server = self.start()
        other = self.data + "2"
        self.init(other)
        code, said = refused_start(other, "--listen", server.address)
        self.assertEqual(code, 1, said)
        self.assertIn(server.address, said)
        self.assertIn("in use", said)

    def test_used_data_directory_is_refused(self):
        self.start()
        code, said = refused_start(self.data, "--listen", FREE)
        self.assertEqual(code, 1, said)
        self.assertIn("in use", said)

    def test_second_init_is_refused(self):
        done = subprocess.run([ROSTERD, "init", "--data-dir", self.data], capture_output=True, text=True, timeout=30,
                              check=False)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, "")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
