# Packages of the system.

missing_packages() {
  local installed package
  installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true)
  for package in "$@"; do
    [[ $'\n'$installed$'\n' == *$'\n'"$package installed"$'\n'* ]] || echo "$package"
  done
}

as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  else
    sudo "$@"
  fi
}

# Installing PostgreSQL's server would create a cluster and start it at every boot. Ours are made by who needs them; clusters
# that exist are not touched.
no_main_cluster=/etc/postgresql-common/createcluster.d/sasrec-setup.conf

# Some packages would start a server at once and at every boot; the tests start their own. mask_services PACKAGE UNIT...: if the
# package is about to be installed. Where it was installed before this is not touched.
mask_services() {
  local package=$1 unit
  shift
  [[ " ${missing[*]} " == *" $package "* ]] || return 0
  for unit in "$@"; do
    [[ ! -e /etc/systemd/system/$unit && ! -L /etc/systemd/system/$unit ]] || continue
    say "its service is masked; if you want it: systemctl unmask $unit"
    as_root mkdir -p /etc/systemd/system
    as_root ln -s /dev/null "/etc/systemd/system/$unit"
  done
}

# install_missing PACKAGE...: those that are not installed.
install_missing() {
  local missing seconds=$SECONDS by_hand
  mapfile -t missing < <(missing_packages "$@")
  [[ ${#missing[@]} -gt 0 ]] || return 0
  by_hand="Run as root: apt-get update && apt-get install ${missing[*]}"
  command -v apt-get >/dev/null || fail_packages "installing packages" "This script knows Debian 12. Install what matches these packages: ${missing[*]}"
  [[ $(id -u) == 0 ]] || command -v sudo >/dev/null || fail_packages "installing packages" "There is no sudo. $by_hand"
  update_lists
  say "apt-get install ${missing[*]}"
  if [[ " ${missing[*]} " == *" postgresql-15 "* ]]; then
    trap 'as_root rm -f "$no_main_cluster"' EXIT
    as_root mkdir -p "${no_main_cluster%/*}"
    as_root tee "$no_main_cluster" >/dev/null <<<'create_main_cluster = false'
  fi
  mask_services prometheus prometheus.service
  mask_services docker.io docker.service docker.socket
  quietly "$cache/packages.log" as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 "${missing[@]}" || fail_packages "apt-get install" "Read apt's message above. $by_hand"
  as_root rm -f "$no_main_cluster"
  trap - EXIT
  say "packages: $((SECONDS - seconds)) s"
}

lists_are_new=no
update_lists() {
  [[ $lists_are_new == no ]] || return 0
  say "apt-get update"
  as_root apt-get update -qq </dev/null || fail_packages "apt-get update" "Look at the network and /etc/apt/sources.list, then run this again."
  lists_are_new=yes
}

# What is being fetched is let come to its end.
fail_packages() {
  local name
  for name in "${!jobs[@]}"; do
    await_job "$name"
  done
  fail "$@"
}
