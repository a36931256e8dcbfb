#!/usr/bin/env python3
"""The first call of README.md, as a newcomer pastes it: what it prints stands there.

  readme_test.py ROSTERD ROSTERCTL
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from running_server import START_SECONDS, Server

ROSTERD, ROSTERCTL = sys.argv[1:3]
ROOT = pathlib.Path(__file__).resolve().parents[2]
ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def first_calls():
    """[(command, output)] of the console block below "A first call" that call rosterctl."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"## A first call.*?```console\n(.*?)```", text, re.DOTALL)[1]
    steps = [step for step in block.split("$ ")[1:] if step.startswith("rosterctl")]
    return [(command + "\nEND\n", output) for command, output in (step.split("\nEND\n") for step in steps)]


def alike(text):
    """The text without what differs from run to run."""
    text = re.sub(ID, "ID", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "TIME", text)
    return re.sub(r'position": "\d+"', 'position": "N"', text)


class ReadmeTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="roster-readme-")
        self.addCleanup(folder.cleanup)
        data, tokens, env = (os.path.join(folder.name, name) for name in ("data", "token", "env"))
        subprocess.run([ROSTERD, "init", "--data-dir", data, "--token-file", tokens], check=True,
                       timeout=START_SECONDS)
        self.server = Server(ROSTERD, data)
        self.addCleanup(self.server.kill)
        tour = [ROOT / "tools" / "tour", "--address", self.server.address, "--token-file", tokens, "--rosterctl",
                ROSTERCTL, "--health-address", self.server.health, "--metrics",
                f"http://{self.server.metrics}/metrics", "--save", env]
        subprocess.run(tour, check=True, timeout=60, capture_output=True)
        self.env = env

    def run_it(self, command):
        address = f'rosterctl() {{ "{ROSTERCTL}" --address {self.server.address} "$@"; }}'
        script = f'. "{self.env}"\n{address}\n{command}'
        return subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=30, check=False)

    def test_prints_what_stands_there(self):
        calls = first_calls()
        self.assertEqual(len(calls), 2)
        user = None
        for command, output in calls:
            if user:
                command = re.sub(ID, user, command)
            done = self.run_it(command)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(alike(done.stdout), alike(output.rstrip("\n") + "\n"))
            user = user or re.search(f'"user_id": "({ID})"', done.stdout)[1]


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
