#include "apps/service/service_bus.hpp"

#include <spdlog/spdlog.h>

#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

#include "stream/in_process_bus.hpp"
#include "stream/kafka/bus.hpp"

namespace sasrec::apps {
namespace {

using base::ErrorCode;
using bus::Topic;

constexpr std::string_view kScheme = "kafka://";

class InProcess final : public ServiceBus {
 public:
  explicit InProcess(const ServiceOptions& options)
      : bus_({.partitions = static_cast<std::size_t>(options.partitions)}) {}
  bus::Bus& bus() override { return bus_; }

  void drain(std::chrono::milliseconds wait) override {
    const auto give_up = std::chrono::steady_clock::now() + wait;
    while (bus_.held(Topic::kRequests) + bus_.held(Topic::kResults) > 0 && std::chrono::steady_clock::now() < give_up) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

 private:
  stream::InProcessBus bus_;
};

class Kafka final : public ServiceBus {
 public:
  explicit Kafka(stream::KafkaOptions options) : bus_(std::move(options)) {}
  bus::Bus& bus() override { return bus_; }
  void drain(std::chrono::milliseconds wait) override { bus_.flush(wait); }

 private:
  stream::KafkaBus bus_;
};

}  // namespace

base::Result<stream::KafkaOptions> kafka_options(const ServiceOptions& options) {
  if (!options.bus.starts_with(kScheme) || options.bus.size() == kScheme.size()) {
    return base::fail(ErrorCode::kInvalidInput, "\"{}\" is no address like kafka://host:9092,host:9092", options.bus);
  }
  stream::KafkaOptions kafka;
  kafka.brokers = options.bus.substr(kScheme.size());
  kafka.partitions = options.partitions;
  kafka.notice = [](std::string_view text) {
    spdlog::info("kafka: {}", text);
  };
  for (const auto& setting : options.kafka) {
    const auto equals = setting.find('=');
    if (equals == std::string::npos) {
      return base::fail(ErrorCode::kInvalidInput, "--kafka {}: KEY=VALUE is wanted", setting);
    }
    kafka.settings[setting.substr(0, equals)] = setting.substr(equals + 1);
  }
  return kafka;
}

base::Result<std::unique_ptr<ServiceBus>> ServiceBus::make(const ServiceOptions& options) {
  if (options.bus.empty()) return std::make_unique<InProcess>(options);
  auto kafka = kafka_options(options);
  if (!kafka) return base::Failure(kafka.error());
  try {
    return std::make_unique<Kafka>(std::move(*kafka));
  } catch (const std::runtime_error& error) {
    return base::fail(ErrorCode::kInvalidInput, "{}", error.what());
  }
}

}  // namespace sasrec::apps
