"""A rosterd that a test starts, and stops as an operator would; and rosterctl, which calls it."""

import json
import os
import pathlib
import signal
import subprocess
import time

FREE = "127.0.0.1:0"
START_SECONDS = STOP_SECONDS = 30


class Server:
    """A rosterd on free ports, or on the one given."""

    def __init__(self, rosterd, data, *flags, listen=FREE):
        self.log_path = f"{data}.log"
        with open(self.log_path, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [rosterd, "--data-dir", data, "--listen", listen, "--health-listen", FREE, "--metrics-listen", FREE,
                 *flags],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.ready = self._await_ready()
        self.address, self.health, self.metrics = (
            f"127.0.0.1:{self.ready[name]}" for name in ("port", "health_port", "metrics_port"))

    def log(self):
        return pathlib.Path(self.log_path).read_text(encoding="utf-8")

    def _await_ready(self):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            ended = self.process.poll() is not None
            for line in self.log().splitlines(keepends=True):
                if line.endswith("\n") and '"message":"ready"' in line:
                    return json.loads(line)
            if ended:
                break
            time.sleep(0.02)
        self.kill()
        raise AssertionError("rosterd is not ready:\n" + self.log())

    def stop(self):
        """Stops it as an operator would; returns how it left."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def init(rosterd, data):
    """Makes a store; returns the operator's token."""
    done = subprocess.run([rosterd, "init", "--data-dir", data], capture_output=True, text=True, check=True,
                          timeout=START_SECONDS)
    return done.stdout.strip()


class Rosterctl:
    """Calls a server as the caller whose token it has."""

    def __init__(self, program, address, token, *flags):
        self.words, self.token = [program, "--address", address, *flags], token

    def run(self, *words, text=None):
        return subprocess.run([*self.words, *words], input=text, text=True, capture_output=True, timeout=30, check=False,
                              env={**os.environ, "ROSTER_TOKEN": self.token})

    def answer(self, method, **request):
        done = self.run("call", method, json.dumps(request))
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def make_account(self):
        """Returns the answer to CreateAccount; calls as a service account of it with all permissions from now on."""
        account = self.answer("CreateAccount", preset="role_matrix", display_name="Example",
                              administrator={"full_name": "Grace Moss", "email": "grace@example.com"})
        account_id = account["account"]["account_id"]
        service = self.answer("CreateServiceAccount", account_id=account_id, name="tests", roles=["super_admin"])
        self.token = self.answer("IssueServiceToken", account_id=account_id,
                                 service_account_id=service["service_account"]["service_account_id"])["token"]
        return account
