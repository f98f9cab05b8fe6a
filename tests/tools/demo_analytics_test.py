"""What the demo's analytics may do, and may not, when root has started them from a folder that only root may enter."""

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
sys.dont_write_bytecode = True
import demo_analytics  # noqa: E402

# What dbt's command line asks (access), and what it does then; a child of it, too.
ASK = """
import json, os, subprocess, sys
def ask(path):
    try:
        text = open(path).read()
    except OSError as error:
        text = error.strerror
    return {"user": os.getuid(), "readable": os.access(path, os.R_OK), "writable": os.access(path, os.W_OK), "text": text}
if sys.argv[2:] == ["child"]:
    print(json.dumps([ask(sys.argv[1])]))
else:
    child = json.loads(subprocess.run([sys.executable, __file__, sys.argv[1], "child"], capture_output=True, text=True, check=True).stdout)
    print(json.dumps([ask(sys.argv[1]), *child]))
"""


class AsAccount(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())  # mode 0700, like /root
        self.addCleanup(shutil.rmtree, self.folder)
        self.file = self.folder / "project.yml"
        self.file.write_text("name: a project")
        (self.folder / "ask.py").write_text(ASK)

    def ask(self, account):
        command = demo_analytics.as_account([sys.executable, str(self.folder / "ask.py"), str(self.file)], account)
        finished = subprocess.run(command, capture_output=True, text=True, cwd="/")
        self.assertEqual(finished.returncode, 0, finished.stderr)
        return json.loads(finished.stdout)

    def test_reads_where_the_account_may_not_and_cannot_write(self):
        if os.geteuid() != 0:  # then nothing has to be given up
            self.assertEqual(demo_analytics.as_account(["dbt"], None), ["dbt"])
            return
        nobody = pwd.getpwnam("nobody")
        expected = {"user": nobody.pw_uid, "readable": True, "writable": False, "text": "name: a project"}
        self.assertEqual(self.ask(nobody), [expected, expected])


if __name__ == "__main__":
    unittest.main()
