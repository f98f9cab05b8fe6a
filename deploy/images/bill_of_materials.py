#!/usr/bin/env python3
"""Writes an image's bill of materials, as SPDX 2.3 in JSON, to standard output: Debian's packages, what is linked statically or
compiled in, the libraries and packages of Python's index, and what the page is bundled from.

  bill_of_materials.py --image sasrec --source . --dpkg STATUS --program service
"""

import argparse
import json
import re
import sys
import uuid
from datetime import datetime, timezone
from email.parser import HeaderParser
from pathlib import Path
from urllib.parse import quote

# Debian's packages whose code is in the programs themselves: headers that are compiled in.
COMPILED_IN = {
    "service": ["libboost1.81-dev", "libcli11-dev", "libexpected-dev", "libfmt-dev", "libspdlog-dev", "libtomlplusplus-dev", "prometheus-cpp-dev"],
    "trainer": [],
}
# What the page's bundle is made from; npm's lock file says what these need.
PAGE = ["svelte", "uplot"]


def debian_packages(status):
    """Installed packages of a dpkg status file."""
    for block in status.read_text(encoding="utf-8").split("\n\n"):
        fields = HeaderParser().parsestr(block.strip() + "\n")
        if fields["Package"] and (fields["Status"] or "").endswith(" installed"):
            yield fields


def debian(fields):
    name, version, architecture = fields["Package"], fields["Version"], fields["Architecture"]
    return {
        "name": name,
        "versionInfo": version,
        "supplier": "Organization: Debian",
        "purl": f"pkg:deb/debian/{quote(name)}@{quote(version)}?arch={architecture}&distro=bookworm",
    }


def librdkafka(source):
    script = (source / "tools/setup/librdkafka.sh").read_text(encoding="utf-8")
    version = re.search(r"/librdkafka-([\d.]+)\}", script)[1]
    package = re.search(r"librdkafka_source=(\S+)", script)[1]
    digest = re.search(r"librdkafka_hash=(\w+)", script)[1]
    return {
        "name": "librdkafka",
        "versionInfo": version,
        "licenseDeclared": "BSD-2-Clause",
        "purl": f"pkg:generic/librdkafka@{version}",
        "comment": f"Linked statically, built from the sources in the npm package {package} of SHA-256 {digest}. They bring "
        "parts of crc32c, fnv1a, lz4, murmur2, nanopb, rdxxhash, regexp, snappy, tinycthread and wingetopt: LICENSES.txt there.",
    }


def page_packages(source):
    """The packages of npm's lock file that PAGE names, and what they need."""
    locked = json.loads((source / "web/package-lock.json").read_text(encoding="utf-8"))["packages"]
    waiting, found = list(PAGE), {}
    while waiting:
        name = waiting.pop()
        entry = locked[f"node_modules/{name}"]
        if name not in found:
            found[name] = entry
            waiting += entry.get("dependencies", {})
    for name, entry in sorted(found.items()):
        yield {
            "name": name,
            "versionInfo": entry["version"],
            "licenseDeclared": entry.get("license", "NOASSERTION"),
            "purl": f"pkg:npm/{quote(name)}@{entry['version']}",
            "comment": "Bundled into the page, or needed by what is.",
        }


def wheels(list_of_wheels):
    """What a list of requirements with hashes names."""
    for line in list_of_wheels.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([\w-]+)==(\S+) --hash=sha256:(\w+)", line):
            yield {
                "name": match[1],
                "versionInfo": match[2],
                "purl": f"pkg:pypi/{match[1]}@{match[2]}",
                "comment": f"Shared libraries out of the wheel of SHA-256 {match[3]}, with all that they link statically.",
            }


def python_packages(environment):
    """What is installed in a Python environment, by its own records."""
    for file in sorted(environment.glob("lib/python3*/site-packages/*.dist-info/METADATA")):
        fields = HeaderParser().parsestr(file.read_text(encoding="utf-8"))
        yield {
            "name": fields["Name"],
            "versionInfo": fields["Version"],
            "licenseComments": (fields["License-Expression"] or fields["License"] or "").split("\n")[0],
            "purl": f"pkg:pypi/{fields['Name'].lower().replace('_', '-')}@{fields['Version']}",
        }


def contents(options):
    """(relationship to the image, package), one after the other."""
    for fields in debian_packages(options.dpkg):
        yield "CONTAINS", debian(fields)
    if options.program:
        built_with = {fields["Package"]: fields for fields in debian_packages(options.builder)}
        for program in options.program:
            for name in COMPILED_IN[program]:
                yield "STATIC_LINK", debian(built_with[name]) | {"comment": "Headers that are compiled in."}
        yield "STATIC_LINK", librdkafka(options.source)
        for package in page_packages(options.source):
            yield "STATIC_LINK", package
    if "trainer" in options.program:
        for package in wheels(options.source / "tools/libtorch.txt"):
            yield "CONTAINS", package
    if options.python:
        for package in python_packages(options.python):
            yield "CONTAINS", package


def document(options):
    version = re.search(r"project\(sasrec VERSION ([\d.]+)", (options.source / "CMakeLists.txt").read_text(encoding="utf-8"))[1]
    image = {
        "SPDXID": "SPDXRef-image", "name": options.image, "versionInfo": version, "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False, "licenseConcluded": "NOASSERTION", "licenseDeclared": "Apache-2.0", "copyrightText": "NOASSERTION",
        "primaryPackagePurpose": "CONTAINER",
    }  # fmt: skip
    packages = [image]
    relationships = [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-image"}]
    for number, (relationship, found) in enumerate(contents(options), 1):
        purl = found.pop("purl")
        packages.append(
            {
                "SPDXID": f"SPDXRef-{number}", "downloadLocation": "NOASSERTION", "filesAnalyzed": False,
                "licenseConcluded": "NOASSERTION", "licenseDeclared": "NOASSERTION", "copyrightText": "NOASSERTION",
                **{key: value for key, value in found.items() if value},
                "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}],
            }
        )  # fmt: skip
        relationships.append(
            {"spdxElementId": "SPDXRef-image", "relationshipType": relationship, "relatedSpdxElement": f"SPDXRef-{number}"}
        )
    return {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": f"{options.image}-{version}",
        "documentNamespace": f"https://spdx.org/spdxdocs/{options.image}-{version}-{uuid.uuid4()}",
        "creationInfo": {
            "created": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "creators": ["Tool: sasrec-bill_of_materials"],
        },
        "packages": packages,
        "relationships": relationships,
    }  # fmt: skip


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--image", required=True, help="its name")
    parser.add_argument("--source", type=Path, required=True, help="the project's folder")
    parser.add_argument("--dpkg", type=Path, required=True, help="the image's /var/lib/dpkg/status")
    parser.add_argument("--builder", type=Path, default=Path("/var/lib/dpkg/status"), help="the same of where it was compiled")
    parser.add_argument("--program", action="append", default=[], choices=sorted(COMPILED_IN), help="what it holds; may be repeated")
    parser.add_argument("--python", type=Path, help="a Python environment that it holds")
    return parser.parse_args(arguments)


def main():
    json.dump(document(parse(sys.argv[1:])), sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
