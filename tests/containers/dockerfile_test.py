"""deploy/Dockerfile: hadolint, what both builders understand, and what may get into an image."""

import fnmatch
import os
import re
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = ROOT / "deploy/Dockerfile"
HADOLINT = Path(os.environ["SASREC_CHECKERS"]) / "bin/hadolint"
TARGETS = ("service", "trainer", "analytics")


def instructions(text):
    """(instruction, arguments), with lines that go on put together."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n", " ", "\n".join(lines)).splitlines():
        if line.strip():
            word, _, rest = line.strip().partition(" ")
            yield word.upper(), " ".join(rest.split())


def breaches(text):
    """What the classic builder doesn't understand, or an image must not be."""
    stages, stage = {}, None
    arguments = {}
    for word, rest in instructions(text):
        if "<<" in rest and word in ("RUN", "COPY", "ADD"):
            yield f"{word} has a heredoc"
        if rest.startswith("--mount") or rest.startswith("--network") or rest.startswith("--security"):
            yield f"{word} {rest.split()[0]} is for BuildKit only"
        if word in ("COPY", "ADD") and re.match(r"--(link|chmod|parents|exclude)", rest):
            yield f"{word} {rest.split()[0]} is for BuildKit only"
        if word == "ADD":
            yield "ADD fetches and unpacks: COPY"
        if word == "ARG" and len(rest.split()) > 1:
            yield "ARG with several names is for BuildKit only"
        if word == "ARG" and "=" in rest and stage is None:
            arguments[rest.partition("=")[0]] = rest.partition("=")[2]
        if word == "FROM":
            image, name = re.match(r"(?:--platform=\S+ )?(\S+)(?: AS (\S+))?$", rest, re.IGNORECASE).groups()
            image = re.sub(r"\$\{(\w+)\}", lambda match: arguments[match[1]], image)
            if image not in stages and not re.search(r":.*\d+\.\d+", image):
                yield f"FROM {image} names no version"
            stage = name or "the last"
            stages[stage] = {"parent": image, "words": {}}
        elif stage:
            stages[stage]["words"].setdefault(word, []).append(rest)
    for target in TARGETS:
        words = stages.get(target, {}).get("words", {})
        if "USER" not in words or not re.match(r"[1-9]\d*:[1-9]\d*$", words["USER"][-1]):
            yield f"{target} does not run as a numbered account that is not root"
        if "ENTRYPOINT" not in words or not words["ENTRYPOINT"][-1].startswith("["):
            yield f"{target} has no entry point in the form of a list"
        parent = target
        while parent in stages:
            parent = stages[parent]["parent"]
            if parent == "build":
                yield f"{target} is built on the compiler's stage"
    if stages and list(stages.values())[-1]["parent"] != "service":
        yield "what is built without a target is not the service"


def let_through(path, patterns):
    """Whether .dockerignore leaves `path` in: the last pattern that matches it, or a folder above it, decides."""
    inside = True
    for pattern in patterns:
        keep, pattern = pattern.startswith("!"), pattern.lstrip("!")
        parents = [path, *(str(parent) for parent in Path(path).parents if str(parent) != ".")]
        if any(fnmatch.fnmatchcase(one, pattern.replace("**/", "*")) for one in parents):
            inside = keep
    return inside


class Dockerfile(unittest.TestCase):
    def setUp(self):
        self.text = DOCKERFILE.read_text(encoding="utf-8")

    def test_hadolint(self):
        finished = subprocess.run([HADOLINT, "--config", ROOT / "deploy/.hadolint.yaml", DOCKERFILE], capture_output=True, text=True)
        self.assertEqual(finished.returncode, 0, finished.stdout)

    def test_it_keeps_the_rules(self):
        self.assertEqual(list(breaches(self.text)), [])

    def test_the_rules_notice(self):
        for old, new, told in [
            ("RUN update-ca", "RUN --mount=type=cache,target=/x update-ca", "BuildKit only"),
            ("RUN update-ca-certificates", "RUN <<E\nx\nE", "heredoc"),
            ("COPY src/", "COPY --chmod=755 src/", "BuildKit only"),
            ("COPY src/", "ADD src/", "ADD"),
            ("ARG JOBS", "ARG JOBS MORE", "several names"),
            ("debian:12.12-slim", "debian:stable-slim", "no version"),
            ("USER 10001:10001", "USER root", "not root"),
            ("USER 10001:10001", "USER 0:0", "not root"),
            ('ENTRYPOINT ["sasrec-trainer"]', "ENTRYPOINT sasrec-trainer", "a list"),
            ("FROM service-files AS service\n", "FROM build AS service\n", "compiler's stage"),
            ("\nFROM service\n", "\nFROM trainer\n", "not the service"),
        ]:
            with self.subTest(new):
                self.assertIn(old, self.text)
                found = list(breaches(self.text.replace(old, new)))
                self.assertTrue(any(told in one for one in found), found)

    def test_the_service_gets_no_compiler_torch_or_node(self):
        """Of its own stages only files with names are copied."""
        stages = re.split(r"^FROM ", self.text, flags=re.MULTILINE)
        (files,) = [stage for stage in stages if " AS service-files\n" in stage]
        copied = re.findall(r"^COPY --from=build (\S+)", files, flags=re.MULTILINE)
        self.assertEqual(copied, ["/src/deploy/images/ready.sh", "/src/build/release/bin/sasrec"])
        self.assertNotRegex(files, r"build-essential|-dev\b|nodejs|python|torch")


class Context(unittest.TestCase):
    """What of the project's folder the builder gets."""

    def setUp(self):
        lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        self.patterns = [line for line in lines if line and not line.startswith("#")]

    def test_all_that_is_copied(self):
        for word, rest in instructions(DOCKERFILE.read_text(encoding="utf-8")):
            if word == "COPY" and "--from=" not in rest:
                for source in rest.split()[:-1]:
                    files = [ROOT / source] if (ROOT / source).is_file() else [one for one in (ROOT / source).rglob("*") if one.is_file()]
                    kept = [one for one in files if let_through(str(one.relative_to(ROOT)), self.patterns)]
                    self.assertTrue(kept, source)

    def test_no_secret_and_no_history(self):
        for path in ("deploy/secrets/admin_key", ".git/config", "build/release/bin/sasrec", "var/service.log", "sasrec.toml", ".env",
                     "deploy/.env", "web/node_modules/vite/package.json", "tools/__pycache__/demo.pyc", "checkpoints/CURRENT"):  # fmt: skip
            self.assertFalse(let_through(path, self.patterns), path)
        for path in ("src/apps/sasrec.cpp", "tools/setup/node.sh", "docs/openapi.yaml", "web/src/main.ts", "deploy/images/ready.sh"):
            self.assertTrue(let_through(path, self.patterns), path)


if __name__ == "__main__":
    unittest.main()
