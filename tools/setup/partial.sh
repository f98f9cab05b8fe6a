# A folder of the cache is built under another name and gets its own by renaming, so that it is whole or not there.

# begin_partial TARGET: makes the empty folder $partial beside TARGET; it goes away with the set-up, however that ends.
begin_partial() {
  # Those of a set-up that was killed, as one works at a time. What it started may still be writing there: then the next one.
  rm -rf "$1".partial.* 2>/dev/null || true
  partial=$1.partial.$$
  trap 'rm -rf "$partial"' EXIT
  mkdir -p "$partial"
}

end_partial() {
  rm -rf "$partial"
  trap - EXIT
}
