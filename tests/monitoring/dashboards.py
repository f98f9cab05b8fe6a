"""The committed dashboards, and their queries as Grafana would send them."""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy/grafana/dashboards"


def boards():
    return {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}


def targets(kind):
    """(dashboard, panel, target) of each query to a data source of this type."""
    for name, board in boards().items():
        for panel in board["panels"]:
            for target in panel["targets"]:
                if target["datasource"]["type"] == kind:
                    yield name, panel, target


def promql(expression, interval):
    return expression.replace("$__rate_interval", interval).replace("$job", ".+").replace("$instance", ".+")


def sql(text):
    return text.replace("$__timeFilter(date)", "date BETWEEN now() - interval '30 days' AND now()")
