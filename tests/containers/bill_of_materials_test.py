"""The bill of materials of an image, made from what an image of the kind holds."""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "deploy/images/bill_of_materials.py"
CMAKE = (ROOT / "cmake/dependencies.cmake").read_text(encoding="utf-8")

STATUS = """\
Package: libpq5
Status: install ok installed
Architecture: amd64
Version: 15.18-0+deb12u1
Description: a library
 with more lines

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1

"""


def builder_status():
    sys.path.insert(0, str(PROGRAM.parent))
    import bill_of_materials

    names = [name for names in bill_of_materials.COMPILED_IN.values() for name in names]
    return "\n\n".join(f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 9.9" for name in names) + "\n"


class Bill(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "status").write_text(STATUS)
        (self.folder / "builder").write_text(builder_status())

    def bill(self, *more):
        return json.loads(
            subprocess.run(
                [sys.executable, PROGRAM, "--image", "sasrec", "--source", ROOT, "--dpkg", self.folder / "status", "--builder",
                 self.folder / "builder", *more],
                capture_output=True, text=True, check=True, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            ).stdout
        )  # fmt: skip

    def related(self, bill, kind):
        names = {package["SPDXID"]: package for package in bill["packages"]}
        return {names[one["relatedSpdxElement"]]["name"]: names[one["relatedSpdxElement"]] for one in bill["relationships"] if one["relationshipType"] == kind}

    def test_debian_packages_that_are_installed(self):
        contained = self.related(self.bill(), "CONTAINS")
        self.assertEqual(set(contained), {"libpq5"})
        self.assertEqual(contained["libpq5"]["versionInfo"], "15.18-0+deb12u1")
        self.assertEqual(
            contained["libpq5"]["externalRefs"][0]["referenceLocator"], "pkg:deb/debian/libpq5@15.18-0%2Bdeb12u1?arch=amd64&distro=bookworm"
        )

    def test_what_is_linked_statically(self):
        linked = self.related(self.bill("--program", "service"), "STATIC_LINK")
        self.assertIn("lz4", linked["librdkafka"]["comment"])
        self.assertIn(f"librdkafka-{linked['librdkafka']['versionInfo']} ", (ROOT / "cmake/librdkafka.cmake").read_text())
        self.assertEqual(linked["libboost1.81-dev"]["versionInfo"], "9.9")
        locked = json.loads((ROOT / "web/package-lock.json").read_text())["packages"]
        for name in ("svelte", "uplot", "esm-env"):
            self.assertEqual(linked[name]["versionInfo"], locked[f"node_modules/{name}"]["version"])

    def test_nothing_the_page_imports_is_missing(self):
        linked = self.related(self.bill("--program", "service"), "STATIC_LINK")
        for file in (ROOT / "web/src").rglob("*"):
            if file.suffix in (".ts", ".svelte"):
                for name in re.findall(r"""^\s*import [^'"\n]*['"]([^.'"\n][^'"\n]*)['"]""", file.read_text(encoding="utf-8"), re.MULTILINE):
                    self.assertIn(name.split("/")[0], linked, file)

    def test_every_header_library_of_the_build_is_known(self):
        """What the set-up installs for compiling is in the list, or shared, or a tool."""
        lines = [line.split() for line in (ROOT / "tools/dependencies.txt").read_text(encoding="utf-8").splitlines()]
        installed = [line[2] for line in lines if line[:2] == ["build", "package"]]
        shared = {"libboost-json1.81-dev", "libpq-dev", "libssl-dev", "libutf8proc-dev", "libzstd-dev", "zlib1g-dev"}
        libraries = {name for name in installed if name.endswith("-dev")}
        self.assertEqual(libraries - shared, set(self.related(self.bill("--program", "service"), "STATIC_LINK")) & libraries)

    def test_the_trainer_has_torch(self):
        contained = self.related(self.bill("--program", "service", "--program", "trainer"), "CONTAINS")
        self.assertEqual(f"torch=={contained['torch']['versionInfo']} ", re.search(r"torch==\S+ ", (ROOT / "tools/libtorch.txt").read_text())[0])
        self.assertNotIn("torch", self.related(self.bill("--program", "service"), "CONTAINS"))

    def test_a_python_environment(self):
        contained = self.related(self.bill("--python", os.environ["SASREC_ANALYTICS"]), "CONTAINS")
        wanted = re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / "analytics/requirements.txt").read_text(), re.MULTILINE)
        found = {re.sub(r"[-_.]+", "-", name).lower(): package["versionInfo"] for name, package in contained.items()}
        for name, version in wanted:
            self.assertEqual(found.get(re.sub(r"[-_.]+", "-", name).lower()), version, name)

    def test_it_is_spdx(self):
        bill = self.bill("--program", "service", "--program", "trainer", "--python", os.environ["SASREC_ANALYTICS"])
        self.assertEqual((bill["spdxVersion"], bill["dataLicense"], bill["SPDXID"]), ("SPDX-2.3", "CC0-1.0", "SPDXRef-DOCUMENT"))
        ids = [package["SPDXID"] for package in bill["packages"]] + ["SPDXRef-DOCUMENT"]
        self.assertEqual(len(ids), len(set(ids)))
        for one in bill["relationships"]:
            self.assertIn(one["spdxElementId"], ids)
            self.assertIn(one["relatedSpdxElement"], ids)
        for package in bill["packages"]:
            self.assertLessEqual({"name", "downloadLocation", "licenseConcluded", "licenseDeclared", "copyrightText"}, package.keys())
            self.assertTrue(package["versionInfo"])


if __name__ == "__main__":
    unittest.main()
