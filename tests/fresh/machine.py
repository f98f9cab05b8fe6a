"""A bare Debian 12: debootstrap's minimal system in a folder, entered as if it were a machine of its own.

It has processes, mounts and a /dev of its own, which the kernel takes away with this process, however that ends; the network is this
machine's. Of this machine's settings it gets what says how packages are reached: mirrors, proxies, certificates.
"""

import contextlib
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

RELEASE = "bookworm"
# How this machine's programs are told to reach the network.
PASSED = re.compile(
    r"(https?|no|all|ftp)_proxy|PIP_(INDEX_URL|EXTRA_INDEX_URL|CERT|PROXY|TRUSTED_HOST)|NPM_CONFIG_REGISTRY|NODE_EXTRA_CA_CERTS"
    r"|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|GIT_SSL_CAINFO",
    re.IGNORECASE,
)
PASSED_FILES = ["/etc/pip.conf", "~/.config/pip/pip.conf", "~/.m2/settings.xml"]

# The first process: makes the machine's mounts, and reaps what others leave. $1: the root folder.
INIT = r"""
set -e
cd "$1"
mount --bind . .
cd "$1"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t tmpfs -o mode=755 tmpfs dev
mkdir dev/pts dev/shm .outside
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
for node in null:3 zero:5 full:7 random:8 urandom:9; do mknod -m 666 "dev/${node%:*}" c 1 "${node#*:}"; done
mknod -m 666 dev/tty c 5 0
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
for number in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${number%:*}" "dev/${number#*:}"; done
pivot_root . .outside
cd /
umount -l /.outside
rmdir /.outside
echo ready
exec </dev/null >/dev/null 2>&1
while :; do sleep 3600 & wait $! || true; done
"""


class Failed(Exception):
    pass


def require():
    """Raises Failed with what this machine lacks for making another."""
    if os.geteuid() != 0:
        raise Failed("a bare machine is made by root alone: sudo make test-fresh")
    for program in ("debootstrap", "unshare", "nsenter", "setpriv", "pivot_root"):
        if not shutil.which(program):
            raise Failed(f"there is no {program} here: apt-get install debootstrap util-linux")
    tried = subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], capture_output=True, text=True)
    if tried.returncode != 0:
        raise Failed(f"mounts and processes of its own are not permitted here ({tried.stderr.strip()}); in a container, run it privileged")


def sources():
    """apt's lines for the mirrors that this machine uses; none where it is not of that release."""
    asked = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Identifier: Packages"], capture_output=True, text=True
    )
    suites = {RELEASE, f"{RELEASE}-updates", f"{RELEASE}-security"}
    lines = sorted({line for line in asked.stdout.splitlines() if line.split()[1] in suites and line.split()[2] == "main"})
    return [f"deb {line}" for line in lines]


def make(root):
    """debootstrap's minimal system in the folder `root`."""
    lines = sources()
    mirror = next((line.split()[1] for line in lines if line.split()[2] == RELEASE), "")  # debootstrap knows the usual one
    made = subprocess.run(["debootstrap", "--variant=minbase", RELEASE, root, *filter(None, [mirror])], capture_output=True, text=True)
    if made.returncode != 0:
        raise Failed(f"debootstrap ended with {made.returncode}:\n{(made.stdout + made.stderr)[-2000:]}")
    if lines:
        (root / "etc/apt/sources.list").write_text("\n".join(lines) + "\n")
    shown = subprocess.run(["apt-config", "dump"], capture_output=True, text=True).stdout.splitlines()
    network = [line for line in shown if re.match(r"Acquire::(https?::|Check-)", line)]
    (root / "etc/apt/apt.conf.d/90network").write_text("\n".join(network) + "\n")
    shutil.copyfile("/etc/resolv.conf", root / "etc/resolv.conf")
    for name in PASSED_FILES:
        here = Path(name).expanduser()
        if here.is_file():
            there = root / (name.replace("~", "root", 1) if name[0] == "~" else name[1:])
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(here, there)
    certificates = Path("/usr/local/share/ca-certificates")
    for file in certificates.glob("*.crt"):
        (root / "usr/local/share/ca-certificates").mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, root / "usr/local/share/ca-certificates" / file.name)
    home = (root / "root").stat()
    if home.st_mode & 0o777 != 0o700:
        raise Failed(f"debootstrap made /root with mode {home.st_mode & 0o777:o}, not 0700 as Debian's is")


def environment():
    passed = {name: value for name, value in os.environ.items() if PASSED.fullmatch(name)}
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return {"HOME": "/root", "USER": "root", "LOGNAME": "root", "SHELL": "/bin/bash", "TERM": "dumb", "LANG": "C.UTF-8", "PATH": path, **passed}


class Machine:
    def __init__(self, root):
        self.root = Path(root).resolve()
        # The kernel kills `unshare` with this process, and with it the first process of the machine, and so all others.
        self.unshare = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child=KILL",
             "--propagation", "private", "bash", "-c", INIT, "init", str(self.root)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
        )  # fmt: skip
        if self.unshare.stdout.readline().strip() != "ready":
            self.unshare.wait()
            raise Failed(f"the machine can't be entered: {self.unshare.stderr.read().strip()}")
        self.first = Path(f"/proc/{self.unshare.pid}/task/{self.unshare.pid}/children").read_text().split()[0]

    def command(self, *words):
        """Arguments for running the words in the machine, in /root."""
        inside = ["nsenter", "--target", self.first, "--mount", "--pid", "--ipc", "--uts", "env", "--chdir=/root"]
        return [*inside, *(str(word) for word in words)]

    def run(self, *words, check=True, **options):
        finished = subprocess.run(self.command(*words), capture_output=True, text=True, env=environment(), **options)
        if check and finished.returncode != 0:
            raise Failed(f"{' '.join(map(str, words))} ended with {finished.returncode}: {finished.stdout}{finished.stderr}")
        return finished

    def processes(self):
        """Command lines of what runs in it, beside its first process and that one's sleep."""
        own = os.readlink(f"/proc/{self.first}/ns/pid")
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if folder.name != self.first and os.readlink(folder / "ns/pid") == own:
                    words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
                    if words[0] and words[:2] != ["sleep", "3600"]:
                        found.append(" ".join(words).strip())
        return found

    def stop(self):
        self.unshare.kill()
        self.unshare.wait()
        # Its mounts are gone once its last process is.
        until = time.monotonic() + 30
        while Path(f"/proc/{self.first}").exists() and time.monotonic() < until:
            time.sleep(0.05)


@contextlib.contextmanager
def running(root):
    machine = Machine(root)
    try:
        yield machine
    finally:
        machine.stop()
