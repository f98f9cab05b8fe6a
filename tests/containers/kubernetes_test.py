"""deploy/kubernetes: valid by Kubernetes' own schemas, and what it promises beyond them."""

import copy
import re
import shutil
import subprocess
import unittest
from pathlib import Path

import kubernetes_validate
import yaml

import compose_model

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy/kubernetes"
VERSION = "1.34"
NAME = "app.kubernetes.io/name"
ROLES = {"api", "worker", "writer", "monitor", "trainer", "analytics"}
DISRUPTABLE = {"api", "worker", "writer"}


def documents():
    files = yaml.safe_load((FOLDER / "kustomization.yaml").read_text(encoding="utf-8"))["resources"]
    return [document for file in files for document in yaml.safe_load_all((FOLDER / file).read_text(encoding="utf-8"))]


def by_kind(resources, kind):
    return {one["metadata"]["name"]: one for one in resources if one["kind"] == kind}


def pods(resources):
    """(name, pod's specification, its labels) of each workload."""
    for one in resources:
        if one["kind"] in ("Deployment", "Job"):
            template = one["spec"]["template"]
            yield one["metadata"]["name"], template["spec"], template["metadata"]["labels"]


def containers(spec):
    return spec.get("initContainers", []) + spec["containers"]


def confined(resources):
    for name, spec, _ in pods(resources):
        whole = spec.get("securityContext", {})
        if whole.get("runAsNonRoot") is not True or not whole.get("runAsUser"):
            yield f"{name} may run as root"
        if whole.get("seccompProfile", {}).get("type") != "RuntimeDefault":
            yield f"{name} has no seccomp profile"
        if spec.get("automountServiceAccountToken") is not False:
            yield f"{name} gets a token of the cluster"
        if spec.get("hostNetwork") or spec.get("hostPID") or any("hostPath" in one for one in spec.get("volumes", [])):
            yield f"{name} gets at its node"
        for container in containers(spec):
            own = container.get("securityContext", {})
            if own.get("allowPrivilegeEscalation") is not False or "ALL" not in own.get("capabilities", {}).get("drop", []):
                yield f"{name} may gain privileges"
            if own.get("readOnlyRootFilesystem") is not True:
                yield f"{name} may write into its own image"
            resources_of = container.get("resources", {})
            if not {"cpu", "memory"} <= resources_of.get("requests", {}).keys() or "memory" not in resources_of.get("limits", {}):
                yield f"{name} does not say what it needs"


def probed(resources):
    for name, deployment in by_kind(resources, "Deployment").items():
        for container in deployment["spec"]["template"]["spec"]["containers"]:
            if "readinessProbe" not in container:
                yield f"{name} is not asked whether it is ready"
            ports = {port["name"] for port in container.get("ports", [])}
            for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
                port = container.get(probe, {}).get("httpGet", {}).get("port")
                if port and port not in ports:
                    yield f"{name}'s {probe} asks a port that there is not: {port}"


def disruptable(resources):
    deployments = by_kind(resources, "Deployment")
    budgets = {one["spec"]["selector"]["matchLabels"][NAME]: one for one in by_kind(resources, "PodDisruptionBudget").values()}
    for name in sorted(DISRUPTABLE - budgets.keys()):
        yield f"{name} has no disruption budget"
    for name in sorted(budgets.keys() - deployments.keys()):
        yield f"a disruption budget is of {name}, which there is not"


def scaled(resources):
    deployments, settings = by_kind(resources, "Deployment"), by_kind(resources, "ConfigMap")["sasrec-settings"]["data"]
    scalers = {one["spec"]["scaleTargetRef"]["name"]: one["spec"] for one in by_kind(resources, "HorizontalPodAutoscaler").values()}
    if "worker" not in scalers or not any(one["type"] == "External" for one in scalers["worker"]["metrics"]):
        yield "workers are not scaled by lag"
    elif scalers["worker"]["maxReplicas"] > int(settings["SASREC_PARTITIONS"]):
        yield "there may be more workers than partitions"
    for name in scalers:
        if name not in deployments:
            yield f"{name} is scaled, but there is none"
        elif "replicas" in deployments[name]["spec"]:
            yield f"{name} says replicas, which each apply would set back"


def connected(resources):
    labels = [labels for _, _, labels in pods(resources)]
    for name, service in by_kind(resources, "Service").items():
        if not any(service["spec"]["selector"].items() <= one.items() for one in labels):
            yield f"the service {name} selects nothing"
    claims = by_kind(resources, "PersistentVolumeClaim")
    for name, spec, _ in pods(resources):
        volumes = {one["name"]: one for one in spec.get("volumes", [])}
        mounted = {mount["name"] for container in containers(spec) for mount in container.get("volumeMounts", [])}
        for one in sorted(mounted ^ volumes.keys()):
            yield f"{name} has the volume {one} on one side only"
        for one in volumes.values():
            claim = one.get("persistentVolumeClaim", {}).get("claimName")
            if claim and "ReadWriteMany" not in claims.get(claim, {}).get("spec", {}).get("accessModes", []):
                yield f"{name} shares {claim}, which is not for many nodes"
    for name, spec, found in pods(resources):
        if found.get(NAME) != name:
            yield f"{name}'s pods are not labelled so"


def outside(resources):
    """PostgreSQL and Kafka are somebody else's."""
    for name, spec, _ in pods(resources):
        for container in containers(spec):
            if not container["image"].startswith("sasrec"):
                yield f"{name} runs {container['image']}"
    if "Secret" in {one["kind"] for one in resources}:
        yield "a secret lies in the repository"


def breaches(resources):
    missing = ROLES - by_kind(resources, "Deployment").keys()
    found = [f"there is no {one}" for one in sorted(missing)]
    return found + [breach for rule in (confined, probed, disruptable, scaled, connected, outside) for breach in rule(resources)]


