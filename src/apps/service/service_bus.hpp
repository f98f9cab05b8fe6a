#pragma once

#include <chrono>
#include <memory>

#include "apps/service/service_options.hpp"
#include "base/result.hpp"
#include "bus/bus.hpp"
#include "stream/kafka/options.hpp"

namespace sasrec::apps {

/// How the settings say to reach Kafka. kInvalidInput: `bus` is no address of it, or a setting of librdkafka is wrong.
base::Result<stream::KafkaOptions> kafka_options(const ServiceOptions& options);

/// The bus that the settings name: Kafka, or within the process.
class ServiceBus {
 public:
  /// kInvalidInput: an address or a setting of librdkafka is wrong.
  static base::Result<std::unique_ptr<ServiceBus>> make(const ServiceOptions& options);

  ServiceBus() = default;
  ServiceBus(const ServiceBus&) = delete;
  ServiceBus& operator=(const ServiceBus&) = delete;
  virtual ~ServiceBus() = default;

  virtual bus::Bus& bus() = 0;

  /// Within the process: waits until requests and results are all read and acknowledged, at most `wait`. On Kafka they
  /// are safe where they are: only what is being sent is waited for.
  virtual void drain(std::chrono::milliseconds wait) = 0;
};

}  // namespace sasrec::apps
