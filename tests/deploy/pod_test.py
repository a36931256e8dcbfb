#!/usr/bin/env python3
"""A pod of the Kustomize base without Kubernetes: its environment, its user, its volumes and Secrets with the owners, modes
and links that a kubelet gives them, its probes; started, stopped and started again. As root.

  pod_test.py ROSTERD ROSTERCTL
"""

import json
import os
import pathlib
import shlex
import signal
import stat
import subprocess
import sys
import tempfile
import time
import unittest

import grpc

import base

ROSTERD, ROSTERCTL = sys.argv[1:3]
FREE = "127.0.0.1:0"
SECONDS = 30
SERVING = b"\x08\x01"  # a HealthCheckResponse


def must(*words, **settings):
    done = subprocess.run(words, check=False, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, text=True,
                          **settings)
    assert done.returncode == 0, f"{words[0]}: {done.stderr}"
    return done.stdout


class Pod:
    """The volumes of the server's pod, each below a folder in the place of the root, and its process."""

    def __init__(self, folder):
        self.base = base.Server()
        self.root = folder / "root"
        self.log = folder / "log"
        folder.chmod(0o755)
        for mount in self.base.mounts:
            path = self.path(mount["mountPath"])
            path.mkdir(parents=True)
            os.chown(path, 0, self.base.gid)
            path.chmod(0o2775)
        self.process = None

    def path(self, name):
        return self.root / str(name).lstrip("/")

    def put_secret(self, volume, files):
        """As a kubelet writes a Secret: names are links to what ..data links to, which can be swapped at once."""
        (folder,) = (self.path(mount["mountPath"]) for mount in self.base.mounts if mount["name"] == volume)
        version = folder / f"..{time.time_ns()}"
        version.mkdir(mode=0o755)
        for name, text in files.items():
            (version / name).write_text(text, encoding="utf-8")
            os.chown(version / name, 0, self.base.gid)
            (version / name).chmod(self.base.secrets[volume]["defaultMode"])
            if not (folder / name).is_symlink():
                (folder / name).symlink_to(f"..data/{name}")
        (folder / "..data_tmp").symlink_to(version.name)
        (folder / "..data_tmp").rename(folder / "..data")

    def environment(self):
        return {name: str(self.path(value)) if value.startswith("/") else value
                for name, value in self.base.environment.items()}

    def confined(self, words):
        """The words of a command that runs these as the user of the pod, where only its volumes can be written."""
        lines = []
        for mount in self.base.mounts:
            path = shlex.quote(str(self.path(mount["mountPath"])))
            lines.append(f"mount --bind {path} {path}")
            if mount.get("readOnly"):
                lines.append(f"mount -o remount,bind,ro {path}")
        tops = {"/", must("findmnt", "-n", "-o", "TARGET", "--target", self.root).strip()}
        lines += [f"mount -o remount,bind,ro {shlex.quote(top)}" for top in tops]
        uid, gid = self.base.uid, self.base.gid
        lines.append(f"exec setpriv --reuid {uid} --regid {gid} --groups {gid} --no-new-privs {shlex.join(words)}")
        return ["unshare", "--mount", "sh", "-ec", "\n".join(lines)]

    def start(self):
        """Returns the ports of the line "ready"."""
        words = self.confined([ROSTERD, "--listen", FREE, "--health-listen", FREE, "--metrics-listen", FREE])
        with self.log.open("w", encoding="utf-8") as log:
            self.process = subprocess.Popen(words, cwd="/", env={"PATH": os.environ["PATH"], **self.environment()},
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            for line in self.log.read_text(encoding="utf-8").splitlines(keepends=True):
                if line.endswith("\n") and '"message":"ready"' in line:
                    return json.loads(line)
            time.sleep(0.02)
        raise AssertionError("rosterd is not ready: " + self.log.read_text(encoding="utf-8"))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(self.base.spec["terminationGracePeriodSeconds"])

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def may_mount():
    return os.geteuid() == 0 and subprocess.run(["unshare", "--mount", "true"], check=False).returncode == 0


def may_run(uid):
    words = ["setpriv", "--reuid", str(uid), "--clear-groups", ROSTERD, "--version"]
    return subprocess.run(words, check=False, stdout=subprocess.DEVNULL).returncode == 0


class PodTest(unittest.TestCase):
    def setUp(self):
        if not may_mount():
            self.skip("a kubelet mounts, and this user may not")
        if not may_run(base.Server().uid):
            self.skip("the user of the pod may not run the program, where it lies")
        folder = tempfile.TemporaryDirectory(prefix="roster-pod-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.pod = Pod(self.folder)
        self.addCleanup(self.pod.kill)
        self.put_certificate()
        self.pod.put_secret("kek", {"kek": must("openssl", "rand", "-hex", "32")})

    def skip(self, why):
        print(f"skipped: pod ({why})", flush=True)
        self.skipTest(why)

    def put_certificate(self):
        self.authority, key = self.folder / "tls.crt", self.folder / "tls.key"
        must("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc", "-keyout",
             key, "-out", self.authority, "-days", "2", "-subj", "/CN=roster", "-addext", "subjectAltName=DNS:localhost")
        self.pod.put_secret("tls", {file.name: file.read_text(encoding="utf-8") for file in (self.authority, key)})

    def call(self, ready, method, request, token):
        said = must(ROSTERCTL, "--address", f"localhost:{ready['port']}", "--tls-ca", self.authority, "call", method,
                    json.dumps(request), env={**os.environ, "ROSTER_TOKEN": token})
        return json.loads(said)

    def assert_probes_pass(self, ready):
        with grpc.insecure_channel(f"127.0.0.1:{ready['health_port']}") as channel:
            check = channel.unary_unary("/grpc.health.v1.Health/Check")
            for name, probe in self.pod.base.probes.items():
                service = probe["grpc"]["service"].encode()
                answer = check(b"\x0a" + bytes([len(service)]) + service, timeout=probe.get("timeoutSeconds", 1))
                self.assertEqual(answer, SERVING, name)

    def take_token(self):
        """What the Job does."""
        file = pathlib.Path(self.pod.environment()["ROSTER_TOKEN_FILE"])
        found = file.stat()
        self.assertEqual((found.st_uid, stat.S_IMODE(found.st_mode)), (self.pod.base.uid, 0o600))
        token = file.read_text(encoding="utf-8").strip()
        self.assertTrue(token)
        self.assertNotIn(token, self.pod.log.read_text(encoding="utf-8"))
        file.unlink()
        return token

    def test_starts_twice(self):
        ready = self.pod.start()
        self.assertTrue(ready["tls"])
        self.assert_probes_pass(ready)
        token = self.take_token()
        administrator = {"full_name": "Grace Moss", "email": "grace@example.com"}
        self.call(ready, "CreateAccount", {"preset": "role_matrix", "display_name": "Example",
                                           "administrator": administrator}, token)
        before = self.call(ready, "ListAccounts", {}, token)["accounts"]
        self.assertEqual(len(before), 1)
        self.assertEqual(self.pod.stop(), 0)
        ready = self.pod.start()
        self.assert_probes_pass(ready)
        self.assertEqual(self.call(ready, "ListAccounts", {}, token)["accounts"], before)
        self.assertFalse(os.path.exists(self.pod.environment()["ROSTER_TOKEN_FILE"]))
        self.assertEqual(self.pod.stop(), 0)

    def test_a_certificate_is_renewed(self):
        """The kubelet swaps the link ..data, and new connections show the new certificate."""
        ready = self.pod.start()
        token = self.take_token()
        self.put_certificate()
        end = time.monotonic() + SECONDS
        while True:
            try:
                self.call(ready, "ListAccounts", {}, token)
                return
            except AssertionError:
                self.assertLess(time.monotonic(), end, "the new certificate is not shown")
                time.sleep(0.2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
