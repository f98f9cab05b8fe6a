"""The marts of the demo's database: their hourly build beside the service, and one at once."""

import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

import demo_process
from demo_service import free_address

MODULE = "sasrec_analytics"
PROJECT = Path(__file__).resolve().parent.parent / "analytics"
METRICS_PORT = 9465
WAIT_SECONDS = 300  # for the build that the hourly schedule may have begun


def environment_folder():
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("SASREC_ANALYTICS") or cache / "sasrec/analytics")


def as_account(command, account):
    """`command`, by the account instead of root; of root's rights it keeps that to read files, which may be below /root.

    dbt asks access(2) first whether it may read a path. For an account other than root that answers as if it had no rights,
    unless no_setuid_fixup is set.
    """
    if os.geteuid() != 0:
        return command
    rights = "-all,+dac_read_search"
    return [
        "setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups", "--no-new-privs",
        "--securebits=+no_setuid_fixup", f"--inh-caps={rights}", f"--ambient-caps={rights}", f"--bounding-set={rights}", *command,
    ]  # fmt: skip


class Analytics:
    def __init__(self, out):
        self.out = out
        self.state = out / "analytics"
        self.background = demo_process.Background(out, "analytics", MODULE)

    def url(self, user):
        """The service's own PostgreSQL; its socket lies in its folder."""
        folder = (self.out / "postgres").resolve()
        return f"host='{folder}' user={user} dbname=postgres"

    def account(self):
        """Who runs that PostgreSQL: nobody else can open its socket."""
        return pwd.getpwuid((self.out / "postgres").stat().st_uid)

    def command(self, *arguments):
        self.state.mkdir(parents=True, exist_ok=True)
        account = self.account()
        shutil.chown(self.state, account.pw_uid, account.pw_gid)
        program = [environment_folder() / "bin/python", "-m", MODULE, *arguments]
        return [str(part) for part in as_account(program, account)]

    def environment(self, user):
        return {
            **os.environ, "PYTHONPATH": str(PROJECT), "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(self.state),
            "ANALYTICS_DATABASE": self.url(user),
        }  # fmt: skip

    def run(self, user, *arguments):
        return subprocess.run(self.command(*arguments), env=self.environment(user), cwd=self.out).returncode

    def start(self, service_url, *more):
        """Makes the roles, and builds hourly from now on. Returns where its metrics are."""
        if self.run("sasrec", "roles") != 0:
            sys.exit("demo: the roles of the analytics can't be made")
        metrics = free_address(METRICS_PORT)
        # Not at the lowest priority, at which a build never ends on a busy machine: build_and_show() waits for it.
        command = self.command(
            "schedule", "--state", str(self.state.resolve()), "--metrics", metrics, "--service-metrics", f"{service_url}/metrics",
            "--priority", "low", *more,
        )  # fmt: skip
        self.background.start(command, env=self.environment("sasrec_dbt"), cwd=self.out)
        return f"http://{metrics}/metrics"

    def build_and_show(self):
        """Builds once, after the build that is under way if there is one, and prints today's dm_daily_stats."""
        if self.background.running() is None:
            sys.exit("analytics: the demo's service doesn't run; make demo starts it")
        state = str(self.state.resolve())
        code = self.run("sasrec_dbt", "run", "--state", state, "--wait", str(WAIT_SECONDS))
        sys.exit(code or self.run("sasrec_reader", "show"))

    def stop(self):
        return self.background.stop()
