#include "serving/writer.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "base/said_once.hpp"
#include "bus/codec.hpp"

namespace sasrec::serving {
namespace {

using base::ErrorCode;

constexpr std::chrono::milliseconds kPollWait(100);
constexpr std::chrono::milliseconds kCommitWait(2'000);

/// Whether the database refuses the data itself. Anything else (an outage, a missing right, a broken table) is a state
/// of the database, which may end, and good records must outlast it.
bool is_refusal(ErrorCode code) {
  return code == ErrorCode::kInvalidInput;
}

}  // namespace

/// One run over one topic: what is read, buried and acknowledged.
class Writer::Session {
 public:
  Session(Writer& writer, bus::Topic topic, const char* operation, const std::stop_token& stop)
      : options_(writer.options_),
        stop_(stop),
        subscription_(writer.bus_.subscribe(topic, bus::Group::kWriters)),
        outbox_(writer.bus_, writer.options_.outbox),
        buried_(writer.metrics_.dead_letters.Add({{"topic", std::string(name(topic))}})),
        skipped_(writer.metrics_.skipped.Add({{"topic", std::string(name(topic))}})),
        retries_(writer.metrics_.store_retries.Add({{"operation", operation}})) {}

  template <class Work>
  void run(Work work) {
    std::vector<bus::Record> records;
    while (!stop_.stop_requested()) {
      records.clear();
      // Where nothing passes, no more is read: suspects are kept in memory.
      if (suspects_.size() < options_.batch) {
        subscription_->poll(records, options_.batch, kPollWait);
      } else {
        base::pause(stop_, kPollWait);
      }
      if (!records.empty()) work(std::span<const bus::Record>(records));
      try_suspects(work);
      outbox_.retry_due();
      acknowledge();
    }
    if (!outbox_.drain()) spdlog::warn("{} dead letters are not delivered; their records stay", outbox_.open());
    acknowledge();
    subscription_->commit(kCommitWait);
  }

  void bury(const bus::Record& record, std::string_view reason) {
    buried_.Increment();
    // It fails only at a stop, with the record not acknowledged: it will be read again.
    if (const auto buried = outbox_.bury(record, reason, stop_); !buried) spdlog::warn("{}", buried.error().message);
  }

  void skip(std::size_t rows) {
    if (!trying_suspects_) skipped_.Increment(static_cast<double>(rows));
  }

  /// Writes all pieces together; where the database refuses their data, each half, down to the one it refuses. That one
  /// is a suspect: it is buried once it is refused again after another record has passed.
  void write(std::span<const Piece> pieces, const Write& write_elements) {
    if (pieces.empty() || ended_) return;
    const auto count = pieces.back().first + pieces.back().count - pieces.front().first;
    const auto written = write_until_answered(pieces.front().first, count, write_elements);
    if (ended_) return;
    if (written) {
      passed_ = true;
      for (const auto& piece : pieces) subscription_->acknowledge(piece.record->position);
    } else if (pieces.size() == 1 && convicting_) {
      bury(*pieces.front().record, "the database refuses it: " + written.error().message);
    } else if (pieces.size() == 1) {
      if (suspects_.empty() && !trying_suspects_) {
        spdlog::warn("the database refuses a record, which waits until another one passes: {}",
                     written.error().message);
      }
      suspects_.push_back(*pieces.front().record);
    } else {
      write(pieces.first(pieces.size() / 2), write_elements);
      write(pieces.subspan(pieces.size() / 2), write_elements);
    }
  }

 private:
  /// Tries again for as long as the database is down, or until the stop, which sets ended_.
  base::Result<void> write_until_answered(std::size_t first, std::size_t count, const Write& write_elements) {
    using News = base::SaidOnce::News;
    base::Backoff backoff(options_.backoff);
    base::SaidOnce said;
    for (bool again = false;; again = true) {
      auto written = write_elements(first, count);
      if (written || is_refusal(written.error().code)) {
        if (again) spdlog::info("the database can be written to again");
        return written;
      }
      if (said.hear(written) == News::kTrouble) {
        spdlog::warn("the database can't be written to; trying again: {}", written.error().message);
      }
      outbox_.retry_due();
      ended_ = !base::pause(stop_, backoff.next());
      if (ended_) return written;
      retries_.Increment();
    }
  }

  /// Writes the suspects again, each alone: at once if another record has passed since, else now and then. A database
  /// that refuses everything (after a wrong change of its schema, say) refuses good records too, and none is lost.
  template <class Work>
  void try_suspects(Work work) {
    const auto now = std::chrono::steady_clock::now();
    if (suspects_.empty() || (!passed_ && now < next_trial_)) {
      passed_ = false;
      return;
    }
    convicting_ = std::exchange(passed_, false);
    // A record that is buried has held nothing up; those that can't be told from good ones wait as in an outage.
    if (!convicting_) retries_.Increment();
    trying_suspects_ = true;
    const auto suspects = std::exchange(suspects_, {});
    for (const auto& suspect : suspects) work(std::span<const bus::Record>(&suspect, 1));
    trying_suspects_ = false;
    convicting_ = false;
    next_trial_ = now + options_.backoff.max;
  }

