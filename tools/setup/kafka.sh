# An Apache Kafka broker for tests: its jars from Maven, and what makes it start quickly, prepared once.
kafka=${SASREC_KAFKA_HOME:-$cache/kafka-4.3.1}
kafka_prepared=$kafka/prepared-1

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
  local ports classpath java
  check_java
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

  run_kafka_once || {
    tail -n 20 "$partial/log" >&2
    fail "preparing the Kafka broker" "$kafka_cause"
  }
  # java @java.args reads its options from this file; quoted, a path may have spaces.
  printf '"%s"\n' "${java[@]:1}" "-XX:SharedArchiveFile=$kafka_prepared/classes.jsa" >"$partial/tree/java.args"
  cp "$(java_release)" "$partial/tree/release"
  rm -rf "$kafka_prepared"
  mv -T "$partial/tree" "$kafka_prepared"
  end_partial
}

check_java() {
  local version
  command -v java >/dev/null || fail "preparing the Kafka broker" "There is no java on the path: apt-get install openjdk-17-jre-headless"
  version=$(java -version 2>&1) || fail "preparing the Kafka broker" "java does not start; it says: $version"
  [[ $version =~ version\ \"([0-9]+) && ${BASH_REMATCH[1]} -ge 17 ]] ||
    fail "preparing the Kafka broker" "It needs Java 17 or newer; the java on the path is $(head -n 1 <<<"$version")."
}

# How long the broker may make no progress: the wait for it is not bounded otherwise, as a busy machine may take minutes.
kafka_patience=${SASREC_KAFKA_PATIENCE:-120} # seconds

# What changes while the broker gets on: its log, its files, and each 5 seconds of processor time; one that waits for nothing uses
# less than that in the time above.
kafka_progress() {
  local ticks=0 stat
  read -r stat 2>/dev/null <"/proc/$kafka_broker/stat" && read -ra stat <<<"${stat##*) }" && ticks=$((stat[11] + stat[12]))
  echo "$(stat -c %s "$partial/log") $(find "$partial/tree/storage" 2>/dev/null | wc -l) $((ticks / 500))"
}

# How process PID, which was started here, has ended.
kafka_end() { # WHAT STATUS
  case $2 in
    137) kafka_cause="The $1 was killed from outside (SIGKILL). If the system was out of memory ('dmesg' tells), let it have 512 MB, then run this again." ;;
    *) kafka_cause="The $1 ended by itself (exit code $2); its messages above say why." ;;
  esac
  ! grep -q "No space left on device" "$partial/log" || kafka_cause="The disk of $cache is full. Make room, then run this again."
  ! grep -q "Address already in use" "$partial/log" || kafka_cause="Another program has just taken the port of the $1. Run this again."
  ! grep -qE "OutOfMemoryError|Cannot allocate memory|insufficient memory" "$partial/log" ||
    kafka_cause="The system has too little free memory for the $1, which takes 512 MB. Run this again when it has."
}

# Of prepare_kafka, whose variables it uses. On failure kafka_cause says why.
run_kafka_once() {
  local status=0 timeout=1000 before="" now changed=$SECONDS
  "${java[@]}" kafka.tools.StorageTool format -t AAAAAAAAAAAAAAAAAAAAAQ -c "$partial/server.properties" >"$partial/log" 2>&1 || {
    kafka_end "program that formats Kafka's storage" $?
    return 1
  }
  # A broker must not outlive a set-up that is killed.
  setpriv --pdeathsig KILL "${java[@]}" -XX:ArchiveClassesAtExit="$partial/tree/classes.jsa" kafka.Kafka "$partial/server.properties" \
    >>"$partial/log" 2>&1 9>&- &
  kafka_broker=$!
  trap 'kill -KILL "$kafka_broker" 2>/dev/null; rm -rf "$partial"' EXIT
  while [[ ! -e $partial/tree/storage/__consumer_offsets-0/partition.metadata ]]; do
    kill -0 "$kafka_broker" 2>/dev/null || {
      wait "$kafka_broker" || status=$?
      kafka_end "Kafka broker" $status
      return 1
    }
    now=$(kafka_progress)
    [[ $now == "$before" ]] || { before=$now && changed=$SECONDS; }
    ((SECONDS - changed < kafka_patience)) || {
      kafka_cause="The Kafka broker runs, but has made no progress for $kafka_patience s; its messages are above, the answer to a client was: $(tail -n 1 "$partial/asked")"
      return 1
    }
    # Asking for a group makes the broker create the topic. On a busy machine an answer takes longer.
    "${java[@]}" org.apache.kafka.tools.consumer.group.ConsumerGroupCommand --bootstrap-server "127.0.0.1:${ports[0]}" \
      --describe --group none --timeout $timeout >"$partial/asked" 2>&1 </dev/null || true
    ((timeout >= 30000)) || timeout=$((timeout * 2))
  done
  kill -TERM "$kafka_broker"
  wait "$kafka_broker" || status=$?
  [[ $status == 143 || $status == 0 ]] || {
    kafka_end "Kafka broker" $status
    return 1
  }
}
