# The client library of Apache Kafka: the system's if it is new enough, else built from source as a static library. Debian 12's
# 2.0.2 has bugs that lose offsets, and fails SCRAM with current brokers. cmake/dependencies.cmake looks in the same places.
librdkafka=${SASREC_LIBRDKAFKA:-$cache/librdkafka-2.15.1}
librdkafka_source=@confluentinc/kafka-javascript@1.10.1 # an npm package that carries the C sources of 2.15.1
librdkafka_hash=ada7d703bb1d3237e2292bfabf438d663b6160c9f1ac2a2406b5dc4257c81b66

librdkafka_is_there() {
  [[ -e $librdkafka/lib/librdkafka.a ]] || pkg-config --atleast-version=2.12 rdkafka 2>/dev/null
}

install_librdkafka() {
  local npm archive log source
  begin_partial "$librdkafka"
  log=$partial/log
  mkdir -p "$partial/npm" "$partial/tree/lib" "$partial/tree/include/librdkafka"
  find_npm

  say "fetching librdkafka 2.15.1 (3 MB)"
  (cd "$partial" && "${npm[@]}" pack --silent --cache "$partial/npm/cache" "$librdkafka_source" >/dev/null) ||
    fail "fetching librdkafka" "Look at npm's message above: network, or disk space in $cache. Then run this again."
  archive=$(compgen -G "$partial/*.tgz")
  sha256sum --quiet --check <<<"$librdkafka_hash  $archive" >/dev/null 2>&1 ||
    fail "checking librdkafka" "What came is not the archive this was written for (its SHA-256 is not $librdkafka_hash). Look at the registry that npm uses."
  tar -xzf "$archive" -C "$partial" package/deps/librdkafka || fail "unpacking librdkafka" "Is the disk full? ($partial)"

  say "building librdkafka (about a minute)"
  source=$partial/package/deps/librdkafka
  # C11 threads are off because ThreadSanitizer sees only the locks of pthreads.
  (cd "$source" && quietly "$log" ./configure --enable-static --disable-gssapi --disable-curl --disable-lz4-ext \
    --disable-c11threads --disable-debug-symbols) &&
    grep -q 'WITH_SSL.*y' "$source/Makefile.config" && grep -q 'WITH_ZSTD.*y' "$source/Makefile.config" &&
    quietly "$log" make -j"$(nproc)" -C "$source/src" librdkafka.a ||
    fail "building librdkafka" "Read the messages above; it needs libssl-dev, zlib1g-dev and libzstd-dev."
  cp "$source/src/librdkafka.a" "$partial/tree/lib/"
  cp "$source"/src/rdkafka.h "$source"/src/rdkafka_mock.h "$partial/tree/include/librdkafka/"
  cp "$source"/LICENSES.txt "$partial/tree/"
  rm -rf "$librdkafka"
  mv -T "$partial/tree" "$librdkafka"
  end_partial
}
