"""What is measured on: a rosterd with users, the limits beside it, and the runs over them."""

import json
import pathlib
import shutil

import tour_client
from benchmark.processes import Failed, Server, run

PRESET = "PRESET_ROLE_MATRIX"
# Where people begin that are no users of the account that is read; far from any number of those.
NEW_PEOPLE = 1_000_000_000


class Programs:
    def __init__(self, build):
        self.rosterd = build / "services" / "rosterd"
        self.rosterctl = build / "tools" / "rosterctl" / "rosterctl"
        folder = build / "tools" / "benchmark"
        self.echo_server, self.synced_write, self.load = (
            folder / name for name in ("echo_server", "synced_write", "load"))


class Bed:
    """Ends its processes and removes its data when it is left."""

    def __init__(self, programs, scratch, users):
        self.programs, self.users = programs, users
        self.folder = pathlib.Path(scratch) / str(users)
        self.limits = self.roster = None
        self.readers = self.writers = None  # (id, token) of the account that is read, of the one that is written
        self.next_person = NEW_PEOPLE
        self.written = 0

    def __enter__(self):
        self.folder.mkdir()
        return self

    def __exit__(self, *_):
        for server in (self.roster, self.limits):
            if server is not None:
                server.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        """Returns what the import of all users came to."""
        # In a folder of its own, because rosterd keeps files beside its data directory too.
        data = self.folder / "roster" / "data"
        data.parent.mkdir()
        operator = run([self.programs.rosterd, "init", "--data-dir", data]).strip()
        self.roster = Server([self.programs.rosterd, "--data-dir", data, "--listen", "127.0.0.1:0",
                              "--health-listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"],
                             self.folder / "rosterd.log")
        self.roster.start()
        self.readers, self.writers = self._account("Readers", operator), self._account("Writers", operator)
        return self._load(self.readers, ["import", "--first", 0, "--rows", self.users])

    def start_limits(self):
        self.limits = Server([self.programs.echo_server, "--dir", self.folder / "limits", "--filled", self.users],
                             self.folder / "echo_server.log")
        self.limits.start()

    def _account(self, name, operator):
        """Returns the id of a new account, and the token of a service that may do everything in it."""
        client, address = tour_client.Rosterctl(str(self.programs.rosterctl)), f"127.0.0.1:{self.roster.port}"

        def call(method, request):
            return client.call(address, tour_client.IDENTITY + method, request, operator)

        administrator = {"full_name": "First Administrator", "email": "first@example.com", "user_name": "first"}
        account = call("CreateAccount", {"display_name": name, "preset": PRESET, "administrator": administrator})
        account_id = account["account"]["account_id"]
        service = call("CreateServiceAccount", {"account_id": account_id, "name": "load", "roles": ["super_admin"]})
        token = call("IssueServiceToken", {
            "account_id": account_id, "service_account_id": service["service_account"]["service_account_id"]})
        return account_id, token["token"]

    def _load(self, account, words, server=None):
        server, (account_id, token) = server or self.roster, account
        return json.loads(run([self.programs.load, "--port", server.port, "--pid", server.pid,
                               "--account", account_id, *words], token))

    def survey(self):
        self._load(self.readers, ["survey", "--subjects", self.folder / "subjects"])

    def loop(self, workload, in_flight, seconds):
        """A closed loop of calls: on the limits, or on Roster as one who reads or writes."""
        words = ["run", workload, "--in-flight", in_flight, "--channels", min(in_flight, 4), "--seconds", seconds]
        if workload in ("echo", "echo_items", "page", "write"):
            result = self._load(self.writers, words, self.limits)
        elif workload == "create":
            result = self._load(self.writers, [*words, "--first", self.next_person])
            self.next_person += result["started"]
        else:
            result = self._load(self.readers, [*words, "--subjects", self.folder / "subjects"])
        if result["errors"]:
            raise Failed(f"{workload} failed: {result['errors']}")
        return result

    def import_people(self, rows):
        result = self._load(self.writers, ["import", "--first", self.next_person, "--rows", rows])
        self.next_person += rows
        return result

    def synced_write(self, groups, commits, users):
        """So many groups of so many commits of so many users each, on a store of its own."""
        self.written += 1
        folder = self.folder / f"written-{self.written}"
        words = ["--dir", folder, "--filled", self.users, "--groups", groups, "--commits-per-group", commits,
                 "--users-per-commit", users]
        try:
            return json.loads(run([self.programs.synced_write, *words]))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
