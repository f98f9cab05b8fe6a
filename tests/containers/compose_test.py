"""deploy/compose.yaml keeps what it promises, and the rules that say so notice when it doesn't."""

import copy
import subprocess
import tempfile
import unittest
from pathlib import Path

import yaml

import compose_model
import compose_rules


class Files(unittest.TestCase):
    def test_they_keep_the_rules(self):
        for kind, files in compose_model.FILES.items():
            with self.subTest(kind):
                self.assertEqual(compose_rules.breaches(compose_model.read_files(files), tls=kind == "tls"), [])

    def test_compose_reads_them_so_too(self):
        command = compose_model.compose_command()
        if not command:
            self.skipTest("there is no Compose v2 here; `make test-containers` brings one")
        for kind, files in compose_model.FILES.items():
            with self.subTest(kind):
                asked, read = compose_model.ask_compose(command, files), compose_model.read_files(files)
                self.assertEqual(compose_rules.breaches(asked, tls=kind == "tls"), [])
                self.assertEqual(asked["services"].keys(), read["services"].keys())
                for name, service in read["services"].items():
                    other = asked["services"][name]
                    for key in ("image", "user", "read_only", "environment", "secrets", "restart", "cap_drop", "command", "entrypoint"):
                        self.assertEqual(other.get(key) or None, service.get(key) or None, f"{name}: {key}")

    def test_grafana_is_on_by_default(self):
        self.assertIn("COMPOSE_PROFILES=grafana", (compose_model.DEPLOY / ".env").read_text().splitlines())

    def test_the_accounts_are_those_of_the_images(self):
        dockerfile = (compose_model.DEPLOY / "Dockerfile").read_text()
        for name, service in compose_model.read_files(["compose.yaml"])["services"].items():
            if name in compose_rules.OURS:
                self.assertIn(f"USER {service['user']}", dockerfile)
                self.assertIn(f" AS {service['build']['target']}\n", dockerfile)

    def test_own_images_have_the_version_of_the_project(self):
        project = (compose_model.DEPLOY.parent / "CMakeLists.txt").read_text()
        for name, service in compose_model.read_files(["compose.yaml"])["services"].items():
            if name in compose_rules.OURS:
                self.assertIn(f"project(sasrec VERSION {service['image'].rpartition(':')[2]} ", project)


    def test_prometheus_looks_where_the_roles_are(self):
        services = compose_model.read_files(["compose.yaml"])["services"]
        jobs = yaml.safe_load((compose_model.DEPLOY / "prometheus/containers.yml").read_text())["scrape_configs"]
        found = {name: one["port"] for job in jobs for one in job["dns_sd_configs"] for name in one["names"]}
        for name in compose_rules.OURS - compose_rules.ONCE - {"trainer"}:
            text = services[name]["environment"].get("SASREC_LISTEN" if name == "api" else "SASREC_MONITORING") or " ".join(services[name]["command"])
            self.assertIn(f"0.0.0.0:{found.pop(name)}", text, name)
        self.assertEqual(found, {})
        (key,) = {job["authorization"]["credentials_file"] for job in jobs if "authorization" in job}
        self.assertIn(key.rpartition("/")[2], services["prometheus"]["secrets"])


