#include "stream/kafka/producer.hpp"

#include <fmt/format.h>

#include <exception>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "stream/kafka/record.hpp"
#include "stream/kafka/settings.hpp"

namespace sasrec::stream {
namespace {

using bus::Topic;

constexpr int kPollMilliseconds = 100;
constexpr int kPurgeMilliseconds = 5000;

base::Result<void> outcome(const rd_kafka_message_t* message) {
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    return {};
  }
  const auto too_large = message->err == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
  return base::fail(too_large ? base::ErrorCode::kInvalidInput : base::ErrorCode::kUnavailable,
                    "not delivered to {}: {}", rd_kafka_topic_name(message->rkt), rd_kafka_err2str(message->err));
}

base::Failure refusal(const bus::Message& message, const rd_kafka_error_t* error) {
  const auto code = rd_kafka_error_code(error);
  if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
    return base::fail(base::ErrorCode::kInvalidInput, "a message of {} bytes is too large for {}", message.value.size(),
                      bus::name(message.topic));
  }
  // A full queue, or a producer that is being replaced.
  return base::fail(base::ErrorCode::kOverloaded, "{} can't be published now: {}", bus::name(message.topic),
                    rd_kafka_error_string(error));
}

rd_kafka_vu_t field(rd_kafka_vtype_t type) {
  rd_kafka_vu_t made{};
  made.vtype = type;
  return made;
}

/// No value at all rather than an empty one.
rd_kafka_vu_t nothing(rd_kafka_vtype_t type) {
  auto made = field(type);
  made.u.mem.ptr = nullptr;
  made.u.mem.size = 0;
  return made;
}

rd_kafka_vu_t bytes(rd_kafka_vtype_t type, const std::string& text) {
  auto made = field(type);
  made.u.mem.ptr = const_cast<char*>(text.data());  // copied: see RD_KAFKA_MSG_F_COPY
  made.u.mem.size = text.size();
  return made;
}

}  // namespace

KafkaProducer::KafkaProducer(const KafkaOptions& options, KafkaCluster& cluster)
    : options_(options), cluster_(cluster), client_(make_client()) {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

KafkaProducer::~KafkaProducer() = default;

KafkaProducer::Client KafkaProducer::make_client() {
  Client made;
  made.handle = make_kafka_client(options_, KafkaRole::kProducer, [this](rd_kafka_conf_t* conf) {
    rd_kafka_conf_set_opaque(conf, this);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivered);
    rd_kafka_conf_set_error_cb(conf, on_error);
  });
  for (std::size_t i = 0; i < made.topics.size(); ++i) {
    made.topics[i].reset(
        rd_kafka_topic_new(made.handle.get(), topic_name(options_, static_cast<Topic>(i)).c_str(), nullptr));
  }
  return made;
}

base::Result<void> KafkaProducer::publish(const bus::Message& message, bus::Bus::Delivered delivered) {
  if (message.value.size() > options_.max_value_bytes) {
    return base::fail(base::ErrorCode::kInvalidInput, "a value of {} bytes is too large for {}, which takes {}",
                      message.value.size(), bus::name(message.topic), options_.max_value_bytes);
  }
  if (!cluster_.ready()) {
    return base::fail(base::ErrorCode::kOverloaded, "Kafka at {} was not reached yet", options_.brokers);
  }
  auto headers = make_kafka_headers(message.headers);
  auto callback = std::make_unique<bus::Bus::Delivered>(std::move(delivered));

  auto flags = field(RD_KAFKA_VTYPE_MSGFLAGS);
  flags.u.i = RD_KAFKA_MSG_F_COPY;
  auto opaque = field(RD_KAFKA_VTYPE_OPAQUE);
  opaque.u.ptr = callback.get();
  auto attached = field(RD_KAFKA_VTYPE_HEADERS);
  attached.u.headers = headers.get();
  auto topic = field(RD_KAFKA_VTYPE_RKT);
  std::array<rd_kafka_vu_t, 6> fields{
      topic,
      flags,
      opaque,
      attached,
      message.tombstone ? nothing(RD_KAFKA_VTYPE_VALUE) : bytes(RD_KAFKA_VTYPE_VALUE, message.value),
      bytes(RD_KAFKA_VTYPE_KEY, message.key)};
  // No key rather than an empty one: records without are spread.
  const auto count = fields.size() - (message.key.empty() ? 1 : 0);

  ++queued_;  // before it is taken: it may be delivered at once
  const std::shared_lock lock(client_mutex_);
  fields[0].u.rkt = client_.topics[static_cast<std::size_t>(message.topic)].get();
  if (const KafkaError error(rd_kafka_produceva(client_.handle.get(), fields.data(), count)); error) {
    finish_one();
    return refusal(message, error.get());
  }
  std::ignore = headers.release();
  std::ignore = callback.release();  // on_delivered owns it now
  return {};
}

void KafkaProducer::on_delivered(rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
  auto& producer = *static_cast<KafkaProducer*>(self);
  const std::unique_ptr<bus::Bus::Delivered> callback(static_cast<bus::Bus::Delivered*>(message->_private));
  if (*callback) {
    (*callback)(outcome(message));
  }
  producer.finish_one();
}

void KafkaProducer::finish_one() {
  if (--queued_ == 0) {
    const std::lock_guard lock(mutex_);
    drained_.notify_all();
  }
}

void KafkaProducer::on_error(rd_kafka_t* client, int error, const char*, void* self) {
  auto& producer = *static_cast<KafkaProducer*>(self);
  if (error == RD_KAFKA_RESP_ERR__FATAL) {
    // Not of one that has been replaced and only fails what it had.
    producer.broken_ = producer.broken_ || client == producer.client_.handle.get();
  } else {
    producer.cluster_.suspect();
  }
}

void KafkaProducer::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    // Only this thread replaces client_, so it reads it without the lock.
    rd_kafka_poll(client_.handle.get(), kPollMilliseconds);
    if (broken_) {
      replace();
    }
  }
  fail_all(client_);
}

void KafkaProducer::replace() {
  std::array<char, 512> reason{};
  rd_kafka_fatal_error(client_.handle.get(), reason.data(), reason.size());
  cluster_.notice(fmt::format("Kafka at {}: a new producer takes the place of one that broke: {}", options_.brokers,
                              reason.data()));
  Client made;
  try {
    made = make_client();
  } catch (const std::exception& error) {
    // The settings are those that worked before, so it is a lack of threads or memory: tried again after the next poll.
    cluster_.notice(fmt::format("Kafka at {}: no new producer yet: {}", options_.brokers, error.what()));
    return;
  }
  {
    const std::lock_guard lock(client_mutex_);
    std::swap(client_, made);
    broken_ = false;
  }
  fail_all(made);
}

// Purged messages are delivered with an error at once, on this thread.
void KafkaProducer::fail_all(Client& client) {
  rd_kafka_purge(client.handle.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_flush(client.handle.get(), kPurgeMilliseconds);
}

bool KafkaProducer::flush(std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  return drained_.wait_for(lock, wait, [this] { return queued_ == 0; });
}

}  // namespace sasrec::stream
