"""What the Kustomize bases in deploy/kubernetes say of the server."""

import pathlib

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVER = ROOT / "deploy" / "kubernetes"
FOLDERS = [SERVER, SERVER / "operator-token"]


def objects_of(folder):
    for name in yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))["resources"]:
        yield from yaml.safe_load_all((folder / name).read_text(encoding="utf-8"))


def objects():
    """All objects by (kind, name)."""
    return {(found["kind"], found["metadata"]["name"]): found for folder in FOLDERS for found in objects_of(folder)}


class Pod:
    """The pod of a StatefulSet or Job."""

    def __init__(self, owner):
        self.spec = owner["spec"]["template"]["spec"]
        self.labels = owner["spec"]["template"]["metadata"]["labels"]
        self.containers = [*self.spec.get("initContainers", []), *self.spec["containers"]]
        self.claims = {claim["metadata"]["name"] for claim in owner["spec"].get("volumeClaimTemplates", [])}
        self.secrets = {volume["name"]: volume["secret"] for volume in self.spec.get("volumes", []) if "secret" in volume}


class Server(Pod):
    def __init__(self):
        super().__init__(objects()["StatefulSet", "roster"])
        (self.container,) = self.containers
        self.environment = {variable["name"]: variable["value"] for variable in self.container["env"]}
        self.ports = {port["name"]: port["containerPort"] for port in self.container["ports"]}
        self.probes = {name: self.container[f"{name}Probe"] for name in ("startup", "readiness", "liveness")}
        self.mounts = self.container["volumeMounts"]
        self.uid, self.gid = (self.spec["securityContext"][name] for name in ("runAsUser", "fsGroup"))
