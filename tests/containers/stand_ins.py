"""Public images as compose.yaml names them, made on this machine from packages: for where no registry of images can be reached.

They keep to what compose.yaml relies on: accounts, folders, entry points, environment. What runs in them is the real thing:
Debian's PostgreSQL and Prometheus, Kafka's jars.
"""

import os
import subprocess
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
RELEASE = "bookworm"

# As the public image's: a cluster is made in an empty folder, and what lies in /docker-entrypoint-initdb.d is run on it.
POSTGRES_ENTRYPOINT = r"""#!/bin/bash
set -euo pipefail
export PGDATA=${PGDATA:-/var/lib/postgresql/data} POSTGRES_USER=${POSTGRES_USER:-postgres}
if [[ ${1:-} == postgres && ! -s $PGDATA/PG_VERSION ]]; then
  initdb --username "$POSTGRES_USER" --pwfile "$POSTGRES_PASSWORD_FILE" --auth-host scram-sha-256 --auth-local trust >/dev/null
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  pg_ctl -w start -o "-c listen_addresses='' -p 5432" "-o" "$(printf '%q ' "${@:2}")" >/dev/null
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sh) "$file" ;;
      *.sql) psql --username "$POSTGRES_USER" --set ON_ERROR_STOP=1 --file "$file" ;;
    esac
  done
  pg_ctl -w stop -m fast >/dev/null
fi
exec "$@"
"""

POSTGRES = f"""\
FROM {{debian}}
RUN groupadd --gid 999 postgres && useradd --uid 999 --gid 999 --home-dir /var/lib/postgresql --create-home postgres \\
  && mkdir -p /etc/postgresql-common/createcluster.d \\
  && echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/none.conf \\
  && apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postgresql-15 \\
  && rm -rf /var/lib/apt/lists/* \\
  && install -d -o postgres -g postgres -m 700 /var/lib/postgresql/data && mkdir -p /docker-entrypoint-initdb.d
ENV PATH=/usr/lib/postgresql/15/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin PGDATA=/var/lib/postgresql/data LANG=C.UTF-8
COPY docker-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
RUN sed -i "s/^#listen_addresses.*/listen_addresses = '*'/" /usr/share/postgresql/15/postgresql.conf.sample
STOPSIGNAL SIGINT
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["postgres"]
"""

KAFKA = """\
FROM {debian}
RUN mkdir -p /usr/share/man/man1 && apt-get update \\
  && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends openjdk-17-jre-headless \\
  && rm -rf /var/lib/apt/lists/* \\
  && groupadd --gid 1000 appuser && useradd --uid 1000 --gid 1000 appuser && install -d -o appuser -g appuser /var/lib/kafka/data
COPY libs/ /opt/kafka/libs/
COPY bin/ /opt/kafka/bin/
USER appuser
CMD ["/etc/kafka/docker/run"]
"""

# The scripts of Kafka's distribution that compose.yaml calls: they start a class.
KAFKA_SCRIPTS = {"kafka-storage.sh": "kafka.tools.StorageTool", "kafka-server-start.sh": "kafka.Kafka"}

PROMETHEUS = """\
FROM {debian}
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends prometheus busybox \\
  && rm -rf /var/lib/apt/lists/* && ln -s /bin/busybox /usr/bin/wget \\
  && install -d -o nobody -g nogroup /prometheus
USER nobody
ENTRYPOINT ["/bin/prometheus"]
"""


def images():
    """What compose.yaml and the Dockerfile name of others: service or "debian" -> tag."""
    services = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text(encoding="utf-8"))["services"]
    named = {name: services[name]["image"] for name in ("postgres", "kafka", "prometheus")}
    argument = next(line for line in (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8").splitlines() if line.startswith("ARG DEBIAN="))
    return {"debian": argument.partition("=")[2], **named}


def add_sources(file):
    """debootstrap names the release alone, on its mirror; the public image has its updates too, and what mends holes in it."""
    _, mirror, release, component = file.read_text().split()[:4]
    file.write_text(
        f"deb {mirror} {release} {component}\ndeb {mirror} {release}-updates {component}\n"
        f"deb {mirror.rstrip('/')}-security {release}-security {component}\n"
    )


def make_debian(engine, tag, cache):
    """debootstrap, less what the slim image lacks; the archive is kept."""
    archive = cache / f"{RELEASE}.tar"
    if not archive.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            root = Path(folder) / "root"
            subprocess.run(["debootstrap", "--variant=minbase", RELEASE, root], check=True, stdout=subprocess.DEVNULL)
            add_sources(root / "etc/apt/sources.list")
            subprocess.run(
                "rm -rf var/cache/apt/* var/cache/debconf/*-old var/lib/apt/lists/* var/log/* usr/share/doc/* usr/share/man/* "
                "usr/share/locale/* usr/share/info/* usr/share/lintian usr/share/groff/*",
                shell=True, check=True, cwd=root,
            )  # fmt: skip
            subprocess.run(["tar", "-C", root, "-cf", Path(folder) / "tar", "."], check=True)
            os.replace(Path(folder) / "tar", archive)
    engine.run("docker", "import", "--change", 'CMD ["bash"]', archive, tag)


def build(engine, tag, dockerfile, debian, files=()):
    """files: (path in the context, content or a folder to copy)."""
    with tempfile.TemporaryDirectory() as context:
        context = Path(context)
        (context / "Dockerfile").write_text(dockerfile.replace("{debian}", debian))
        for name, content in files:
            target = context / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Path):
                subprocess.run(["cp", "-r", content, target], check=True)
            else:
                target.write_text(content)
                target.chmod(0o755)
        engine.run("docker", "build", "--tag", tag, context)


def provide(engine, cache, kafka, say):
    """Makes the images that the engine lacks.

    cache   folder for what takes long
    kafka   folder with the broker's jars in lib/, from tools/setup.sh check
    """
    tags = images()
    scripts = [
        (f"bin/{name}", f"#!/bin/bash\nexec java ${{KAFKA_HEAP_OPTS:-}} -cp '/opt/kafka/libs/*' {main} \"$@\"\n")
        for name, main in KAFKA_SCRIPTS.items()
    ]
    recipes = {
        "postgres": (POSTGRES, [("docker-entrypoint.sh", POSTGRES_ENTRYPOINT)]),
        "kafka": (KAFKA, [("libs", Path(kafka) / "lib"), *scripts]),
        "prometheus": (PROMETHEUS, []),
    }
    if not engine.has_image(tags["debian"]):
        say(f"a stand-in for {tags['debian']}")
        make_debian(engine, tags["debian"], cache)
    for name, (dockerfile, files) in recipes.items():
        if not engine.has_image(tags[name]):
            say(f"a stand-in for {tags[name]}")
            build(engine, tags[name], dockerfile, tags["debian"], files)
