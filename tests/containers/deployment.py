"""The containers of deploy/compose.yaml, unchanged, on an engine; and the service in them as a client sees it."""

import json
import os
import shutil
import signal
import socket
import time
import urllib.error
import urllib.request
from pathlib import Path

from engine import Failed

ROOT = Path(__file__).resolve().parents[2]
UP_SECONDS = 1200


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Deployment:
    """A copy of deploy/ in `folder`, with secrets of its own."""

    def __init__(self, engine, compose, folder, files, profiles):
        self.engine = engine
        self.folder = Path(folder)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.tag = None
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(ROOT / "deploy", self.folder, ignore=shutil.ignore_patterns("secrets", "certificates"))
        tls = any("tls" in file for file in files)
        engine.run(self.folder / "secrets.sh", *(["--tls"] if tls else []))
        # A name of its own: a real installation on the same engine would be taken for this one.
        self.command = [*compose, "--project-name", "sasrec-test", *(argument for file in files for argument in ("--file", str(self.folder / file)))]
        self.variables = {"COMPOSE_PROFILES": ",".join(profiles), "SASREC_PORT": str(self.port), "SASREC_GRAFANA_PORT": str(free_port())}

    def compose(self, *arguments, check=True, environment=None):
        variables = {**self.variables, **({"SASREC_TAG": self.tag} if self.tag else {}), **(environment or {})}
        return self.engine.run(*self.command, *arguments, check=check, environment=variables)

    def up(self, *arguments, environment=None):
        """Returns once every container is healthy."""
        try:
            self.compose("up", "--detach", "--no-build", "--wait", "--wait-timeout", str(UP_SECONDS), *arguments, environment=environment)
        except Failed as failed:
            raise Failed(f"{failed}\n{self.trouble()}") from None

    def down(self, *arguments):
        self.compose("down", "--timeout", "60", *arguments)

    def containers(self, service=None, everything=False):
        """What `docker inspect` says of them."""
        arguments = [*(["--all"] if everything else []), *([service] if service else [])]
        ids = self.compose("ps", "--quiet", *arguments, check=False).stdout.split()
        return json.loads(self.engine.run("docker", "inspect", *ids).stdout) if ids else []

    def trouble(self):
        """Of containers that are not well: their state, and the end of their logs."""
        lines = []
        for container in self.containers(everything=True):
            state = container["State"]
            well = state["Status"] == "running" and state.get("Health", {}).get("Status") == "healthy"
            if not well and not (state["Status"] == "exited" and state["ExitCode"] == 0):
                log = self.engine.run("docker", "logs", "--tail", "15", container["Id"], check=False)
                lines += [f"{container['Name']}: {state['Status']} {state['ExitCode']}", log.stdout + log.stderr]
                lines += [one["Output"] for one in state.get("Health", {}).get("Log", [])[-1:]]
        return "\n".join(lines)

    def execute(self, service, *command, check=True):
        return self.compose("exec", "-T", service, *command, check=check).stdout

    def sql(self, statement):
        """Rows of text."""
        out = self.execute("postgres", "psql", "-U", "postgres", "-d", "sasrec", "-AtX", "-v", "ON_ERROR_STOP=1", "-c", statement)
        return [line for line in out.splitlines() if line]

    def secret(self, name):
        return (self.folder / "secrets" / name).read_text().strip()

    def crash(self, container):
        """As if the process had died: the engine is not told, and has to notice."""
        os.kill(container["State"]["Pid"], signal.SIGKILL)

    def ask(self, method, path, body=None, headers=None, timeout=30, key="admin_key"):
        """(status, document)."""
        headers = {"Authorization": f"Bearer {self.secret(key)}", "Content-Type": "application/json", **(headers or {})}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as problem:
            return problem.code, json.loads(problem.read() or b"null")

    def prometheus(self, query):
        """The values of a query's answer."""
        address = f"http://127.0.0.1:9090/api/v1/query?query={urllib.request.quote(query)}"
        answer = json.loads(self.execute("prometheus", "wget", "-q", "-O", "-", address))
        return [float(one["value"][1]) for one in answer["data"]["result"]]


def eventually(seconds, what, holds):
    """Waits until holds() is true. Raises Failed with `what` if it doesn't become so."""
    until = time.monotonic() + seconds
    said = ""
    while time.monotonic() < until:
        try:
            if holds():
                return
            said = ""
        except (Failed, OSError, ValueError, LookupError) as problem:
            said = f": {problem}"
        time.sleep(0.5)
    raise Failed(f"within {seconds} s it did not come to this: {what}{said}")
