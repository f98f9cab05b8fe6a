#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "support/free_port.hpp"
#include "support/process.hpp"
#include "support/temporary_folder.hpp"

namespace sasrec::test {

/// An Apache Kafka broker of the test's own (KRaft, one node) on free ports of 127.0.0.1, with its data in a temporary
/// folder. It starts in one to two seconds and takes 200 MB of memory. It ends with its object, and with this process
/// if that is killed. Topics are not made by being asked for.
///
/// One thread at a time starts and ends it; bootstrap() may be called from any.
/// Everything throws std::runtime_error, with the broker's log where it helps, if it does not do in time what it is
/// told, or if Kafka is not there: `tools/setup.sh check` brings it.
class KafkaBroker {
 public:
  struct Options {
    std::map<std::string, std::string> properties;  ///< of server.properties, over tools/kafka/broker.properties
    std::uint16_t secure_port = 0;                  ///< another listener, named SECURE, with SASL over TLS; 0: none
    std::vector<std::string> java;  ///< options of Java, over "-Xmx256m", "-XX:TieredStopAtLevel=1" (quick to start)
  };

  /// Starts it.
  KafkaBroker();
  explicit KafkaBroker(const Options& options);
  KafkaBroker(const KafkaBroker&) = delete;
  KafkaBroker& operator=(const KafkaBroker&) = delete;

  /// host:port, for bootstrap.servers.
  const std::string& bootstrap() const { return bootstrap_; }

  /// Makes a topic, and returns when each partition has a leader. `config` is of the topic: {{"cleanup.policy",
  /// "compact"}}.
  void create_topic(const std::string& name, int partitions,
                    const std::map<std::string, std::string>& config = {}) const;

  /// Lets a throw-away consumer group join and leave, so that the next one does not wait for what the broker does for
  /// its first one.
  void warm_up_groups() const;

  /// Ends it cleanly. Data and ports stay the same for start().
  void stop();
  /// Ends it with SIGKILL.
  void kill();
  /// Stops it in the midst of what it does (SIGSTOP), as a stall of its disk or a paused machine does, and lets it go on.
  void pause() { broker_->signal(SIGSTOP); }
  void resume() { broker_->signal(SIGCONT); }
  /// Starts it again, and returns when it answers.
  void start();

  bool running();

  /// What the last started broker has written: its warnings and errors.
  std::string log() const;

 private:
  void prepare() const;

  Options options_;
  FreePort port_;
  FreePort controller_port_;
  std::string bootstrap_ = "127.0.0.1:" + std::to_string(port_.number());
  TemporaryFolder folder_{TemporaryFolder::Place::kDisk};
  std::unique_ptr<Process> broker_;
};

}  // namespace sasrec::test
