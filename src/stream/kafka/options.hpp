#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace sasrec::stream {

struct KafkaOptions {
  std::string brokers;  ///< "host:port,host:port"
  std::string prefix;   ///< put before the names of topics and groups, for several services on one Kafka; may be empty
  /// Any other setting of librdkafka by its name: security.protocol, sasl.*, ssl.*. Those that delivery rests on
  /// (acks, offsets, the group's protocol) are refused.
  std::map<std::string, std::string> settings;

  // Topics that are missing are created; existing ones are left as they are.
  int partitions = 8;    ///< of requests, results, interactions and items
  int replication = -1;  ///< copies of each record; -1: the brokers' default. From 3 on, two copies have to confirm
  /// How long interactions and dead letters stay, so that they can be read again after a mistake is mended.
  std::chrono::hours retention{24 * 30};

  std::size_t queue = 20'000;                           ///< messages that are not delivered yet
  std::size_t queue_bytes = std::size_t{64} << 20;      ///< the same in bytes
  std::size_t max_value_bytes = std::size_t{4} << 20;   ///< bytes
  std::size_t unacknowledged = 8192;                    ///< records of a group's subscription that are being worked on
  std::size_t read_ahead_bytes = std::size_t{8} << 20;  ///< fetched and not polled yet, a subscription

  /// How long a message is tried before `delivered` gets an error. A broker may take a minute to come back.
  std::chrono::milliseconds delivery_timeout{120'000};
  std::chrono::milliseconds session_timeout{6'000};  ///< a killed member's partitions are given to others after this
  std::chrono::milliseconds poll_timeout{60'000};    ///< so are those of a member that doesn't poll for so long
  std::chrono::milliseconds commit_interval{1'000};
  std::chrono::milliseconds probe_interval{5'000};      ///< how often the brokers are asked whether they answer
  std::chrono::milliseconds subscribe_patience{5'000};  ///< see KafkaBus::subscribe
  std::chrono::milliseconds close_patience{3'000};      ///< how long closing a subscription waits for a broker

  /// Told what an operator should know, once: that it waits for Kafka, that it came back, which topics were created.
  /// Called on threads of the bus; must not block. May be empty.
  std::function<void(std::string_view)> notice;
};

}  // namespace sasrec::stream
