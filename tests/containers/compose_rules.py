"""What the containers of deploy/compose.yaml promise. Each rule gives a sentence for each breach."""

import re

ONCE = {"first-start", "analytics-roles"}
OURS = {"first-start", "analytics-roles", "api", "worker", "writer", "monitor", "trainer", "analytics"}
OTHERS = {"postgres", "kafka", "prometheus", "grafana"}
PUBLISHED = {"api", "grafana"}
DATA = {
    "postgres": "/var/lib/postgresql/data",
    "kafka": "/var/lib/kafka/data",
    "prometheus": "/prometheus",
    "grafana": "/var/lib/grafana",
}
CHECKPOINTS = {"first-start", "api", "worker", "monitor", "trainer"}
SECRET_NAME = re.compile(r"PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|(^|_)KEY$|DATABASE(_URL)?$")
SECRET_VALUE = re.compile(r"://[^/@\s]*:[^/@\s]+@")


def is_everything(services):
    for missing in sorted((OURS | OTHERS) - services.keys()):
        yield f"there is no {missing}"


def have_health(services):
    for name, service in services.items():
        check = service.get("healthcheck", {})
        if name not in ONCE and (not check.get("test") or check.get("disable")):
            yield f"{name} has no health check"
        if name not in ONCE and not {"interval", "timeout", "retries"} <= check.keys():
            yield f"{name}'s health check doesn't say interval, timeout and retries"


def start_by_health(services):
    for name, service in services.items():
        for other, how in service["depends_on"].items():
            wanted = "service_completed_successfully" if other in ONCE else "service_healthy"
            if how.get("condition") != wanted:
                yield f"{name} waits for {other} by {how.get('condition')}, not by {wanted}"
    for name in (OURS - ONCE) & services.keys():
        if not ONCE & services[name]["depends_on"].keys() or "postgres" not in services[name]["depends_on"]:
            yield f"{name} does not wait for the first start and the database"


def restart(services):
    for name, service in services.items():
        wanted = "no" if name in ONCE else "unless-stopped"
        if service.get("restart") != wanted:
            yield f"{name} has the restart policy {service.get('restart')}, not {wanted}"


def keep_data_in_named_volumes(services):
    for name, service in services.items():
        mounts = service["volumes"]
        if name in DATA and not any(one["type"] == "volume" and one.get("source") and one["target"] == DATA[name] for one in mounts):
            yield f"{name} has no named volume at {DATA[name]}"
        if name in CHECKPOINTS and not any(
            one["type"] == "volume" and one.get("source") == "checkpoints" and one["target"] == "/checkpoints" for one in mounts
        ):
            yield f"{name} does not share the checkpoints"
        for one in mounts:
            if one["type"] != "volume" and not one.get("read_only"):
                yield f"{name} may write into {one.get('source')}, a folder of the machine"
            if "docker.sock" in str(one.get("source")):
                yield f"{name} has the engine's socket"


def are_limited(services):
    for name, service in services.items():
        limits = service.get("deploy", {}).get("resources", {}).get("limits", {})
        for resource in ("memory", "pids"):
            if not limits.get(resource):
                yield f"{name} has no limit of {resource}"


def take_secrets_from_files(services):
    for name, service in services.items():
        for variable, value in service["environment"].items():
            from_file = variable.endswith("_FILE") and str(value).startswith("/run/secrets/")
            if (SECRET_NAME.search(variable.removesuffix("_FILE").rstrip("_")) and not from_file) or SECRET_VALUE.search(str(value or "")):
                yield f"{name} has a secret in its environment: {variable}"
        for key in ("command", "entrypoint"):
            if SECRET_VALUE.search(str(service.get(key) or "")):
                yield f"{name} has a secret in its {key}"


def have_secrets(services, secrets):
    for name, secret in secrets.items():
        if not secret.get("file"):
            yield f"the secret {name} is no file"
    for name, service in services.items():
        for one in set(service["secrets"]) - secrets.keys():
            yield f"{name} wants the secret {one}, which there is not"


