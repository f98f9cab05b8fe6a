"""A Docker engine of its own for the time of a test, in a folder of its own: what else runs on the machine is not touched."""

import contextlib
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


class Engine:
    """dockerd on a socket in `folder`, images and volumes below it. What it holds outlives it unless remove() is called."""

    def __init__(self, folder):
        self.folder = Path(folder)
        # A socket's path has at most 107 characters.
        self.short = Path(tempfile.mkdtemp(prefix="sasrec-docker."))
        self.socket = self.short / "docker.sock"
        self.process = None
        self.environment = {**os.environ, "DOCKER_HOST": f"unix://{self.socket}", "DOCKER_BUILDKIT": "0", "COMPOSE_DOCKER_CLI_BUILD": "0"}
        self.environment.pop("DOCKER_CONTEXT", None)

    def start(self):
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
        return self.run("docker", "network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}").stdout.strip()


@contextlib.contextmanager
def running(folder):
    engine = Engine(folder)
    try:
        engine.start()
        yield engine
    finally:
        engine.stop()
