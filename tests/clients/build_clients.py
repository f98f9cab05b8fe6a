#!/usr/bin/env python3
"""Generates clients of docs/openapi.yaml in four languages, and compiles them with the programs beside this file that use them.

usage: tests/clients/build_clients.py --tools CLIENTS --out FOLDER

CLIENTS is the folder that tools/setup.sh check made. The generator runs with its defaults, as users run it; but for names of packages.
Any warning fails, but for those that every client of this generator has. Afterwards FOLDER has what the service's test runs.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
GENERATORS = {
    "python": {"generatorName": "python", "packageName": "sasrec_client"},
    "typescript": {"generatorName": "typescript-fetch"},
    "java": {"generatorName": "java", "library": "native"},
    "go": {"generatorName": "go", "packageName": "sasrec"},
}


class Failed(Exception):
    pass


def run(name, command, folder, environment=None):
    ended = subprocess.run([str(word) for word in command], cwd=folder, env={**os.environ, **(environment or {})},
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True)
    if ended.returncode != 0:
        raise Failed(f"{name}: {command[0]} ended with {ended.returncode}:\n{ended.stdout[-6000:]}")
    return ended.stdout


def found(*candidates):
    for candidate in candidates:
        if path := shutil.which(str(candidate)):
            return path
    raise Failed(f"there is no {candidates[0]}: tools/setup.sh build check installs it")


def generate(tools, out):
    configurations = []
    for language, properties in GENERATORS.items():
        lines = [f"inputSpec: {ROOT / 'docs/openapi.yaml'}", f"outputDir: {out / language}"]
        lines += [f"{name}: {value}" for name, value in properties.items()]
        configuration = out / f"{language}.yaml"
        configuration.write_text("\n".join(lines) + "\n")
        configurations.append(configuration)
    [jar] = (tools / "lib").glob("openapi-generator-cli-*.jar")
    said = run("generator", [found("java"), "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", jar,
                             "batch", "--fail-fast", *configurations], out)
    wrong = [line for line in said.splitlines() if " WARN " in line or " ERROR " in line or "Exception" in line]
    if wrong:
        raise Failed("generator: it warns:\n" + "\n".join(wrong))


def build_python(tools, out):
    interpreter = tools / "python/bin/python"
    path = {"PYTHONPATH": str(out / "python"), "MYPYPATH": str(out / "python")}
    load = ("import importlib, pkgutil, sasrec_client\n"
            "for module in pkgutil.walk_packages(sasrec_client.__path__, 'sasrec_client.'): importlib.import_module(module.name)\n")
    run("python", [interpreter, "-W", "error", "-c", load], out, path)
    # The program and, as it imports them, all modules of the client.
    run("python", [interpreter, "-m", "mypy", "--cache-dir", out / "mypy", "--check-untyped-defs", "--warn-unreachable",
                   "--warn-redundant-casts", HERE / "python_client.py"], out, path)


def build_typescript(tools, out):
    modules = ROOT / "web/node_modules"
    node = found(Path(os.environ.get("SASREC_NODE") or tools.parent / "node-24.19.0") / "bin/node", "node")
    shutil.copy(HERE / "typescript_client.ts", out / "typescript/client.ts")
    (out / "tsconfig.json").write_text(f'''{{
  "compilerOptions": {{
    "strict": true, "target": "es2022", "lib": ["es2022", "dom", "dom.iterable"], "module": "commonjs", "outDir": "typescript-built",
    "typeRoots": ["{modules}/@types"], "types": ["node"]
  }},
  "include": ["typescript"]
}}
''')
    run("typescript", [node, modules / "typescript/bin/tsc", "-p", out / "tsconfig.json"], out)


def build_java(tools, out):
    sources = [*(out / "java/src/main").rglob("*.java"), HERE / "JavaClient.java"]
    jars = os.pathsep.join(str(jar) for jar in (tools / "lib").glob("*.jar") if "openapi-generator" not in jar.name)
    # serial, deprecation: of the generator's own classes, in every client.
    run("java", [found("javac"), "-J-Xmx512m", "-J-XX:+UseSerialGC", "-J-XX:TieredStopAtLevel=1", "-Xlint:all,-serial,-deprecation", "-Werror",
                 "-proc:none", "-cp", jars, "-d", out / "java-built", *sources], out)


def build_go(tools, out):
    go = found("go", "/usr/local/go/bin/go")
    shutil.rmtree(out / "go/test")  # wants a library for assertions, and asserts nothing
    environment = {"GOMODCACHE": str(tools / "go/modules"), "GOCACHE": str(tools / "go/build"), "GOFLAGS": "-mod=mod",
                   "GOPROXY": "off", "GOSUMDB": "off", "GOTOOLCHAIN": "local"}
    run("go", [go, "mod", "edit", "-go=1.18"], out / "go", environment)  # the generator asks for 1.23 and needs less
    shutil.copy(HERE / "go_client_test.go", out / "go/client_test.go")
    # unreachable: the generator writes the end of UnmarshalJSON of a oneOf once for each of its types.
    run("go", [go, "vet", "-unreachable=false", "./..."], out / "go", environment)
    run("go", [go, "test", "./..."], out / "go", environment)


def timed(build, tools, out):
    begun = time.monotonic()
    build(tools, out)
    return f"{build.__name__} {time.monotonic() - begun:.1f} s"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tools", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    tools, out = arguments.tools.resolve(), arguments.out.resolve()
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    try:
        print(timed(generate, tools, out))
        with ThreadPoolExecutor(2) as pool:  # two compilers fit into a small machine's memory
            for line in pool.map(lambda build: timed(build, tools, out), [build_python, build_java, build_typescript, build_go]):
                print(line)
    except Failed as failure:
        sys.exit(f"error: {failure}")


if __name__ == "__main__":
    main()
