#!/usr/bin/env python3
"""Builds the images and runs deploy/compose.yaml, unchanged, on a Docker engine of its own, which goes away in the end.

Where registries of images can't be reached, stand-ins of the public images are made from packages (stand_ins.py); --pull takes the
public ones. `make test-containers` runs this, as root. Images are kept in the engine's folder below --work for the next time.
"""

import argparse
import contextlib
import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path

import compile_cache
import compose_model
import compose_rules
import engine as engines
import stand_ins
from deployment import ROOT, Deployment, eventually
from engine import Failed
from load import Load

VERSION = "0.1.0"
NEXT = "0.1.0.1"
# By a service of compose.yaml that runs it.
IMAGES = {"api": "sasrec", "trainer": "sasrec-trainer", "analytics": "sasrec-analytics"}
SERVICE_LIMIT = 120_000_000
# Of what ends as soon as it is so; generous, for machines that have other things to do.
PATIENCE_SECONDS = 300
BUILD_SECONDS = 5400
BEGIN = time.monotonic()


def say(text):
    print(f"[{time.monotonic() - BEGIN:6.1f} s] {text}", flush=True)


def check(holds, text):
    if not holds:
        raise Failed(text)
    say(f"ok: {text}")


class Containers:
    def __init__(self, options, engine, compose):
        self.options = options
        self.engine = engine
        self.compose = compose

    def images(self):
        """Builds them as a user would, and looks at what they are."""
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sasrec/containers"
        if self.options.pull:
            for tag in stand_ins.images().values():
                self.engine.run("docker", "pull", tag)
        else:
            stand_ins.provide(self.engine, cache, self.options.kafka, say)
        with compile_cache.serving(cache / "compilations", self.engine.gateway()) as address, self.certificates():
            settings = [f"CCACHE_REMOTE_STORAGE={address}"]
            settings += [name for name in ("PIP_INDEX_URL", "NPM_CONFIG_REGISTRY", "HTTP_PROXY", "HTTPS_PROXY") if name in os.environ]
            arguments = [argument for one in settings for argument in ("--build-arg", one)]
            for service, name in IMAGES.items():
                begin = time.monotonic()
                command = [*self.compose, "--file", ROOT / "deploy/compose.yaml", "build", *arguments, service]
                self.engine.run(*command, timeout=BUILD_SECONDS)
                say(f"built {name}:{VERSION}, {self.engine.image_size(f'{name}:{VERSION}') / 1e6:.0f} MB, in {time.monotonic() - begin:.0f} s")
        # Stages of earlier days; today's are what the next build begins with.
        self.engine.run("docker", "image", "prune", "--force", "--filter", "until=24h")
        size = self.engine.image_size(f"sasrec:{VERSION}")
        check(size <= SERVICE_LIMIT, f"the service's image has {size / 1e6:.1f} MB, at most {SERVICE_LIMIT / 1e6:.0f}")
        self.look_into_images()

    @contextlib.contextmanager
    def certificates(self):
        """What this machine trusts beyond Debian's authorities, the builder has to trust too, to get at packages."""
        here, folder = Path("/usr/local/share/ca-certificates"), ROOT / "deploy/certificates"
        added = [folder / file.name for file in here.glob("*.crt") if not (folder / file.name).exists()] if here.is_dir() else []
        for file in added:
            shutil.copyfile(here / file.name, file)
        try:
            yield
        finally:
            for file in added:
                file.unlink()

    def inside(self, image, script):
        return self.engine.run("docker", "run", "--rm", "--entrypoint", "bash", f"{image}:{VERSION}", "-c", script).stdout

    def look_into_images(self):
        for image in IMAGES.values():
            check(self.inside(image, "id -u").strip() == "10001", f"{image} runs as an account that is not root")
            bill = json.loads(self.inside(image, "cat /usr/share/sasrec/bill-of-materials.spdx.json"))
            listed = {(one["name"], one["versionInfo"]) for one in bill["packages"]}
            installed = {tuple(line.split()) for line in self.inside(image, r"dpkg-query -W -f '${Package} ${Version}\n'").splitlines()}
            check(installed and installed <= listed, f"{image}'s bill of materials has its {len(installed)} packages, and {len(listed) - len(installed)} more")
        names = {one["name"] for one in bill["packages"]}
        check({"dbt-core", "dbt-postgres"} <= names, "that of analytics names dbt")
        wanted = "bin/(c[+][+]|g[+][+]|gcc|cc|ld|node|npm|python3?)(-?[0-9.]+)?$|/(cc1[^/]*|lib(torch|c10|python)[^/]*[.]so[^/]*)$"
        found = self.inside("sasrec", f"find / -xdev 2>/dev/null | grep -E '{wanted}' || true").split()
        check(not found, f"the service's image has no compiler, no Node, no Python, no LibTorch {found or ''}")
        # The names of functions that are not exported are what stripping takes away.
        symbols = self.inside("sasrec", "grep -c _ZN6sasrec4apps11run_service /usr/local/bin/sasrec || true").strip()
        check(symbols == "0", "its program is stripped")

    def rules(self):
        for kind, files in compose_model.FILES.items():
            found = compose_rules.breaches(compose_model.ask_compose(self.compose, files), tls=kind == "tls")
            check(not found, f"docker compose config, {kind}: no breach of the rules {found or ''}")

    def deployment(self, kind="plain"):
        # Grafana is in no package that a stand-in could be made from.
        profiles = ["grafana"] if self.options.pull else []
        return Deployment(self.engine, self.compose, self.options.work / f"deploy-{kind}", compose_model.FILES[kind], profiles)

    def first_start(self, deployment):
        begin = time.monotonic()
        deployment.up()
        say(f"up, and every container healthy, after {time.monotonic() - begin:.0f} s: tables, sample, first model, all roles")
        for container in deployment.containers():
            service, host = container["Config"]["Labels"]["com.docker.compose.service"], container["HostConfig"]
            if service in compose_rules.OURS:
                confined = host["ReadonlyRootfs"] and host["CapDrop"] == ["ALL"] and "no-new-privileges:true" in host["SecurityOpt"]
                check(confined and host["Memory"] > 0 and host["PidsLimit"] > 0, f"{service} is confined and limited")
        published = {port["HostIp"] for one in deployment.containers() for ports in one["HostConfig"]["PortBindings"].values() for port in ports}
        check(published == {"127.0.0.1"}, "only loopback is published")

    def scenario(self, deployment):
        """The service from its outside, and what watches it."""
        status, _ = deployment.ask("GET", "/v1/users", headers={"Authorization": "Bearer wrong"})
        check(status == 401, "without a key nothing is answered")
        _, users = deployment.ask("GET", "/v1/users?limit=1")
        user = users["users"][0]["user"] if isinstance(users["users"][0], dict) else users["users"][0]
        status, answer = deployment.ask("POST", "/v1/recommendations", {"user": user, "k": 5}, {"Prefer": "wait=20"})
        check(status == 200 and answer["source"] == "model" and len(answer["items"]) == 5, "a user of the sample gets five items by the model")
        chosen = answer["items"][1]["item"]
        told = {"interactions": [{"user": user, "item": chosen, "recommendation": answer["id"]}]}
        status, _ = deployment.ask("POST", "/v1/interactions", told)
        check(status == 200, "what happened next is taken")
        status, answer = deployment.ask("POST", "/v1/recommendations", {"user": user, "k": 5}, {"Prefer": "wait=20"})
        check(status == 200 and chosen not in [one["item"] for one in answer["items"]], "and is not recommended again")
        key = deployment.folder / "secrets/admin_key"
        page = self.engine.run(ROOT / "tools/page.sh", "run", "with-key", deployment.url, key).stdout.strip()
        check("by the model" in page, f"the page asks for the key and shows {page}")
        eventually(PATIENCE_SECONDS, "Prometheus reaches every role", lambda: deployment.prometheus("count(up == 1)") == [5.0] and not deployment.prometheus("up == 0"))
        say("ok: Prometheus reaches api, worker, writer, monitor and analytics")
        metrics = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:9465/metrics').read().decode())"
        eventually(
            PATIENCE_SECONDS, "the marts are built",
            lambda: 'runs_total{outcome="success"} 1' in deployment.execute("analytics", "/opt/sasrec/python/bin/python", "-c", metrics),
        )  # fmt: skip
        check(int(deployment.sql("SELECT sum(interactions) FROM analytics.dm_daily_stats")[0]) > 1000, "analytics built the marts of the sample")
        return [one["item"] for one in answer["items"]]

    def disturb(self, deployment, items):
        """All that may happen to an installation, under load; afterwards nothing may be missing."""
        load = Load(deployment, items)
        with load:
            self.accepting(load, "before anything happens")
            deployment.up("--scale", "worker=3", "--no-recreate")
            check(len(deployment.containers("worker")) == 3, "--scale worker=3: three healthy workers")
            self.accepting(load, "with three workers")

            victim = deployment.containers("worker")[0]
            deployment.crash(victim)
            eventually(PATIENCE_SECONDS, "the worker is there again", lambda: self.healthy_again(deployment, victim))
            say("ok: a worker was killed (SIGKILL) and came back healthy by itself")
            self.accepting(load, "after the kill")

            for service in ("postgres", "kafka"):
                deployment.compose("restart", service)
                eventually(PATIENCE_SECONDS, f"{service} is healthy", lambda service=service: self.all_healthy(deployment, service))
                self.accepting(load, f"after {service} was restarted")
            victim = deployment.containers("kafka")[0]
            deployment.crash(victim)
            eventually(PATIENCE_SECONDS, "kafka is healthy", lambda: self.healthy_again(deployment, victim))
            self.accepting(load, "after kafka was killed (SIGKILL)")

            self.upgrade(deployment)
            self.accepting(load, f"after the upgrade to {NEXT}")
        say("down and up again, the data kept")
        deployment.down()
        check(not deployment.containers(everything=True), "down: no container is left")
        deployment.up("--scale", "worker=3")
        with load:
            self.accepting(load, "after down and up")
        eventually(PATIENCE_SECONDS, "every accepted request has ended", lambda: not load.lost()[0])
        open_requests, interactions, by_status = load.lost()
        check(not open_requests and "failed" not in by_status, f"{len(load.requests)} requests were accepted and all ended: {by_status}")
        check(not interactions, f"{len(load.interactions)} interactions were accepted and all are stored ({load.refused} calls were refused meanwhile)")
        check(by_status.get("done", 0) > 0.5 * len(load.requests), "most were answered in time, whatever happened")

    def accepting(self, load, when):
        before = load.accepted()
        eventually(PATIENCE_SECONDS, f"requests are accepted {when}", lambda: load.accepted() >= before + 20)
        deployment = load.deployment
        eventually(
            PATIENCE_SECONDS, f"an answer comes {when}",
            lambda: deployment.ask("POST", "/v1/recommendations", {"history": load.items, "k": 3}, {"Prefer": "wait=20"})[1].get("status") == "done",
        )  # fmt: skip
        say(f"ok: requests are answered {when}")

    @staticmethod
    def all_healthy(deployment, service):
        found = deployment.containers(service)
        return found and all(one["State"].get("Health", {}).get("Status") == "healthy" for one in found)

    def healthy_again(self, deployment, victim):
        service = victim["Config"]["Labels"]["com.docker.compose.service"]
        same = [one for one in deployment.containers(service) if one["Id"] == victim["Id"]]
        return same and same[0]["RestartCount"] > victim["RestartCount"] and self.all_healthy(deployment, service)

    def upgrade(self, deployment):
        """Images of another version, in place: by SASREC_TAG and `up` again."""
        for name in IMAGES.values():
            dockerfile = f"FROM {name}:{VERSION}\nLABEL org.opencontainers.image.version={NEXT}\n"
            self.engine.run("docker", "build", "--tag", f"{name}:{NEXT}", "-", input=dockerfile)
        deployment.tag = NEXT
        deployment.up("--scale", "worker=3")
        running = {one["Config"]["Labels"]["com.docker.compose.service"]: one["Config"]["Image"].rpartition(":")[2] for one in deployment.containers()}
        old = [name for name in running.keys() & compose_rules.OURS if running[name] != NEXT]
        check(not old, f"upgraded in place: every container of ours is of {NEXT}")

    def with_tls(self):
        deployment = self.deployment("tls")
        try:
            deployment.up(environment={"SAMPLE": "none"})
            status, answer = deployment.ask("POST", "/v1/interactions", {"interactions": [{"user": "u", "item": one} for one in ("a", "b", "c")]})
            check(status == 200, "TLS: interactions are taken")
            eventually(
                PATIENCE_SECONDS, "an answer comes",
                lambda: deployment.ask("POST", "/v1/recommendations", {"user": "v", "k": 2}, {"Prefer": "wait=10"})[1].get("status") == "done",
            )  # fmt: skip
            say("ok: TLS: a request goes by api, Kafka, worker, Kafka, writer")
            plain = deployment.sql(
                "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE client_addr IS NOT NULL AND NOT ssl"
            )
            secure = deployment.sql("SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE client_addr IS NOT NULL AND ssl")
            check(plain == ["0"] and int(secure[0]) > 4, f"TLS: all {secure[0]} connections to PostgreSQL are encrypted")
            words = "host=postgres user=postgres dbname=sasrec sslmode={} password=" + deployment.secret("postgres_password")
            for mode, taken in {"require": True, "disable": False}.items():
                asked = deployment.compose("exec", "-T", "postgres", "psql", words.format(mode), "-c", "SELECT 1", check=False)
                check((asked.returncode == 0) == taken, f"TLS: PostgreSQL {'takes' if taken else 'refuses'} a connection with sslmode={mode}")
            self.intruders(deployment)
        finally:
            deployment.down("--volumes")


    def intruders(self, deployment):
        """Workers that come to Kafka in another way; the first one, which comes as it should, shows how long that takes."""
        ready_after = 0
        for wrong, variable in {
            "as all are": "SAMPLE=none",
            "without TLS": "SASREC_KAFKA_SECURITY_PROTOCOL=PLAINTEXT",
            "with another password": "SASREC_KAFKA_SASL_PASSWORD_FILE=/run/secrets/tls_authority",
        }.items():
            name, begin = "sasrec-intruder", time.monotonic()
            deployment.compose("run", "--detach", "--no-deps", "--name", name, "--env", variable, "worker")
            try:
                is_ready = lambda: self.engine.run("docker", "exec", name, "ready", "http", "127.0.0.1:9100", check=False).returncode == 0  # noqa: E731
                if not ready_after:
                    eventually(PATIENCE_SECONDS, "a worker that is right becomes ready", is_ready)
                    ready_after = time.monotonic() - begin
                    continue
                time.sleep(3 * ready_after + 5)
                check(not is_ready(), f"TLS: a worker {wrong} does not become ready")
            finally:
                self.engine.run("docker", "rm", "--force", name)


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder for the engine and what is run")
    parser.add_argument("--kafka", required=True, help="folder with the broker's jars, for its stand-in")
    parser.add_argument("--pull", action="store_true", help="take the public images from their registries")
    parser.add_argument("--only", choices=["images", "plain", "tls"], help="one part; images that are there are used")
    options = parser.parse_args(arguments)
    options.work = options.work.resolve()
    return options


def run(options):
    compose = compose_model.compose_command()
    if not compose:
        raise Failed("there is no Compose v2: tools/setup.sh containers brings one")
    with engines.running(options.work / "engine") as engine:
        say(f"dockerd {engine.run('docker', 'version', '--format', '{{.Server.Version}}').stdout.strip()}, {' '.join(compose)}")
        containers = Containers(options, engine, compose)
        containers.rules()
        if options.only in (None, "images"):
            containers.images()
        if options.only in (None, "plain"):
            deployment = containers.deployment()
            deployment.down("--volumes")  # of a run that was cut short
            try:
                containers.first_start(deployment)
                containers.disturb(deployment, containers.scenario(deployment))
            finally:
                deployment.down("--volumes")
        if options.only in (None, "tls"):
            containers.with_tls()


def main():
    options = parse(sys.argv[1:])
    if os.geteuid() != 0:
        sys.exit("test-containers: a Docker engine of its own takes root: sudo make test-containers")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("test-containers: ended by a signal"))  # the engine is stopped on the way
    try:
        run(options)
    except Failed as failed:
        sys.exit(f"test-containers: {failed}")
    say("passed; the engine is stopped")


if __name__ == "__main__":
    main()
