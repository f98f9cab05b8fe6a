"""deploy/compose.yaml as Compose understands it: by `docker compose config` where that is there, else read with the same result
for what the file makes use of."""

import json
import os
import re
import subprocess
from pathlib import Path

import yaml

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
FILES = {"plain": ["compose.yaml"], "tls": ["compose.yaml", "compose.tls.yaml"]}


def interpolated(text, variables):
    """With ${NAME:-default} and ${NAME} replaced, and $$ made $."""

    def value(match):
        if match[0] == "$$":
            return "$"
        name, _, default = match[1].partition(":-")
        return variables.get(name) or default

    return re.sub(r"\$\$|\$\{([^}]+)\}", value, text)


def walk(node, variables):
    if isinstance(node, dict):
        return {key: walk(value, variables) for key, value in node.items()}
    if isinstance(node, list):
        return [walk(value, variables) for value in node]
    return interpolated(node, variables) if isinstance(node, str) else node


def merged(base, over):
    """As Compose merges files: mappings by key, lists one after the other, all else replaced; commands as a whole."""
    out = dict(base)
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(out.get(key), dict):
            out[key] = merged(out[key], value)
        elif isinstance(value, list) and isinstance(out.get(key), list) and key not in ("command", "entrypoint", "test"):
            out[key] = out[key] + value
        else:
            out[key] = value
    return out


def port(short):
    address, published, target = short.rsplit(":", 2) if short.count(":") >= 2 else ("", *short.rsplit(":", 1))
    return {"host_ip": address, "published": published, "target": int(target)}


def mount(short):
    source, target, *mode = short.split(":")
    kind = "bind" if source.startswith((".", "/", "~")) else "volume"
    return {"type": kind, "source": source, "target": target, "read_only": "ro" in mode}


def normal(model):
    """The long form of what may be written short."""
    for service in model["services"].values():
        service["ports"] = [port(one) if isinstance(one, str) else one for one in service.get("ports", [])]
        service["volumes"] = [mount(one) if isinstance(one, str) else one for one in service.get("volumes", [])]
        service["secrets"] = [one if isinstance(one, str) else one["source"] for one in service.get("secrets", [])]
        service["networks"] = list(service.get("networks", ["default"]))
        depends = service.get("depends_on", {})
        service["depends_on"] = {one: {"condition": "service_started"} for one in depends} if isinstance(depends, list) else depends
        service.setdefault("environment", {})
    return model


def read_files(files):
    model = {}
    for file in files:
        model = merged(model, yaml.safe_load((DEPLOY / file).read_text(encoding="utf-8")))
    model = {key: value for key, value in model.items() if not key.startswith("x-")}
    return normal(walk(model, {}))


def ask_compose(command, files):
    arguments = [argument for file in files for argument in ("--file", str(DEPLOY / file))]
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "COMPOSE_PROFILES": "*"}
    finished = subprocess.run(
        [*command, *arguments, "config", "--format", "json"], capture_output=True, text=True, check=True, env=environment
    )
    return normal(walk(json.loads(finished.stdout), {}))  # it writes $$ for $


def compose_command():
    """Compose v2 on this machine, or None."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sasrec"
    built = os.environ.get("SASREC_COMPOSE") or str(cache / "compose-2.40.3/docker-compose")
    for command in ([built], ["docker", "compose"]):
        try:
            subprocess.run([*command, "version"], capture_output=True, check=True)
            return command
        except (OSError, subprocess.CalledProcessError):
            continue
    return None
