#!/usr/bin/env python3
"""The project's shape: which layer reads what, that everything is described and tested, that nothing is fetched or reported."""

import os
import re
import tempfile
import unittest
from pathlib import Path

import yaml

from sasrec_analytics import build, database

LAYERS = {"staging": "stg_", "intermediate": "int_", "marts": "dm_"}
MAY_READ = {
    "staging": {"source"},
    "intermediate": {"staging", "intermediate", "marts"},
    "marts": {"staging", "intermediate", "marts"},
}


class ProjectTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        os.environ["ANALYTICS_HOST"] = "/nowhere"
        with tempfile.TemporaryDirectory() as folder:
            parsed = build.dbt(Path(folder), "parse", "--quiet")
        assert parsed.success, parsed.exception
        cls.manifest = parsed.result
        cls.models = [node for node in cls.manifest.nodes.values() if node.resource_type == "model"]

    def layer(self, unique_id):
        return "source" if unique_id.startswith("source.") else self.manifest.nodes[unique_id].fqn[1]

    def each(self, models=None):
        for model in models or self.models:
            with self.subTest(model.name):
                yield model

    def marts(self):
        return [model for model in self.models if self.layer(model.unique_id) == "marts"]

    def test_names_say_the_layer(self):
        for model in self.each():
            self.assertTrue(model.name.startswith(LAYERS[self.layer(model.unique_id)]))

    def test_each_layer_reads_those_before_it(self):
        for model in self.each():
            layer = self.layer(model.unique_id)
            read = [self.layer(one) for one in model.depends_on_nodes]
            self.assertLessEqual(set(read), MAY_READ[layer])
            if layer == "staging":
                self.assertEqual(len(read), 1)
            # The mark of a complete build is the only thing that comes after the marts.
            if layer == "intermediate" and "marts" in read:
                self.assertEqual(model.name, "int_last_build")

    def test_each_source_has_one_reader(self):
        for source in self.manifest.sources.values():
            readers = [m.name for m in self.models if source.unique_id in m.depends_on_nodes]
            self.assertEqual(len(readers), 1, source.name)
            self.assertTrue(source.description)

    def test_no_model_names_a_table_by_itself(self):
        for model in self.each():
            self.assertIsNone(re.search(r"\b(from|join)\s+\w+\.\w+", model.raw_code), model.name)

    def test_all_is_described(self):
        for model in self.each():
            self.assertTrue(model.description)
            self.assertTrue(model.columns)
            for column in model.columns.values():
                self.assertTrue(column.description, f"{model.name}.{column.name}")

    def test_every_column_is_tested(self):
        """By a constraint, a test of its own, or a rule of its table that names it."""
        tests = [node for node in self.manifest.nodes.values() if node.resource_type == "test"]
        for model in self.each():
            of_model = [test for test in tests if test.attached_node == model.unique_id]
            rules = " ".join(str(test.test_metadata.kwargs.get("rule", "")) for test in of_model)
            keys = [column for constraint in model.constraints for column in constraint.columns]
            for column in model.columns.values():
                tested = (
                    column.constraints or column.name in keys or re.search(rf"\b{column.name}\b", rules)
                    or any(test.column_name == column.name for test in of_model)
                )  # fmt: skip
                self.assertTrue(tested or column.name in UNTESTABLE.get(model.name, ()), f"{model.name}.{column.name}")

    def test_marts_have_contracts_and_keys(self):
        for mart in self.each(self.marts()):
            self.assertTrue(mart.config.contract.enforced)
            self.assertIn("primary_key", [constraint.type.value for constraint in mart.constraints])
            self.assertTrue(all(column.data_type for column in mart.columns.values()))
            self.assertEqual(mart.config.grants, {"select": ["sasrec_reader"]})

    def test_nothing_is_fetched_or_reported(self):
        project = yaml.safe_load((database.PROJECT / "dbt_project.yml").read_text())
        self.assertIs(project["flags"]["send_anonymous_usage_stats"], False)
        self.assertFalse([name for name in ("packages.yml", "dependencies.yml") if (database.PROJECT / name).exists()])


# Whatever is in them is right.
UNTESTABLE = {"stg_interactions": ["request_id"], "stg_recommendations": ["user_id", "model_version", "items"]}

if __name__ == "__main__":
    unittest.main()
