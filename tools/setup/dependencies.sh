# The list of what is needed, tools/dependencies.txt, whose head says what its columns mean.

# read_dependencies GROUP...: fills the arrays fetch_packages, packages, fetched and built with what these groups need.
read_dependencies() {
  local group kind name unless rest known=" "
  fetch_packages=() packages=() fetched=() built=()
  while read -r group kind name unless rest; do
    [[ $group != "#"* && -n $group ]] || continue
    known+="$group "
    [[ " fetch $* " == *" $group "* ]] || continue
    case $kind in
      package)
        [[ $unless == - ]] || ! command -v "$unless" >/dev/null || continue
        [[ $name != maven ]] || ! { kafka_jars_are_there && clients_jars_are_there; } || continue
        if [[ $group == fetch ]]; then fetch_packages+=("$name"); else packages+=("$name"); fi
        ;;
      fetched) [[ " ${fetched[*]-} " == *" $name "* ]] || fetched+=("$name") ;;
      built) built+=("$name") ;;
      *) fail "reading tools/dependencies.txt" "$kind is no kind: package, fetched or built." ;;
    esac
  done <"$tools/dependencies.txt"
  for group in "$@"; do
    [[ $known == *" $group "* ]] || fail "reading the arguments" "$group is no group of tools/dependencies.txt. These are:$(tr ' ' '\n' <<<"$known" | sort -u | tr '\n' ' ')"
  done
}
