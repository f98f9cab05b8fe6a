#!/usr/bin/env python3
"""Prometheus' configuration, by promtool; and that each alert is tried, and explained."""

import re
import subprocess
import unittest
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy/prometheus"
ALERTS = [rule for group in yaml.safe_load((FOLDER / "rules/alerts.yml").read_text())["groups"] for rule in group["rules"]]


def promtool(*arguments):
    done = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, cwd=FOLDER)
    return done.returncode, done.stdout + done.stderr


class PrometheusTest(unittest.TestCase):
    def test_configuration_and_rules_are_valid(self):
        for what in (("check", "config", FOLDER / "prometheus.yml"), ("check", "rules", *FOLDER.glob("rules/*.yml"))):
            code, output = promtool(*what)
            self.assertEqual(code, 0, output)

    def test_alerts_fire_when_they_should(self):
        code, output = promtool("test", "rules", *FOLDER.glob("tests/*.yml"))
        self.assertEqual(code, 0, output)

    def test_each_alert_has_a_case_of_both_kinds(self):
        cases = [case for path in FOLDER.glob("tests/*.yml") for case in yaml.safe_load(path.read_text())["tests"]]
        for alert in ALERTS:
            expected = [
                bool(test["exp_alerts"]) for case in cases for test in case["alert_rule_test"] if test["alertname"] == alert["alert"]
            ]
            self.assertEqual(set(expected), {True, False}, alert["alert"])

    def test_each_alert_leads_to_what_to_do(self):
        headings = re.findall(r"^## (Sasrec\w+)$", (ROOT / "docs/alerts.md").read_text(), re.MULTILINE)
        self.assertEqual(sorted(headings), sorted(alert["alert"] for alert in ALERTS))
        for alert in ALERTS:
            self.assertEqual(alert["annotations"]["runbook"], f"docs/alerts.md#{alert['alert'].lower()}")
            self.assertIn(alert["labels"]["severity"], ("page", "ticket"))


if __name__ == "__main__":
    unittest.main()
