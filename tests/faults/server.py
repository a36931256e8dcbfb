"""A rosterd with two accounts: of the one who attacks, and of others."""

import json
import os
import resource
import signal
import subprocess
import time

START_SECONDS = 60


class Account:
    def __init__(self, account_id, token, user):
        self.id, self.token, self.user = account_id, token, user


class Server:
    """On free ports of loopback. Ended by `stop`, or killed when it is left."""

    def __init__(self, rosterd, rosterctl, folder, files=None):
        self._rosterctl = rosterctl
        self.data = os.path.join(folder, "data")
        self._rosterd = rosterd
        operator = subprocess.run([rosterd, "init", "--data-dir", self.data], check=True, capture_output=True,
                                  text=True).stdout.strip()
        limit = (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))) if files else None
        with open(os.path.join(folder, "log"), "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [rosterd, "--data-dir", self.data, "--listen", "127.0.0.1:0", "--health-listen", "127.0.0.1:0",
                 "--metrics-listen", "127.0.0.1:0"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=limit)
        self.pid = self.process.pid
        ready = self._await_ready(os.path.join(folder, "log"))
        self.port, self.health_port, self.metrics_port = ready["port"], ready["health_port"], ready["metrics_port"]
        self.attacker, self.victim = self._account("Attacker", operator), self._account("Victim", operator)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop(self, seconds):
        """Asks it to end; how long that took, or nothing when it was longer."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        return time.monotonic() - began

    def verify(self):
        """What `rosterd verify` says of the store."""
        return subprocess.run([self._rosterd, "verify", "--data-dir", self.data], capture_output=True, text=True)

    def call(self, method, request, token):
        environment = {**os.environ, "ROSTER_TOKEN": token}
        done = subprocess.run([self._rosterctl, "--address", f"127.0.0.1:{self.port}", "call", method, json.dumps(request)],
                              env=environment, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(f"{method}: {done.stderr}")
        return json.loads(done.stdout)

    def _account(self, name, operator):
        identity = "roster.identity.v1.IdentityService/"
        person = {"full_name": name, "email": f"{name}@example.com".lower(), "user_name": name.lower()}
        made = self.call(identity + "CreateAccount", {
            "display_name": name, "preset": "PRESET_ROLE_MATRIX", "administrator": person}, operator)
        account = made["account"]["account_id"]
        service = self.call(identity + "CreateServiceAccount", {
            "account_id": account, "name": "tests", "roles": ["super_admin"]}, operator)
        token = self.call(identity + "IssueServiceToken", {
            "account_id": account, "service_account_id": service["service_account"]["service_account_id"]}, operator)
        return Account(account, token["token"], made["administrator_id"])

    def _await_ready(self, log):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            with open(log, encoding="utf-8") as file:
                for line in file:
                    if line.endswith("\n") and '"message":"ready"' in line:
                        return json.loads(line)
            time.sleep(0.02)
        with open(log, encoding="utf-8") as file:
            raise RuntimeError("rosterd does not start: " + file.read())
