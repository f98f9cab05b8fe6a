#include "stream/kafka/fan_out_subscription.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "stream/kafka/record.hpp"
#include "stream/kafka/settings.hpp"

namespace sasrec::stream {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

constexpr std::int64_t kUnknown = -1;
constexpr auto kAnswerPatience = 1000ms;
constexpr auto kPauseBetweenTries = 50ms;
// Clocks of different machines, and how long a record may wait in a producer after it got its time.
constexpr auto kClockTolerance = 10s;

std::chrono::milliseconds left_until(SteadyClock::time_point deadline) {
  return std::max(std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyClock::now()), 0ms);
}

}  // namespace

KafkaFanOutSubscription::KafkaFanOutSubscription(const KafkaOptions& options, KafkaCluster& cluster, bus::Topic topic)
    : cluster_(cluster),
      topic_(topic),
      topic_name_(topic_name(options, topic)),
      made_(base::now()),
      client_(make_kafka_client(options, KafkaRole::kFanOut,
                                [this](rd_kafka_conf_t* conf) {
                                  rd_kafka_conf_set_opaque(conf, this);
                                  rd_kafka_conf_set_error_cb(conf, on_error);
                                })),
      handle_(rd_kafka_topic_new(client_.get(), topic_name_.c_str(), nullptr)),
      queue_(rd_kafka_queue_new(client_.get())) {
  const auto deadline = SteadyClock::now() + options.subscribe_patience;
  while (!start_partitions(left_until(deadline))) {
    if (left_until(deadline) == 0ms) {
      late_ = true;
      cluster_.notice(fmt::format("reading {} begins when Kafka at {} is there", topic_name_, options.brokers));
      break;
    }
    rd_kafka_poll(client_.get(), kafka_timeout(kPauseBetweenTries));  // e.g. a leader is being elected
  }
}

KafkaFanOutSubscription::~KafkaFanOutSubscription() {
  for (std::int32_t partition = 0; partition < started_; ++partition) {
    rd_kafka_consume_stop(handle_.get(), partition);
  }
}

/// Begins to read partitions that are not read yet. All are asked for their ends first: on a connection where Kafka
/// holds back the answer to a fetch, the next one comes after it. At least one is asked, however short `wait` is: the
/// first answers take long. False: some are left.
bool KafkaFanOutSubscription::start_partitions(std::chrono::milliseconds wait) {
  const auto deadline = SteadyClock::now() + wait;
  if (!cluster_.wait_until_ready(wait)) {
    return false;
  }
  const auto partitions = cluster_.partitions(topic_);
  if (first_partitions_ == 0) {
    first_partitions_ = partitions;
  }
  while (std::ssize(beginnings_) < partitions) {
    const auto beginning = find_beginning(static_cast<std::int32_t>(beginnings_.size()));
    if (beginning == kUnknown) {
      return false;
    }
    beginnings_.push_back(beginning);
    if (std::ssize(beginnings_) < partitions && left_until(deadline) == 0ms) {
      return false;
    }
  }
  for (; started_ < partitions; ++started_) {
    if (rd_kafka_consume_start_queue(handle_.get(), started_, beginnings_[static_cast<std::size_t>(started_)],
                                     queue_.get()) != 0) {
      return false;
    }
  }
  return true;
}

std::int64_t KafkaFanOutSubscription::find_beginning(std::int32_t partition) const {
  if (topic_ == bus::Topic::kModels || (partition >= first_partitions_ && !late_)) {
    return RD_KAFKA_OFFSET_BEGINNING;
  }
  std::int64_t low = 0;
  std::int64_t high = 0;
  if (rd_kafka_query_watermark_offsets(client_.get(), topic_name_.c_str(), partition, &low, &high,
                                       kafka_timeout(kAnswerPatience)) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return kUnknown;
  }
  if (!late_) {
    return high;
  }
  // The end was asked for first: what is written between the two questions is behind it.
  const KafkaPartitions times(rd_kafka_topic_partition_list_new(1));
  auto* asked = rd_kafka_topic_partition_list_add(times.get(), topic_name_.c_str(), partition);
  asked->offset =
      std::chrono::duration_cast<std::chrono::milliseconds>((made_ - kClockTolerance).time_since_epoch()).count();
  if (rd_kafka_offsets_for_times(client_.get(), times.get(), kafka_timeout(kAnswerPatience)) !=
          RD_KAFKA_RESP_ERR_NO_ERROR ||
      asked->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return kUnknown;
  }
  return asked->offset >= 0 ? std::min(asked->offset, high) : high;
}

void KafkaFanOutSubscription::poll(std::vector<bus::Record>& records, std::size_t max_count,
                                   std::chrono::milliseconds wait) {
  const auto deadline = SteadyClock::now() + wait;
  if ((started_ == 0 || started_ < cluster_.partitions(topic_)) && !start_partitions(wait) && started_ == 0) {
    rd_kafka_poll(client_.get(), kafka_timeout(left_until(deadline)));
    return;
  }
  rd_kafka_poll(client_.get(), 0);  // errors
  const auto before = records.size();
  while (records.size() - before < max_count) {
    const auto left = records.size() > before ? 0ms : left_until(deadline);
    const KafkaMessage message(rd_kafka_consume_queue(queue_.get(), kafka_timeout(left)));
    if (!message) {
      return;
    }
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      records.push_back(make_record(*message, topic_, 0));
    } else if (std::string problem = rd_kafka_message_errstr(message.get()); problem != last_problem_) {
      cluster_.notice(fmt::format("reading {}: {}", topic_name_, problem));
      last_problem_ = std::move(problem);
    }
  }
}

void KafkaFanOutSubscription::on_error(rd_kafka_t*, int, const char*, void* self) {
  static_cast<KafkaFanOutSubscription*>(self)->cluster_.suspect();
}

}  // namespace sasrec::stream
