#!/usr/bin/env python3
"""The Kustomize bases and the Dockerfile: of types that Kubernetes has, and in agreement with each other and with rosterd.

  manifests_test.py ROSTERD

It fetches nothing: the types of Kubernetes come from tools/extras, and where that could not get them this part is
skipped.
"""

import os
import re
import shutil
import subprocess
import sys
import unittest

import base

ROSTERD = sys.argv[1]
TYPES = base.ROOT / "tests" / "deploy" / "manifests"
DOCKERFILE = (base.ROOT / "deploy" / "docker" / "Dockerfile").read_text(encoding="utf-8")
SECONDS = 500  # the first time, the types of Kubernetes are compiled


class Rosterd:
    """What `rosterd --help` lists."""

    def __init__(self):
        text = subprocess.run([ROSTERD, "--help"], check=True, stdout=subprocess.PIPE, text=True).stdout
        self.flags = set(re.findall(r"^  (?:-\w,)?(--[a-z-]+)", text, re.MULTILINE))
        self.variables = set(re.findall(r"Env:(\w+)", text))
        self.commands = set(re.findall(r"^  ([a-z-]+) ", text.split("Subcommands:")[1], re.MULTILINE))
        self.ports = {variable: int(port) for port, variable in re.findall(r":(\d+) \(Env:(\w+)\)", text)}


class ManifestsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rosterd, cls.server, cls.objects = Rosterd(), base.Server(), base.objects()

    def pods(self):
        return [base.Pod(owner) for (kind, _), owner in self.objects.items() if kind in ("StatefulSet", "Job")]

    def test_types_of_kubernetes(self):
        if not shutil.which("go"):
            self.skip("no go")
        settings = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "timeout": SECONDS}
        done = subprocess.run(["go", "run", ".", *base.FOLDERS], cwd=TYPES, check=False, stdin=subprocess.DEVNULL,
                              env={**os.environ, "GOPROXY": "off", "GOFLAGS": "-mod=readonly"}, **settings)
        if "disabled by GOPROXY=off" in done.stdout or "requires go >=" in done.stdout:
            self.skip("tools/extras has not got the types of Kubernetes")
        self.assertEqual((done.returncode, done.stdout), (0, f"{len(self.objects)} objects\n"))

    def skip(self, why):
        print(f"skipped: types of Kubernetes ({why})", flush=True)
        self.skipTest(why)

    def test_rosterd_knows_every_variable(self):
        self.assertGreater(len(self.server.environment), 5)
        self.assertEqual(set(self.server.environment) - self.rosterd.variables, set())

    def test_rosterd_knows_every_flag(self):
        arguments = self.server.container.get("args", [])
        named = {word.split("=")[0] for word in arguments if word.startswith("-")}
        self.assertLessEqual(named, self.rosterd.flags)
        self.assertLessEqual({word for word in arguments if not word.startswith("-")}, self.rosterd.commands)

    def test_pages_name_what_rosterd_knows(self):
        text = (base.ROOT / "docs" / "kubernetes.md").read_text(encoding="utf-8") + DOCKERFILE
        variables = set(re.findall(r"\bROSTER_[A-Z_]+\b", text))
        self.assertEqual(variables - self.rosterd.variables, set())

    def test_ports_are_those_of_rosterd(self):
        listening = {variable: self.server.environment[variable].rsplit(":", 1) for variable in self.rosterd.ports}
        self.assertEqual({variable: int(port) for variable, (_, port) in listening.items()}, self.rosterd.ports)
        self.assertEqual({host for host, _ in listening.values()}, {"0.0.0.0"})
        self.assertEqual(set(self.server.ports.values()), set(self.rosterd.ports.values()))
        exposed = re.search(r"^EXPOSE (.*)$", DOCKERFILE, re.MULTILINE)[1].split()
        self.assertEqual({int(port) for port in exposed}, set(self.rosterd.ports.values()))

    def test_services_and_policy_lead_to_ports(self):
        self.assertEqual(self.server.ports, {"grpc": self.rosterd.ports["ROSTER_LISTEN"],
                                             "health": self.rosterd.ports["ROSTER_HEALTH_LISTEN"],
                                             "metrics": self.rosterd.ports["ROSTER_METRICS_LISTEN"]})
        for (kind, name), found in self.objects.items():
            if kind == "Service":
                for port in found["spec"]["ports"]:
                    self.assertEqual(port["port"], self.server.ports[port["targetPort"]], name)
        policy = self.objects["NetworkPolicy", "roster"]["spec"]
        for rule in policy["ingress"]:
            self.assertLessEqual({port["port"] for port in rule["ports"]}, {"grpc", "metrics"})
        annotations = self.objects["StatefulSet", "roster"]["spec"]["template"]["metadata"]["annotations"]
        self.assertEqual(annotations["prometheus.io/port"], str(self.server.ports["metrics"]))

    def test_selectors_match_the_server_alone(self):
        chosen = [found["spec"]["selector"] for (kind, _), found in self.objects.items() if kind == "Service"]
        for kind in ("StatefulSet", "PodDisruptionBudget"):
            chosen.append(self.objects[kind, "roster"]["spec"]["selector"]["matchLabels"])
        chosen.append(self.objects["NetworkPolicy", "roster"]["spec"]["podSelector"]["matchLabels"])
        self.assertEqual(len(chosen), 5)
        for selector in chosen:
            matched = [pod.labels for pod in self.pods() if selector.items() <= pod.labels.items()]
            self.assertEqual(matched, [self.server.labels])

    def test_probes_ask_the_port_of_health(self):
        for name, probe in self.server.probes.items():
            self.assertEqual(probe["grpc"]["port"], self.server.ports["health"], name)

    def test_files_are_in_volumes(self):
        folders = {mount["mountPath"] + "/": mount["name"] for mount in self.server.mounts}
        files = {name: value for name, value in self.server.environment.items() if value.startswith("/")}
        store, token = files.pop("ROSTER_STORE_DIR"), files["ROSTER_TOKEN_FILE"]
        for part in ("data", "vault", "checkpoint"):
            files[part] = f"{store}/{part}/"
        volumes = {}
        for what, path in files.items():
            (volumes[what],) = (name for folder, name in folders.items() if path.startswith(folder))
        self.assertLessEqual(set(volumes.values()), {*self.server.claims, *self.server.secrets})
        self.assertNotEqual(volumes["data"], volumes["vault"])
        self.assertEqual(volumes["vault"], volumes["checkpoint"])
        self.assertEqual(self.job_words("publish")[-1], f"--from-file=token={token}")
        self.assertEqual(self.job_words("remove"), ["rm", token])
        (claim,) = (volume["persistentVolumeClaim"]["claimName"] for volume in self.job().spec["volumes"]
                    if "persistentVolumeClaim" in volume)
        self.assertIn(claim, {f"{name}-roster-0" for name in self.server.claims})

    def job(self):
        return base.Pod(self.objects["Job", "roster-operator-token"])

    def job_words(self, name):
        (container,) = (container for container in self.job().containers if container["name"] == name)
        return [*container["command"], *container.get("args", [])]

    def test_pods_are_restricted(self):
        """As the Pod Security Standard `restricted` wants it, and with a root file system that can't be written."""
        for pod in self.pods():
            context = pod.spec["securityContext"]
            self.assertEqual((context["runAsNonRoot"], context["seccompProfile"]), (True, {"type": "RuntimeDefault"}))
            self.assertEqual(context["fsGroupChangePolicy"], "OnRootMismatch")
            self.assertFalse(pod.spec["enableServiceLinks"])
            for container in pod.containers:
                self.assertEqual(container["securityContext"], {
                    "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}})
        self.assertFalse(self.server.spec["automountServiceAccountToken"])
        user = re.search(r"^USER (.*)$", DOCKERFILE, re.MULTILINE)[1]
        self.assertEqual(user, f"{self.server.uid}:{self.server.gid}")

    def test_secrets_are_open_to_the_group_at_most(self):
        self.assertEqual(set(self.server.secrets), {"kek", "tls"})
        self.assertEqual({secret["defaultMode"] for secret in self.server.secrets.values()}, {0o440})


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
