"""Small bad trees, each with one breach that tools/check_layers.py must name."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
sys.dont_write_bytecode = True
import check_layers  # noqa: E402

GOOD = {
    "src/base/ids.hpp": "#pragma once\n",
    "src/base/ids.cpp": '#include "base/ids.hpp"\n',
    "src/training/loop.hpp": '#pragma once\n#include <torch/torch.h>\n#include "base/ids.hpp"\n',
    "src/apps/trainer/main.cpp": '#include <torch/torch.h>\n#include "training/loop.hpp"\n',
    "src/store/migrations/0001_service.sql": "",
    "tests/unit/base/ids_test.cpp": '#include "base/ids.hpp"\n',
}


def breaches(**changed):
    with tempfile.TemporaryDirectory() as root:
        for path, text in {**GOOD, **changed.get("files", {})}.items():
            file = Path(root, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return check_layers.check(root, unused=False)[0]


class CheckLayers(unittest.TestCase):
    def expect_one(self, path, text, message):
        found = breaches(files={path: text})
        self.assertEqual(len(found), 1, found)
        self.assertIn(path, found[0])
        self.assertIn(message, found[0])

    def test_a_good_tree_has_no_breach(self):
        self.assertEqual(breaches(), [])

    def test_including_upward(self):
        self.expect_one("src/base/up.hpp", '#pragma once\n#include "training/loop.hpp"\n', "base may not include training")

    def test_the_line_is_named(self):
        found = breaches(files={"src/base/up.hpp": '#pragma once\n\n  #  include "training/loop.hpp"\n'})
        self.assertTrue(found[0].startswith("src/base/up.hpp:3:"), found)

    def test_libtorch_outside_training(self):
        self.expect_one("src/base/tensor.hpp", "#pragma once\n#include <ATen/ATen.h>\n", "LibTorch belongs in")

    def test_libtorch_in_the_serving_program(self):
        self.expect_one("src/apps/sasrec.cpp", "#include <torch/torch.h>\n", "LibTorch belongs in")

    def test_database_client_outside_store(self):
        self.expect_one("src/apps/rows.cpp", "#include <libpq-fe.h>\n", "libpq belongs in")

    def test_own_header_in_angle_brackets(self):
        self.expect_one("src/base/x.hpp", "#pragma once\n#include <training/loop.hpp>\n", "with quotes")

    def test_header_that_is_not_there(self):
        self.expect_one("src/base/x.hpp", '#pragma once\n#include "base/gone.hpp"\n', "no file of src/")

    def test_file_directly_in_src(self):
        self.expect_one("src/main.cpp", "", "lies in src/<folder>/")

    def test_folder_too_deep(self):
        self.expect_one("src/base/json/value.hpp", "#pragma once\n", "lies in src/<folder>/")

    def test_a_folder_that_parts_names(self):
        self.assertEqual(breaches(files={"src/stream/kafka/bus.hpp": "#pragma once\n"}), [])

    def test_the_table_goes_downward_only(self):
        order = list(check_layers.LAYERS)
        for folder, allowed in check_layers.LAYERS.items():
            for target in allowed:
                self.assertLess(order.index(target), order.index(folder), f"{folder} -> {target}")

    def test_an_edge_that_no_file_uses(self):
        with tempfile.TemporaryDirectory() as root:
            file = Path(root, "src/catalogue/items.hpp")
            file.parent.mkdir(parents=True)
            Path(root, "src/bus").mkdir()
            Path(root, "src/bus/bus.hpp").write_text("#pragma once\n", encoding="utf-8")
            file.write_text('#pragma once\n#include "bus/bus.hpp"\n', encoding="utf-8")
            found = [line for line in check_layers.check(root)[0] if "catalogue may include" in line]
        self.assertEqual(found, ["tools/check_layers.py: catalogue may include base, and no file of it does"])

    def test_migration_without_a_number(self):
        self.assertIn("only .hpp and .cpp", " ".join(breaches(files={"src/store/migrations/service.sql": ""})))

    def test_unknown_layer(self):
        self.expect_one("src/engine/run.hpp", "#pragma once\n", "engine is not a layer")

    def test_names_that_say_nothing(self):
        self.expect_one("src/base/string_utils.hpp", "#pragma once\n", "says nothing")
        self.expect_one("tests/helpers/disk.hpp", "#pragma once\n", "says nothing")
        self.expect_one("tools/common.py", "", "says nothing")

    def test_names_in_other_case(self):
        self.expect_one("src/base/ItemId.hpp", "#pragma once\n", "snake_case")

    def test_header_without_guard(self):
        self.expect_one("src/base/x.hpp", "", "#pragma once")

    def test_source_without_a_header_of_its_folder(self):
        self.expect_one("src/base/lost.cpp", "int lost;\n", "no header of its own folder")


if __name__ == "__main__":
    unittest.main()