def are_pinned(services):
    for name, service in services.items():
        image = service.get("image") or ""
        tag = image.rpartition(":")[2] if ":" in image.rpartition("/")[2] else ""
        if "@sha256:" not in image and not re.search(r"\d+\.\d+", tag):
            yield f"{name}'s image {image or 'has no name'} names no version"


def publish(services):
    for name, service in services.items():
        if service["ports"] and name not in PUBLISHED:
            yield f"{name} is published"
        for one in service["ports"]:
            if one.get("host_ip") not in ("127.0.0.1", "::1"):
                yield f"{name} is published beyond loopback, at {one.get('host_ip') or 'every address'}"
    for name in PUBLISHED & services.keys():
        if not services[name]["ports"]:
            yield f"{name} is not published"


def keep_inside(services, networks):
    for name, service in services.items():
        outside = [one for one in service["networks"] if not (networks.get(one) or {}).get("internal")]
        if outside and name not in PUBLISHED:
            yield f"{name} reaches what is outside, by the network {outside[0]}"


def are_confined(services):
    for name, service in services.items():
        if "ALL" not in service.get("cap_drop", []) or service.get("cap_add"):
            yield f"{name} keeps capabilities"
        if not any(str(one).replace("=", ":") in ("no-new-privileges:true", "no-new-privileges") for one in service.get("security_opt", [])):
            yield f"{name} may gain privileges"
        if service.get("privileged") or service.get("devices"):
            yield f"{name} is privileged"
        for key in ("network_mode", "pid", "ipc", "userns_mode"):
            if service.get(key) == "host":
                yield f"{name} has the machine's {key}"
        user = str(service.get("user", "")).split(":")[0]
        if not user.isdigit() or int(user) == 0:
            yield f"{name} runs as {user or 'what its image says'}, not as an account by number that is not root"
        if name in OURS and service.get("read_only") is not True:
            yield f"{name} may write into its own image"


def scale(services):
    for name in {"worker", "writer", "api"} & services.keys():
        if services[name].get("container_name"):
            yield f"{name} has a fixed name and can't be there twice"


def are_verified(services):
    """With TLS: everybody who talks to PostgreSQL or Kafka."""
    for name in OURS & services.keys():
        environment = services[name]["environment"]
        if environment.get("PGSSLMODE") != "verify-full" or not environment.get("PGSSLROOTCERT"):
            yield f"{name} does not verify PostgreSQL"
        if "SASREC_BUS" in environment and (
            environment.get("SASREC_KAFKA_SECURITY_PROTOCOL") != "SASL_SSL"
            or environment.get("SASREC_KAFKA_SASL_MECHANISM") != "SCRAM-SHA-512"
            or not environment.get("SASREC_KAFKA_SASL_PASSWORD_FILE")
            or not environment.get("SASREC_KAFKA_SSL_CA_LOCATION")
        ):
            yield f"{name} does not reach Kafka by SASL and TLS"
        for variable in ("PGSSLROOTCERT", "SASREC_KAFKA_SASL_PASSWORD_FILE", "SASREC_KAFKA_SSL_CA_LOCATION"):
            if (file := environment.get(variable)) and file.rpartition("/")[2] not in services[name]["secrets"]:
                yield f"{name} is not given {file}"


def breaches(model, tls=False):
    services = model["services"]
    rules = [
        is_everything, have_health, start_by_health, restart, keep_data_in_named_volumes, are_limited, take_secrets_from_files,
        are_pinned, publish, are_confined, scale,
    ]  # fmt: skip
    found = [breach for rule in rules for breach in rule(services)]
    found += have_secrets(services, model.get("secrets", {}))
    found += keep_inside(services, model.get("networks", {}))
    if tls:
        found += are_verified(services)
    return found
