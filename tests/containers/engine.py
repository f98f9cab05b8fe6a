"""A Docker engine for the time of a test, in a folder of its own. What it changes in the machine's network is put back."""

import contextlib
import ipaddress
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

START_SECONDS = 60
STOP_SECONDS = 60
COMMAND_SECONDS = 1800


class Failed(Exception):
    pass


class Network:
    """What an engine changes in the machine's network and leaves so: its bridge, rules, forwarding."""

    FORWARD = Path("/proc/sys/net/ipv4/ip_forward")
    BRIDGE = Path("/sys/class/net/docker0")

    def __init__(self):
        self.rules = subprocess.run(["iptables-save"], check=True, capture_output=True).stdout
        # Without them restoring would leave a table that is not among them as it is.
        for table in (b"*filter", b"*nat"):
            if table not in self.rules:
                self.rules += table + b"\n" + b"COMMIT\n"
        self.forward = self.FORWARD.read_text()
        self.had_bridge = self.BRIDGE.exists()

    def restore(self):
        subprocess.run(["iptables-restore"], input=self.rules, check=True)
        self.FORWARD.write_text(self.forward)
        if self.BRIDGE.exists() and not self.had_bridge:
            subprocess.run(["ip", "link", "delete", self.BRIDGE.name], check=True)


def running_engines():
    """Process ids of Docker engines on this machine."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (folder / "comm").read_text().strip() == "dockerd":
                yield folder.name


class Engine:
    """dockerd with its images and volumes below `folder`, where they stay; its socket and what else is of one run lies elsewhere."""

    def __init__(self, folder):
        self.folder = Path(folder)
        # A socket's path has at most 107 characters.
        self.short = Path(tempfile.mkdtemp(prefix="sasrec-docker."))
        self.socket = self.short / "docker.sock"
        self.process = None
        self.network = None
        self.environment = {**os.environ, "DOCKER_HOST": f"unix://{self.socket}", "DOCKER_BUILDKIT": "0", "COMPOSE_DOCKER_CLI_BUILD": "0"}
        self.environment.pop("DOCKER_CONTEXT", None)

    def start(self):
        if others := list(running_engines()):
            raise Failed(f"a Docker engine runs here (process {', '.join(others)}), and two would get into each other's network: stop it meanwhile")
        self.network = Network()
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / "dockerd.log", "ab") as log:
            self.process = subprocess.Popen(
                [
                    "dockerd", "--host", f"unix://{self.socket}", "--data-root", self.folder / "data", "--exec-root", self.short / "exec",
                    "--pidfile", self.short / "pid",
                ],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        until = time.monotonic() + START_SECONDS
        while self.run("docker", "version", check=False).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise Failed(f"dockerd does not start; {self.folder}/dockerd.log says why")
            time.sleep(0.2)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.network:
            self.network.restore()
            self.network = None
        shutil.rmtree(self.short, ignore_errors=True)

    def run(self, *command, check=True, timeout=COMMAND_SECONDS, environment=None, quiet=True, **options):
        """Runs a client's command. Raises Failed with the end of what it said."""
        command = [str(part) for part in command]
        finished = subprocess.run(
            command, env={**self.environment, **(environment or {})}, text=True, timeout=timeout,
            stdout=subprocess.PIPE if quiet else None, stderr=subprocess.PIPE if quiet else None, **options,
        )  # fmt: skip
        if check and finished.returncode != 0:
            said = (finished.stdout or "") + (finished.stderr or "")
            raise Failed(f"{' '.join(command)} ended with {finished.returncode}:\n{said[-4000:]}")
        return finished

    def has_image(self, tag):
        return self.run("docker", "image", "inspect", tag, check=False).returncode == 0

    def image_size(self, tag):
        return int(self.run("docker", "image", "inspect", "--format", "{{.Size}}", tag).stdout)

    def gateway(self):
        """The address of this machine as containers of the default network see it."""
# The engine names the gateway only of a bridge that it found; of one that it made it is the first address.
        subnet = self.run("docker", "network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Subnet}}").stdout.strip()
        return str(ipaddress.ip_network(subnet)[1])


@contextlib.contextmanager
def running(folder):
    engine = Engine(folder)
    try:
        engine.start()
        yield engine
    finally:
        engine.stop()