class Manifests(unittest.TestCase):
    def validate(self, resources):
        for one in resources:
            kubernetes_validate.validate(one, VERSION, strict=True)

    def test_they_are_valid(self):
        self.validate(documents())

    def test_a_wrong_one_is_not(self):
        for path, value in [(["spec", "replica"], 2), (["spec", "template", "spec", "containers", 0, "livenessprobe"], {}), (["kind"], "Deploymnt")]:
            one = copy.deepcopy(by_kind(documents(), "Deployment")["writer"])
            place = one
            for step in path[:-1]:
                place = place[step]
            place[path[-1]] = value
            with self.assertRaises(Exception, msg=path):
                self.validate([one])

    def test_every_file_is_in_use(self):
        kustomization = yaml.safe_load((FOLDER / "kustomization.yaml").read_text(encoding="utf-8"))
        self.assertEqual(set(kustomization["resources"]) | {"kustomization.yaml"}, {file.name for file in FOLDER.iterdir()})
        version = re.search(r"project\(sasrec VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())[1]
        images = {one["name"]: one["newTag"] for one in kustomization["images"]}
        used = {container["image"] for _, spec, _ in pods(documents()) for container in containers(spec)}
        self.assertEqual(images, dict.fromkeys(used, version))

    def test_kustomize_builds_them(self):
        if not shutil.which("kubectl"):
            self.skipTest("there is no kubectl here")
        built = subprocess.run(["kubectl", "kustomize", FOLDER], capture_output=True, text=True, check=True).stdout
        resources = list(yaml.safe_load_all(built))
        self.validate(resources)
        self.assertEqual(len(resources), len(documents()))
        for _, spec, _ in pods(resources):
            for container in containers(spec):
                self.assertRegex(container["image"], r":\d+\.\d+\.\d+$")

    def test_they_keep_the_rules(self):
        self.assertEqual(breaches(documents()), [])

    def test_they_run_as_the_images_do(self):
        user = compose_model.read_files(["compose.yaml"])["services"]["api"]["user"]
        for name, spec, _ in pods(documents()):
            context = spec["securityContext"]
            self.assertEqual(f"{context['runAsUser']}:{context['runAsGroup']}", user, name)

    def test_the_secrets_are_those_that_the_documentation_makes(self):
        text = (ROOT / "docs/running.md").read_text(encoding="utf-8")
        made = set(re.findall(r"kubectl --namespace sasrec create secret generic (sasrec-\w+)", text))
        used = {one["secret"]["secretName"] for _, spec, _ in pods(documents()) for one in spec["volumes"] if "secret" in one}
        self.assertEqual(made, used)


class Rules(unittest.TestCase):
    def check(self, change, told):
        resources = documents()
        change(resources)
        found = breaches(resources)
        self.assertTrue(any(told in one for one in found), f"{told!r} is not among {found}")

    def container(self, resources, name="worker"):
        return by_kind(resources, "Deployment")[name]["spec"]["template"]["spec"]["containers"][0]

    def pod(self, resources, name="worker"):
        return by_kind(resources, "Deployment")[name]["spec"]["template"]["spec"]

    def test_each_is_noticed(self):
        container, pod = self.container, self.pod

        def kind(resources, kind, name):
            return by_kind(resources, kind)[name]["spec"]

        for change, told in [
            (lambda all: all.remove(by_kind(all, "Deployment")["writer"]), "there is no writer"),
            (lambda all: pod(all)["securityContext"].update(runAsNonRoot=False), "may run as root"),
            (lambda all: pod(all)["securityContext"].pop("seccompProfile"), "no seccomp"),
            (lambda all: pod(all).pop("automountServiceAccountToken"), "a token"),
            (lambda all: pod(all).update(hostNetwork=True), "gets at its node"),
            (lambda all: container(all)["securityContext"].update(allowPrivilegeEscalation=True), "gain privileges"),
            (lambda all: container(all)["securityContext"]["capabilities"].update(drop=[]), "gain privileges"),
            (lambda all: container(all)["securityContext"].update(readOnlyRootFilesystem=False), "its own image"),
            (lambda all: container(all).pop("resources"), "what it needs"),
            (lambda all: container(all, "trainer").pop("readinessProbe"), "is ready"),
            (lambda all: container(all)["readinessProbe"]["httpGet"].update(port="web"), "a port that there is not"),
            (lambda all: all.remove(by_kind(all, "PodDisruptionBudget")["api"]), "api has no disruption budget"),
            (lambda all: all.remove(by_kind(all, "HorizontalPodAutoscaler")["worker"]), "not scaled by lag"),
            (lambda all: kind(all, "HorizontalPodAutoscaler", "worker").update(maxReplicas=100), "more workers than partitions"),
            (lambda all: kind(all, "HorizontalPodAutoscaler", "api")["scaleTargetRef"].update(name="web"), "web is scaled"),
            (lambda all: kind(all, "Deployment", "worker").update(replicas=3), "says replicas"),
            (lambda all: kind(all, "Service", "api")["selector"].update({NAME: "web"}), "selects nothing"),
            (lambda all: pod(all)["volumes"].pop(), "on one side only"),
            (lambda all: kind(all, "PersistentVolumeClaim", "checkpoints").update(accessModes=["ReadWriteOnce"]), "not for many nodes"),
            (lambda all: container(all).update(image="postgres:15"), "runs postgres:15"),
            (lambda all: all.append({"kind": "Secret", "metadata": {"name": "x"}}), "a secret lies"),
        ]:
            with self.subTest(told):
                self.check(change, told)


if __name__ == "__main__":
    unittest.main()