class Rules(unittest.TestCase):
    """Each breaks one thing, and has to be told of it."""

    @classmethod
    def setUpClass(cls):
        cls.good = {kind: compose_model.read_files(files) for kind, files in compose_model.FILES.items()}

    def check(self, change, told, kind="plain"):
        model = copy.deepcopy(self.good[kind])
        change(model)
        found = compose_rules.breaches(model, tls=kind == "tls")
        self.assertTrue(any(told in one for one in found), f"{told!r} is not among {found}")

    def test_services(self):
        for name in compose_rules.OURS | compose_rules.OTHERS:
            self.check(lambda model, name=name: model["services"].pop(name), f"there is no {name}")

    def test_health(self):
        for name in (compose_rules.OURS | compose_rules.OTHERS) - compose_rules.ONCE:
            self.check(lambda model, name=name: model["services"][name].pop("healthcheck"), f"{name} has no health check")
        self.check(lambda model: model["services"]["api"]["healthcheck"].update(disable=True), "api has no health check")
        self.check(lambda model: model["services"]["api"]["healthcheck"].pop("timeout"), "interval, timeout and retries")

    def test_start_order(self):
        def started(model):
            model["services"]["worker"]["depends_on"]["kafka"]["condition"] = "service_started"

        self.check(started, "worker waits for kafka by service_started")
        self.check(lambda model: model["services"]["api"]["depends_on"].pop("first-start"), "api does not wait for the first start")

    def test_restart(self):
        for name in compose_rules.OURS | compose_rules.OTHERS:
            other = "always" if name in compose_rules.ONCE else "no"
            self.check(lambda model, name=name, other=other: model["services"][name].update(restart=other), f"{name} has the restart policy")

    def test_volumes(self):
        for name in set(compose_rules.DATA) | compose_rules.CHECKPOINTS:
            told = f"{name} has no named volume" if name in compose_rules.DATA else f"{name} does not share the checkpoints"
            self.check(lambda model, name=name: model["services"][name].update(volumes=[]), told)
        writable = {"type": "bind", "source": "/etc", "target": "/etc"}
        self.check(lambda model: model["services"]["api"]["volumes"].append(writable), "may write into /etc")
        socket = {"type": "bind", "source": "/var/run/docker.sock", "target": "/s", "read_only": True}
        self.check(lambda model: model["services"]["api"]["volumes"].append(socket), "the engine's socket")

    def test_limits(self):
        for name in compose_rules.OURS | compose_rules.OTHERS:
            for resource in ("memory", "pids"):
                self.check(
                    lambda model, name=name, resource=resource: model["services"][name]["deploy"]["resources"]["limits"].pop(resource),
                    f"{name} has no limit of {resource}",
                )

    def test_secrets(self):
        for variable, value in [
            ("POSTGRES_PASSWORD", "x"), ("API_KEY", "x"), ("GF_SECURITY_ADMIN_PASSWORD", "x"), ("SASREC_DATABASE", "postgres://db/sasrec"),
            ("ADDRESS", "postgres://sasrec:secret@db/sasrec"), ("SASREC_DATABASE_FILE", "/etc/sasrec/url"),
        ]:  # fmt: skip
            self.check(
                lambda model, variable=variable, value=value: model["services"]["api"]["environment"].update({variable: value}),
                f"in its environment: {variable}",
            )
        self.check(lambda model: model["services"]["api"].update(command=["api", "--database=postgres://a:b@c/d"]), "a secret in its command")
        self.check(lambda model: model["secrets"].update(database_url={"environment": "X"}), "database_url is no file")
        self.check(lambda model: model["secrets"].pop("admin_key"), "wants the secret admin_key")

    def test_images(self):
        for image in ("postgres", "postgres:latest", "registry:5000/postgres", "prom/prometheus:main", ""):
            self.check(lambda model, image=image: model["services"]["postgres"].update(image=image), "names no version")

    def test_ports(self):
        one = {"host_ip": "127.0.0.1", "published": "5432", "target": 5432}
        for name in (compose_rules.OURS | compose_rules.OTHERS) - compose_rules.PUBLISHED:
            self.check(lambda model, name=name: model["services"][name]["ports"].append(one), f"{name} is published")
        for address in ("", "0.0.0.0", "192.168.1.1"):
            self.check(lambda model, address=address: model["services"]["api"]["ports"][0].update(host_ip=address), "beyond loopback")
        self.check(lambda model: model["services"]["grafana"].update(ports=[]), "grafana is not published")

    def test_short_ports_are_understood(self):
        self.assertEqual(compose_model.port("8080:80"), {"host_ip": "", "published": "8080", "target": 80})
        self.assertEqual(compose_model.port("127.0.0.1:8080:80")["host_ip"], "127.0.0.1")

    def test_networks(self):
        self.check(lambda model: model["services"]["worker"].update(networks=["outside"]), "worker reaches what is outside")
        self.check(lambda model: model["services"]["worker"].update(networks=["default"]), "worker reaches what is outside")
        self.check(lambda model: model["networks"]["inside"].update(internal=False), "reaches what is outside")

    def test_confinement(self):
        for name in compose_rules.OURS:
            for change, told in [
                ({"user": "0:0"}, "runs as 0"), ({"user": "root"}, "runs as root"), ({"user": ""}, "runs as what"),
                ({"read_only": False}, "may write into its own image"), ({"cap_drop": []}, "keeps capabilities"),
                ({"cap_add": ["NET_ADMIN"]}, "keeps capabilities"), ({"security_opt": []}, "may gain privileges"),
                ({"security_opt": ["no-new-privileges:false"]}, "may gain privileges"), ({"privileged": True}, "is privileged"),
                ({"network_mode": "host"}, "the machine's network_mode"), ({"pid": "host"}, "the machine's pid"),
            ]:  # fmt: skip
                self.check(lambda model, name=name, change=change: model["services"][name].update(change), f"{name} ")
                self.check(lambda model, name=name, change=change: model["services"][name].update(change), told)

    def test_scaling(self):
        self.check(lambda model: model["services"]["worker"].update(container_name="worker"), "can't be there twice")

    def test_tls(self):
        for name in compose_rules.OURS:
            self.check(lambda model, name=name: model["services"][name]["environment"].update(PGSSLMODE="require"), f"{name} does not verify", "tls")
            self.check(lambda model, name=name: model["services"][name]["secrets"].remove("tls_authority"), f"{name} is not given", "tls")
        for variable in ("SECURITY_PROTOCOL", "SASL_MECHANISM", "SASL_PASSWORD_FILE", "SSL_CA_LOCATION"):
            self.check(lambda model, variable=variable: model["services"]["worker"]["environment"].pop(f"SASREC_KAFKA_{variable}"), "worker does not reach", "tls")


