#!/usr/bin/env python3
"""The clients of docs/clients.md, made from the protos that a package installs and nothing else, against servers of
their own: in plaintext and over TLS. It fetches nothing: what Node and Go need comes from tools/extras, and where that
could not get it their clients are skipped.

  clients_test.py ROSTERD ROSTERCTL
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from running_server import Rosterctl, Server, init

ROSTERD, ROSTERCTL = sys.argv[1:3]
ROOT = pathlib.Path(__file__).resolve().parents[2]
CLIENTS, EXTRAS = ROOT / "docs" / "clients", ROOT / "build" / "extras"
GOOGLE = "/usr/share/gocode/src/github.com/gogo/googleapis"  # of Debian
GOOGLE_NAMES = ("google/rpc/status.proto", "google/rpc/error_details.proto")
SECONDS = 300  # the first time, gRPC is compiled for Go
# As cmake/package.cmake has it.
NOT_INSTALLED = ("view", "commit.proto", "CMakeLists.txt")

SAID = """created: Ada Moss
content.create: DECISION_ALLOW creator
refused: INVALID_ARGUMENT INVALID_FIELDS
  profile.email: an email address has one @, with text on both sides of it
  profile.full_name: a value is required
"""


def run(*words, **settings):
    return subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=SECONDS, check=False, **settings)


def must(*words, **settings):
    done = run(*words, **settings)
    assert done.returncode == 0, f"{words[0]} left with {done.returncode}: {done.stdout}"
    return done.stdout


class Serving:
    """A server with an account and the token of a service account of it, as the environment of a client."""

    def __init__(self, folder, server_flags=(), authority=()):
        folder.mkdir()
        data = str(folder / "data")
        operator = init(ROSTERD, data)
        self.server = Server(ROSTERD, data, *server_flags)
        address = self.server.address.replace("127.0.0.1", "localhost")  # which the certificate names
        self.arguments = (address, *authority)
        caller = Rosterctl(ROSTERCTL, address, operator, *(f"--tls-ca={file}" for file in authority))
        account = caller.make_account()["account"]["account_id"]
        self.environment = {"ROSTER_ACCOUNT": account, "ROSTER_TOKEN": caller.token}


class ClientsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="roster-clients-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.protos = cls.folder / "proto"
        shutil.copytree(ROOT / "proto", cls.protos, ignore=shutil.ignore_patterns(*NOT_INSTALLED))
        cls.names = sorted(str(path.relative_to(cls.protos)) for path in cls.protos.rglob("*.proto"))
        certificate, key = cls.folder / "tls.crt", cls.folder / "tls.key"
        must("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc",
             "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=roster",
             "-addext", "subjectAltName=DNS:localhost")
        cls.servings = []
        for name, flags, authority in (("plain", (), ()),
                                       ("tls", ("--tls-cert", certificate, "--tls-key", key), (certificate,))):
            cls.servings.append(Serving(cls.folder / name, flags, authority))
            cls.addClassCleanup(cls.servings[-1].server.kill)

    def skip(self, why):
        print(f"skipped: {self.id().rsplit('_')[-1]} ({why})", flush=True)
        self.skipTest(why)

    def generate(self, out, *outputs, names=()):
        out.mkdir()
        must("protoc", "-I", self.protos, "-I", "/usr/include", "-I", GOOGLE, *(f"{output}={out}" for output in outputs),
             f"--plugin=protoc-gen-grpc_python={shutil.which('grpc_python_plugin')}", *self.names, *names)
        return out

    def assert_works(self, *words, **variables):
        for serving in self.servings:
            done = run(*words, *serving.arguments, env={**os.environ, **serving.environment, **variables})
            said = done.stdout.replace("InvalidArgument", "INVALID_ARGUMENT")  # Go's name of the code
            self.assertEqual((done.returncode, said), (0, SAID), f"{words} {serving.arguments}")

    def test_python(self):
        out = self.generate(self.folder / "python", "--python_out", "--grpc_python_out", names=GOOGLE_NAMES)
        self.assert_works(sys.executable, CLIENTS / "python" / "client.py", PYTHONPATH=str(out))

    def test_node(self):
        modules = EXTRAS / "node" / "node_modules"
        if not shutil.which("node") or not modules.is_dir():
            self.skip("tools/extras has no packages of it")
        folder = self.folder / "node"
        folder.mkdir()
        shutil.copy(CLIENTS / "node" / "client.js", folder)
        shutil.copy(CLIENTS / "node" / "package.json", folder)
        (folder / "node_modules").symlink_to(modules)
        self.assert_works("node", folder / "client.js", ROSTER_PROTO=str(self.protos))

    def test_go(self):
        for program in ("go", "protoc-gen-go", "protoc-gen-go-grpc"):
            if not shutil.which(program):
                self.skip(f"no {program}; tools/extras builds the plugins where there is go")
        out = self.folder / "go"
        self.generate(out, "--go_out", "--go-grpc_out")
        (out / "roster" / "go.mod").write_text("module roster\n\ngo 1.22\n", encoding="utf-8")
        for name in ("main.go", "go.mod", "go.sum"):
            shutil.copy(CLIENTS / "go" / name, out)
        built = run("go", "build", "-o", "client", ".", cwd=out, env={**os.environ, "GOPROXY": "off", "GOFLAGS": ""})
        if "module lookup disabled by GOPROXY=off" in built.stdout:
            self.skip("tools/extras has no modules of it")
        self.assertEqual(built.returncode, 0, built.stdout)
        self.assert_works(out / "client")

    def test_the_page_pins_what_is_tested(self):
        page = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
        extras = (ROOT / "tools" / "extras").read_text(encoding="utf-8")
        named = re.findall(r"^go install (\S+)@(\S+)$", page, re.MULTILINE)
        self.assertEqual(len(named), 2)
        for package, version in named:
            self.assertIn(f" {package} {version}\n", extras)

    def test_buf(self):
        if not shutil.which("buf") or not shutil.which("protoc-gen-go"):
            self.skip("tools/extras has not built it")
        out = self.folder / "buf"
        must("buf", "generate", "--template", CLIENTS / "buf.gen.yaml", "-o", out, cwd=ROOT)
        for language, ending in (("python", "_pb2.py"), ("go", ".pb.go")):
            folder = out / "gen" / language
            made = {str(path.relative_to(folder)) for path in folder.rglob(f"*{ending}")}
            self.assertEqual(made - self.grpc_of_go(), {name.replace(".proto", ending) for name in self.names})

    def grpc_of_go(self):
        return {name.replace(".proto", "_grpc.pb.go") for name in self.names}


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
