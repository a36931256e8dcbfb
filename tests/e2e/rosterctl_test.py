#!/usr/bin/env python3
"""rosterctl as people use it, against a server of its own.

  rosterctl_test.py ROSTERD ROSTERCTL
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

from running_server import Rosterctl, Server, init

ROSTERD, ROSTERCTL = sys.argv[1:3]


class RosterctlTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="roster-ctl-")
        data = os.path.join(cls.folder.name, "data")
        token = init(ROSTERD, data)
        cls.server = Server(ROSTERD, data)
        cls.rosterctl = Rosterctl(ROSTERCTL, cls.server.address, token)
        cls.account = cls.rosterctl.make_account()
        cls.id = cls.account["account"]["account_id"]
        for name in ("Ann", "José"):
            cls.answer("CreateUser", account_id=cls.id, roles=["viewer"],
                       profile={"full_name": name, "email": f"{name.lower()}@example.com"})

    @classmethod
    def tearDownClass(cls):
        cls.server.kill()
        cls.folder.cleanup()

    @classmethod
    def run_it(cls, *words, text=None):
        return cls.rosterctl.run(*words, text=text)

    @classmethod
    def answer(cls, method, **request):
        return cls.rosterctl.answer(method, **request)

    def test_check_is_that_of_access(self):
        """Health has a Check too, and is asked for in full."""
        result = self.answer("Check", account_id=self.id, user_id=self.account["administrator_id"],
                             permission="users.create")
        self.assertEqual(result["result"]["decision"], "DECISION_ALLOW")
        self.assertEqual(self.answer("Health/Check"), {"status": "SERVING"})

    def test_enums_with_or_without_prefix(self):
        for method in ("SSO", "sso", "AUTH_METHOD_SSO", "auth_method_sso"):
            made = self.answer("CreateUser", account_id=self.id, roles=["viewer"], auth_method=method,
                               validate_only=True, profile={"full_name": "X", "email": "x@example.com"})
            self.assertEqual(made["user"]["auth_method"], "AUTH_METHOD_SSO")
        done = self.run_it("call", "CreateUser", '{"auth_method": "fax"}')
        self.assertEqual(done.returncode, 2)
        self.assertIn("fax", done.stderr)

    def test_masks_in_both_forms_and_names(self):
        for mask in ("profile.full_name,userId", {"paths": ["profile.full_name", "user_id"]}, "profile.fullName,user_id"):
            users = self.answer("ListUsers", account_id=self.id, read_mask=mask)["users"]
            self.assertEqual({tuple(user) for user in users}, {("user_id", "profile")})

    @unittest.skipUnless(shutil.which("grpcurl"), "grpcurl is not there")
    def test_c75_the_printed_line_works(self):
        request = {"account_id": self.id, "read_mask": "profile.full_name", "filter": "status = PENDING AND 'jos'"}
        line = self.run_it("grpcurl", "ListUsers", json.dumps(request)).stdout
        done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=30, check=False,
                              env={**os.environ, "ROSTER_TOKEN": self.rosterctl.token})
        self.assertEqual(done.returncode, 0, line + done.stderr)
        self.assertEqual([user["profile"] for user in json.loads(done.stdout)["users"]], [{"fullName": "José"}])
        self.assertIn("grpcurl", shlex.split(line))

    def test_tables(self):
        request = json.dumps({"account_id": self.id, "order_by": "full_name",
                              "read_mask": "profile.full_name,roles,status"})
        done = self.run_it("call", "-o", "table", "ListUsers", request)
        self.assertEqual(done.stdout.splitlines()[:4], [
            "profile.full_name  status               roles",
            "Ann                USER_STATUS_PENDING  viewer",
            "Grace Moss         USER_STATUS_PENDING  super_admin",
            "José               USER_STATUS_PENDING  viewer"])
        self.assertRegex(done.stdout.splitlines()[4], r"^position: \d+$")
        done = self.run_it("call", "--output", "table", "Health/Check")
        self.assertEqual(done.stdout, "status: SERVING\n")
        self.assertEqual(self.run_it("call", "-o", "xml", "Health/Check").returncode, 2)

    def test_refusals_say_each_word_once(self):
        done = subprocess.run([ROSTERCTL, "--address", self.server.address, "call", "ListAccounts"], text=True,
                              capture_output=True, timeout=30, check=False, env={"ROSTER_TOKEN": "wrong"})
        self.assertEqual(done.returncode, 1)
        self.assertTrue(done.stderr.startswith("UNAUTHENTICATED: a valid credential"), done.stderr)
        done = self.run_it("call", "CreateUser", json.dumps({"account_id": self.id, "profile": {"email": "x"}}))
        self.assertEqual(done.returncode, 1)
        self.assertIn("\n  profile.email: INVALID_EMAIL: an email address has one @", done.stderr)

    def import_file(self, *words, text=None):
        return self.run_it("import", "--account", self.id, "--dry-run", *words, text=text)

    def test_c21_rows_that_fail_have_an_exit_code(self):
        header = "Name,Email,User name,Title,Groups\n"
        path = os.path.join(self.folder.name, "rows.csv")
        for rows, code in (("\n", 0), ("X,x21@example.com,x21,,Viewer\n", 0), (",bad,,,Viewr\nX,,,,\n", 3)):
            with open(path, "w", encoding="utf-8") as file:
                file.write(header + rows)
            done = self.import_file("--file", path)
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        lines = done.stdout.splitlines()
        self.assertEqual([line.split(":")[0] for line in lines[:4]], [
            "row 1 line 2 MISSING_FIELD full_name", "row 1 line 2 INVALID_EMAIL email",
            "row 1 line 2 MISSING_FIELD user_name", "row 1 line 2 ROLE_NOT_FOUND role"])
        # Refused as a whole is another thing.
        self.assertEqual(self.import_file("--file", os.devnull).returncode, 1)
        self.assertEqual(self.import_file("--file", path, "--charset", "klingon").returncode, 1)
        for unreadable in (path + ".not", self.folder.name):
            self.assertEqual(self.import_file("--file", unreadable).returncode, 2, unreadable)

    def test_c24_pipes_and_standard_input(self):
        text = "Name;Email;User name;Title;Groups\nZoë;zoe@example.com;zoe;;Viewer\n"
        done = self.import_file("--file", "-", text=text)
        self.assertEqual((done.returncode, json.loads(done.stdout)["created"]), (0, 1), done.stderr)
        done = self.import_file("--file", "/dev/stdin", "--delimiter", ";", text=text)
        self.assertEqual((done.returncode, json.loads(done.stdout)["created"]), (0, 1), done.stderr)
        pipe = os.path.join(self.folder.name, "pipe")
        os.mkfifo(pipe)
        with subprocess.Popen(["tee", pipe], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as writer:
            writer.stdin.write(text.replace(";", "\t").encode("windows-1252"))
            writer.stdin.close()
            done = self.import_file("--file", pipe, "--charset", "windows-1252", "--delimiter", "tab")
        self.assertEqual((done.returncode, json.loads(done.stdout)["created"]), (0, 1), done.stderr)

    def test_certificates_go_with_keys_and_authorities(self):
        for words in (["--tls-cert", "x"], ["--tls-key", "x"], ["--tls-cert", "x", "--tls-key", "x"],
                      ["--tls-ca", "/nowhere", "--tls-cert", "x", "--tls-key", "x"]):
            done = self.run_it(*words, "call", "ListAccounts")
            self.assertEqual(done.returncode, 2, words)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
