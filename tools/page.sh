#!/usr/bin/env bash
# tools/page.sh build FOLDER: builds the web page into FOLDER/page_files.cpp, a table of its files for the server.
# tools/page.sh run SCRIPT [ARGUMENT]...: runs a script of web/package.json, such as test or dev.
# Installs the packages that web/package-lock.json names first, unless they are there.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
node=${SASREC_NODE:-${XDG_CACHE_HOME:-$HOME/.cache}/sasrec/node-24.19.0}
npm=(npm)
if [[ -x $node/bin/node ]]; then
  PATH=$node/bin:$PATH
  npm=("$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js")
fi
[[ $# -ge 2 ]] || { echo "usage: tools/page.sh build FOLDER | run SCRIPT [ARGUMENT]..." >&2; exit 2; }
command -v node >/dev/null || { echo "page: there is no Node; tools/setup.sh build brings one" >&2; exit 1; }

cd "$root/web"
installed=node_modules/.installed-from
if ! cmp -s package-lock.json "$installed"; then
  # Two builds may begin at once.
  exec 9>"$root/web/.install.lock"
  flock 9
  if ! cmp -s package-lock.json "$installed"; then
    "${npm[@]}" ci --no-audit --no-fund --loglevel=error --ignore-scripts >&2 ||
      { echo "page: npm ci failed; look at its message above: network, or disk space" >&2; exit 1; }
    cp package-lock.json "$installed"
  fi
  exec 9>&-
fi

case $1 in
  build)
    "${npm[@]}" run --silent types
    node_modules/.bin/vite build --logLevel warn --outDir "$2/files" --emptyOutDir
    node pack.js "$2/files" "$2/page_files.cpp"
    ;;
  run)
    shift
    script=$1
    shift
    exec "${npm[@]}" run --silent "$script" -- "$@"
    ;;
esac
