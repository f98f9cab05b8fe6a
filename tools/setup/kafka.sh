# An Apache Kafka broker for tests: its jars from Maven, and what makes it start quickly, prepared once.
kafka=${SASREC_KAFKA_HOME:-$cache/kafka-4.3.1}
kafka_prepared=$kafka/prepared-1

kafka_packages() {
  command -v java >/dev/null || echo openjdk-17-jre-headless
  kafka_jars_are_there || command -v mvn >/dev/null || echo maven
}

# The file by which a Java is told from another.
java_release() {
  local java
  java=$(readlink -f "$(command -v java)") && echo "${java%/bin/java}/release"
}

kafka_jars_are_there() { [[ -e $kafka/lib/kafka_2.13-4.3.1.jar ]]; }
kafka_is_there() { kafka_jars_are_there && [[ -e $kafka_prepared/java.args ]] && cmp -s "$(java_release)" "$kafka_prepared/release"; }

install_kafka() {
  kafka_jars_are_there || fetch_kafka_jars
  prepare_kafka
}

fetch_kafka_jars() {
  begin_partial "$kafka"
  mkdir -p "$partial/tree/lib" "$partial/pom"
  cp "$tools/kafka/pom.xml" "$partial/pom/"
  say "fetching Apache Kafka 4.3.1 (about 110 MB, of which 45 MB are kept)"
  quietly "$partial/log" mvn -B --no-transfer-progress -f "$partial/pom/pom.xml" -Dmaven.repo.local="$partial/repository" \
    dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$partial/tree/lib" ||
    fail "fetching Apache Kafka" "Look at Maven's message above: network, disk space in $cache, or ~/.m2/settings.xml. Then run this again."
  (cd "$partial/tree/lib" && sha256sum --quiet --check "$tools/kafka/jars.sha256" >&2) ||
    fail "checking Apache Kafka" "The jars named above are not those of tools/kafka/jars.sha256. Look at the repository that Maven uses."
  rm -rf "$kafka"
  mv -T "$partial/tree" "$kafka"
  end_partial
}

# Runs a broker once. That leaves an archive of its loaded classes, with which it starts in half the time, and storage that
# is formatted and has the topic of the consumer groups' offsets, which the first group would wait seconds for. The archive
# is good for this Java and these paths only; without a good one a broker starts as well, only later.
prepare_kafka() {
  local ports classpath java status=0
  java=(java -Xms256m -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1)
  begin_partial "$kafka_prepared"
  mkdir -p "$partial/tree"
  say "preparing the Kafka broker (some seconds)"
  classpath=$(printf '%s:' "$kafka"/lib/*.jar)
  java+=(-cp "${classpath%:}")
  mapfile -t ports < <(python3 -c '
import socket
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(socket.getsockname()[1] for socket in sockets), sep="\n")')
  {
    cat "$tools/kafka/broker.properties"
    printf '%s\n' "listeners=PLAINTEXT://127.0.0.1:${ports[0]},CONTROLLER://127.0.0.1:${ports[1]}" \
      "controller.quorum.voters=1@127.0.0.1:${ports[1]}" "log.dirs=$partial/tree/storage"
  } >"$partial/server.properties"

  run_kafka_once || status=$?
  [[ $status == 0 ]] || {
    tail -n 20 "$partial/log" >&2
    fail "preparing the Kafka broker" "Read the messages above. It needs Java 17 or newer ($("${java[0]}" -version 2>&1 | head -n 1)) and 512 MB of memory."
  }
  # java @java.args reads its options from this file; quoted, a path may have spaces.
  printf '"%s"\n' "${java[@]:1}" "-XX:SharedArchiveFile=$kafka_prepared/classes.jsa" >"$partial/tree/java.args"
  cp "$(java_release)" "$partial/tree/release"
  rm -rf "$kafka_prepared"
  mv -T "$partial/tree" "$kafka_prepared"
  end_partial
}

# Of prepare_kafka, whose variables it uses.
run_kafka_once() {
  local attempt
  "${java[@]}" kafka.tools.StorageTool format -t AAAAAAAAAAAAAAAAAAAAAQ -c "$partial/server.properties" >"$partial/log" 2>&1 || return
  # A broker must not outlive a set-up that is killed.
  setpriv --pdeathsig KILL "${java[@]}" -XX:ArchiveClassesAtExit="$partial/tree/classes.jsa" kafka.Kafka "$partial/server.properties" \
    >>"$partial/log" 2>&1 9>&- &
  kafka_broker=$!
  trap 'kill -KILL "$kafka_broker" 2>/dev/null; rm -rf "$partial"' EXIT
  for ((attempt = 0; attempt < 60; ++attempt)); do
    # Asking for a group makes the broker create the topic.
    "${java[@]}" org.apache.kafka.tools.consumer.group.ConsumerGroupCommand --bootstrap-server "127.0.0.1:${ports[0]}" \
      --describe --group none --timeout 1000 >"$partial/asked" 2>&1 || true
    [[ ! -e $partial/tree/storage/__consumer_offsets-0/partition.metadata ]] || break
    kill -0 "$kafka_broker" 2>/dev/null || return
    sleep 1
  done
  kill -TERM "$kafka_broker"
  wait "$kafka_broker" || [[ $? == 143 ]] || return
  [[ -e $partial/tree/storage/__consumer_offsets-0/partition.metadata ]]
}
