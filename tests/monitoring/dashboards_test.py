#!/usr/bin/env python3
"""The dashboards are what their generator writes, and keep the rules that make them usable anywhere."""

import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import dashboards
import yaml

SDK = os.environ["DASHBOARDS"]  # a Python with Grafana's foundation SDK


class DashboardsTest(unittest.TestCase):
    def test_they_are_what_the_generator_writes(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([SDK, dashboards.ROOT / "deploy/grafana/generate.py", folder], check=True)
            written = {path.name: path.read_text() for path in Path(folder).glob("*.json")}
        self.assertEqual(written, {path.name: path.read_text() for path in dashboards.FOLDER.glob("*.json")})

    def test_grafana_knows_each_field(self):
        """What the SDK's types of Grafana 11.6 don't have would get lost on the way through them."""
        code = '''
import json, sys
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard
register_default_plugins()
print(JSONEncoder().encode(Dashboard.from_json(json.load(sys.stdin))))
'''
        for name, board in dashboards.boards().items():
            read = subprocess.run([SDK, "-c", code], input=json.dumps(board), check=True, capture_output=True, text=True).stdout
            self.assertEqual(json.loads(read), board, name)

    def test_prometheus_parses_each_query(self):
        expressions = [dashboards.promql(target["expr"], "1m") for _, _, target in dashboards.targets("prometheus")]
        self.assertGreater(len(expressions), 30)
        rules = [{"record": f"query:{number}", "expr": expression} for number, expression in enumerate(expressions)]
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}, file)
            file.flush()
            done = subprocess.run(["promtool", "check", "rules", file.name], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn(f"{len(rules)} rules found", done.stdout)

    def test_each_has_templated_sources_and_selectors(self):
        boards = dashboards.boards()
        self.assertEqual(set(boards), {"service", "pipeline", "model", "business"})
        for name, board in boards.items():
            variables = [variable["name"] for variable in board["templating"]["list"]]
            self.assertEqual(variables, ["database"] if name == "business" else ["datasource", "job", "instance"])
            self.assertEqual(board["uid"], f"sasrec-{name}")
            titles = [panel["title"] for panel in board["panels"]]
            self.assertEqual(len(titles), len(set(titles)), name)

    def test_each_panel_says_what_it_shows(self):
        for name, board in dashboards.boards().items():
            for panel in board["panels"]:
                with self.subTest(f"{name}: {panel['title']}"):
                    self.assertTrue(panel["title"] and panel["description"].endswith("."))
                    self.assertTrue(panel["fieldConfig"]["defaults"]["unit"])
                    self.assertTrue(panel["targets"])
                    self.assertIn(panel["datasource"]["uid"], ("${datasource}", "${database}"))

    def test_no_two_panels_overlap(self):
        for name, board in dashboards.boards().items():
            cells = [
                (panel["gridPos"]["x"] + dx, panel["gridPos"]["y"] + dy)
                for panel in board["panels"] for dx in range(panel["gridPos"]["w"]) for dy in range(panel["gridPos"]["h"])
            ]  # fmt: skip
            self.assertEqual(len(cells), len(set(cells)), name)
            self.assertTrue(all(x < 24 for x, _ in cells))

    def test_queries_select_and_rate_as_they_should(self):
        for name, panel, target in dashboards.targets("prometheus"):
            with self.subTest(f"{name}: {panel['title']}"):
                for selector in re.findall(r"\{[^}]*=[^}]*\}", target["expr"]):
                    self.assertIn('job=~"$job"', selector)
                    if "job:" not in target["expr"]:
                        self.assertIn('instance=~"$instance"', selector)
                for interval in re.findall(r"\[([^]]*)\]", target["expr"]):
                    self.assertEqual(interval, "$__rate_interval")
                for counter in re.findall(r"\w+_total", target["expr"]):
                    self.assertRegex(target["expr"], rf"rate\({counter}\{{")
                self.assertTrue(target["legendFormat"])


if __name__ == "__main__":
    unittest.main()