  void acknowledge() {
    for (const auto& position : outbox_.take_delivered()) subscription_->acknowledge(position);
  }

  const Options& options_;
  const std::stop_token& stop_;
  std::unique_ptr<bus::Subscription> subscription_;
  bus::Outbox outbox_;
  telemetry::Metrics::Counter& buried_;
  telemetry::Metrics::Counter& skipped_;
  telemetry::Metrics::Counter& retries_;
  std::vector<bus::Record> suspects_;  // refused alone, not acknowledged
  bool passed_ = false;                // another record was written since the suspects were refused
  bool convicting_ = false;            // a suspect that is refused now is buried
  bool trying_suspects_ = false;
  std::chrono::steady_clock::time_point next_trial_{};
  bool ended_ = false;  // stopped while the database was down: the rest of the batch stays unacknowledged
};

Writer::Writer(RecommendationStore& recommendations, InteractionStore& interactions, catalogue::CatalogueStore& items,
               bus::Bus& bus, telemetry::Metrics& metrics, Options options)
    : recommendations_(recommendations),
      interactions_(interactions),
      items_(items),
      bus_(bus),
      metrics_(metrics),
      options_(std::move(options)) {}

void Writer::run_results(const std::stop_token& stop) {
  Session session(*this, bus::Topic::kResults, "finish", stop);
  session.run([&](std::span<const bus::Record> records) { write_results(records, session); });
}

void Writer::run_interactions(const std::stop_token& stop) {
  Session session(*this, bus::Topic::kInteractions, "add", stop);
  session.run([&](std::span<const bus::Record> records) { write_interactions(records, session); });
}

void Writer::run_items(const std::stop_token& stop) {
  Session session(*this, bus::Topic::kItems, "change", stop);
  session.run([&](std::span<const bus::Record> records) { write_items(records, session); });
}

void Writer::write_results(std::span<const bus::Record> records, Session& session) {
  std::vector<bus::ResultRecord> results;
  std::vector<Piece> pieces;
  results.reserve(records.size());
  pieces.reserve(records.size());
  for (const auto& record : records) {
    auto result = bus::decode_result(record.message);
    if (!result) {
      session.bury(record, result.error().message);
      continue;
    }
    pieces.push_back({&record, results.size(), 1});
    results.push_back(std::move(*result));
  }
  session.write(pieces, [&](std::size_t first, std::size_t count) -> base::Result<void> {
    const auto finished = recommendations_.finish(std::span(results).subspan(first, count));
    if (!finished) return base::Failure(finished.error());
    metrics_.results_written.Increment(static_cast<double>(*finished));
    return {};
  });
}

void Writer::write_interactions(std::span<const bus::Record> records, Session& session) {
  std::vector<bus::Interaction> interactions;
  std::vector<Piece> pieces;
  const auto write = [&] {
    session.write(pieces, [&](std::size_t first, std::size_t count) -> base::Result<void> {
      const auto added = interactions_.add_now(std::span(interactions).subspan(first, count));
      if (!added) return base::Failure(added.error());
      metrics_.interactions_written.Increment(static_cast<double>(added->added));
      return {};
    });
    interactions.clear();
    pieces.clear();
  };
  for (const auto& record : records) {
    auto read = bus::decode_interactions(record, options_.clock(), options_.interactions_map);
    if (!read) {
      session.bury(record, read.error().message);
      continue;
    }
    session.skip(read->skipped);
    pieces.push_back({&record, interactions.size(), read->rows.size()});
    std::ranges::move(read->rows, std::back_inserter(interactions));
    if (interactions.size() >= options_.interactions) write();
  }
  write();
}

void Writer::write_items(std::span<const bus::Record> records, Session& session) {
  std::vector<bus::ItemChange> changes;
  std::vector<Piece> pieces;
  for (const auto& record : records) {
    auto read = bus::decode_items(record, options_.items_map);
    if (!read) {
      session.bury(record, read.error().message);
      continue;
    }
    session.skip(read->skipped);
    pieces.push_back({&record, changes.size(), read->rows.size()});
    std::ranges::move(read->rows, std::back_inserter(changes));
  }
  session.write(pieces, [&](std::size_t first, std::size_t count) -> base::Result<void> {
    const auto changed = items_.change(std::span(changes).subspan(first, count));
    if (!changed) return base::Failure(changed.error());
    metrics_.items_written.Increment(static_cast<double>(*changed));
    return {};
  });
}

}  // namespace sasrec::serving
