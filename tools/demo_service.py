"""Starts the service on the demo's model and data, and tries it with the curl lines that it prints."""

import json
import shlex
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import demo_process

START_SECONDS = 60


class Service:
    """`sasrec up` in the background: its process id in OUT/service.pid, its output in OUT/service.log."""

    def __init__(self, program, out):
        self.program = program
        self.out = out
        self.background = demo_process.Background(out, "service", f"--data-dir={out}")
        self.log = self.background.log

    def stop(self):
        """Ends the service that an earlier demo started, if it still runs. True if there was one."""
        return self.background.stop()

    def start(self, checkpoints, address):
        command = [self.program, "up", "--checkpoints", checkpoints, f"--data-dir={self.out}", "--listen", address]
        # The demo's model was trained on these very interactions; a training would only slow down who looks around.
        command += ["--retrain-after", "0"]
        process = self.background.start(command)
        url = f"http://{address}"
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{url}/readyz", timeout=2):
                    return url
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        self.stop()
        sys.exit(f"demo: the service doesn't start; the end of {self.log}:\n{self.log.read_text()[-2000:]}")


def free_address(port):
    """127.0.0.1 with this port, or another one if that is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return "127.0.0.1:{}".format(probe.getsockname()[1])


def curl_lines(url, user, item):
    """What a user does becomes known, and the next answer follows it."""
    ask = ["curl", "-s", f"{url}/v1/recommendations", "-H", "Prefer: wait=10", "--json", json.dumps({"user": user, "k": 5})]
    tell = [
        "curl", "-s", f"{url}/v1/interactions", "--json", json.dumps({"interactions": [{"user": user, "item": item}]})
    ]  # fmt: skip
    return ask, tell, ask


def show_titles(answer):
    for item in json.loads(answer).get("items", []):
        print(f"   {item['score']:10.3f} {item.get('title') or item['item']}")


def try_out(url, user, item):
    """Runs the curl lines, showing each and what it gave."""
    print("   Or try it:")
    for line in curl_lines(url, user, item):
        print(f"\n   $ {shlex.join(line)}", flush=True)
        answer = subprocess.run(line, capture_output=True, text=True, encoding="utf-8", check=False)
        if answer.returncode != 0 or '"status":4' in answer.stdout or '"status":5' in answer.stdout:
            sys.exit(f"demo: that failed: {answer.stdout}{answer.stderr}")
        if '"items"' in answer.stdout:
            show_titles(answer.stdout)
        else:
            print(f"   {answer.stdout.strip()}")
