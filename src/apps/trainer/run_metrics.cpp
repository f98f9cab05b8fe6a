#include "apps/trainer/run_metrics.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace sasrec::apps {
namespace {

std::int64_t learned_until(const dataset::Sequences& sequences, const dataset::Split& split) {
  std::int64_t newest = 0;
  for (std::size_t user = 0; user < sequences.user_count(); ++user) {
    const auto learned = sequences.times_of(user).first(split.train_length[user]);
    if (!learned.empty()) newest = std::max(newest, learned.back());  // by time
  }
  return newest;
}

}  // namespace

boost::json::object metrics_of(const dataset::Sequences& sequences, const dataset::Split& split,
                               const training::DataShape& shape, const training::Trained& trained,
                               const evaluation::Report& report, boost::json::object held) {
  boost::json::object window{{"users", shape.users},
                             {"items", shape.items},
                             {"interactions", shape.interactions},
                             {"events", sequences.items.size()},
                             {"held", std::move(held)}};
  const auto [first, last] = std::ranges::minmax(sequences.times);
  if (last > 0) {
    window["first_time"] = first;
    window["last_time"] = last;
    window["learned_until"] = learned_until(sequences, split);
  }
  return {{"data", std::move(window)},
          {"validation", {{"ndcg@10", trained.best_ndcg}}},
          {"test", evaluation::to_json(report)},
          {"training",
           {{"epochs", trained.epochs},
            {"best_epoch", trained.best_epoch},
            {"seconds_per_epoch", trained.seconds_per_epoch}}}};
}

}  // namespace sasrec::apps