class Secrets(unittest.TestCase):
    """deploy/secrets.sh makes what the files name."""

    def make(self, folder, *arguments):
        return subprocess.run(
            [compose_model.DEPLOY / "secrets.sh", *arguments], env={"PATH": "/usr/bin:/bin", "SECRETS": str(folder)}, capture_output=True, text=True
        )

    def test_all_that_are_named_and_the_same_again(self):
        with tempfile.TemporaryDirectory() as parent:
            folder = Path(parent) / "secrets"
            self.assertEqual(self.make(folder).returncode, 0)
            plain = {file.name: file.read_text() for file in folder.iterdir()}
            self.assertLessEqual(compose_model.read_files(["compose.yaml"])["secrets"].keys(), plain.keys())
            self.assertEqual(len(set(plain.values())), len(plain))
            self.assertEqual(folder.stat().st_mode & 0o777, 0o700)
            self.assertEqual({file.stat().st_mode & 0o777 for file in folder.iterdir()}, {0o444})

            self.assertEqual(self.make(folder, "--tls").returncode, 0)
            everything = {file.name: file.read_text() for file in folder.iterdir()}
            self.assertLessEqual(compose_model.read_files(compose_model.FILES["tls"])["secrets"].keys(), everything.keys())
            self.assertEqual({name: everything[name] for name in plain}, plain)
            for server in ("kafka", "postgres"):
                checked = subprocess.run(
                    ["openssl", "verify", "-x509_strict", "-CAfile", folder / "tls_authority", "-verify_hostname", server, folder / f"{server}_tls"],
                    capture_output=True, text=True,
                )  # fmt: skip
                self.assertEqual(checked.returncode, 0, checked.stderr)

    def test_says_what_it_takes(self):
        self.assertEqual(self.make("/nonexistent", "--ssl").returncode, 2)


if __name__ == "__main__":
    unittest.main()
