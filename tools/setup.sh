#!/usr/bin/env bash
# tools/setup.sh GROUP...: installs what the groups of tools/dependencies.txt need on Debian 12, and nothing when nothing is missing.
# tools/setup.sh --complete GROUP...: only says by its exit code whether nothing is missing. --list GROUP...: only lists what they need.
# System packages come from apt (as root, or with sudo). What Debian lacks is fetched, checked by hash, and kept outside the
# clone in ~/.cache/sasrec; parts that do not wait for each other are brought at the same time:
#   node-24.19.0        $SASREC_NODE names another place. Not where Node 20.19, 22.12 or a newer one is installed
#   librdkafka-2.15.1   $SASREC_LIBRDKAFKA names another place
#   libtorch-2.15.0     $SASREC_LIBTORCH names another place. With an NVIDIA GPU its CUDA libraries come too (about 3 GB;
#                       SASREC_CUDA=off leaves them out)
#   kafka-4.3.1         $SASREC_KAFKA_HOME names another place
#   checkers            $SASREC_CHECKERS names another place. A Python environment with what tools/checkers.txt lists, by
#                       version, not by hash
#   clients-1           $SASREC_CLIENTS names another place. openapi-generator, and what generated clients need to compile
#   compose-2.40.3      $SASREC_COMPOSE names another place. Not where `docker compose` is there
#   analytics           $SASREC_ANALYTICS names another place. The same with what analytics/requirements.txt lists
#   dashboards          $SASREC_DASHBOARDS names another place. The same with what deploy/grafana/requirements.txt lists
#   peers               $SASREC_PEERS names another place. The same with what benchmarks/requirements.txt lists
# May run several times at once and be interrupted at any point.
set -euo pipefail

tools=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/sasrec

for part in report dependencies jobs packages partial python python_environment node libtorch librdkafka kafka checkers clients compose analytics dashboards peers; do
  # shellcheck source=/dev/null
  source "$tools/setup/$part.sh"
done

only=
case ${1-} in
  --complete | --list) only=$1 && shift ;;
esac
[[ $# -gt 0 ]] || fail "reading the arguments" "Name the groups of tools/dependencies.txt that are needed, such as: build training"
read_dependencies "$@"
if [[ $only == --list ]]; then
  printf '%s\n' "${fetch_packages[@]}" ${packages[@]+"${packages[@]}"} ${fetched[@]+"${fetched[@]}"} ${built[@]+"${built[@]}"}
  exit
fi

complete() {
  local folder
  [[ -z $(missing_packages "${fetch_packages[@]}" ${packages[@]+"${packages[@]}"}) ]] || return
  for folder in ${fetched[@]+"${fetched[@]}"} ${built[@]+"${built[@]}"}; do
    "${folder}_is_there" || return
  done
}
if complete; then
  [[ $only == --complete ]] || say "everything is there"
  exit 0
fi
[[ $only != --complete ]] || exit 1

# One at a time; whoever waited finds the work done.
mkdir -p "$cache" 2>/dev/null || fail "making $cache" "Is it a folder that you may write in, on a disk that is not full? XDG_CACHE_HOME names another."
exec 9>"$cache/setup.lock"
flock --nonblock 9 || { say "waiting for another set-up to end" && flock 9; }
trap 'end_jobs; exit 130' INT TERM
SECONDS=0

bring() { # FOLDER...
  local folder
  for folder in "$@"; do
    "${folder}_is_there" || start_job "$folder" "install_$folder"
  done
}
# What is fetched comes meanwhile the other packages are unpacked.
install_missing "${fetch_packages[@]}"
bring ${fetched[@]+"${fetched[@]}"}
install_missing ${packages[@]+"${packages[@]}"}
await_job node # librdkafka's sources come by its npm
bring ${built[@]+"${built[@]}"}
await_jobs
say "done in $SECONDS s"
