#include "monitoring/monitor.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "base/pause.hpp"
#include "base/said_once.hpp"
#include "checkpoint/checkpoint.hpp"
#include "monitoring/reference.hpp"
#include "monitoring/spread.hpp"

namespace sasrec::monitoring {
namespace {

double unix_seconds(base::Time time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

/// The end of the last period of this length that is over.
base::Time last_end(base::Time now, std::chrono::seconds length) {
  const auto since = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
  return base::Time(since / length * length);
}

std::string label(std::string_view text) {
  return std::string(text);
}

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

Monitor::Monitor(std::filesystem::path checkpoints, WindowStore& store, telemetry::MonitorMetrics& metrics,
                 Options options)
    : directory_(std::move(checkpoints)), store_(store), metrics_(metrics), options_(std::move(options)) {
  for (const auto feature : all_features()) {
    watches_.emplace(feature, Watch(Baseline(feature)));
    metrics_.drift_observations.Add({{"feature", label(name(feature))}});
    metrics_.drift_reference_windows.Add({{"feature", label(name(feature))}});
    for (const auto statistic : statistics_of(feature)) {
      const prometheus::Labels labels{{"feature", label(name(feature))}, {"statistic", label(name(statistic))}};
      for (auto* family : {&metrics_.drift_distance, &metrics_.drift_threshold, &metrics_.drift_alarm}) {
        family->Add(labels);
      }
    }
  }
  metrics_.window_seconds.Set(static_cast<double>(options_.window.count()));
}

void Monitor::run(const std::stop_token& stop) {
  base::SaidOnce said;
  do {
    const auto looked = look();
    const auto news = said.hear(looked);
    if (news == base::SaidOnce::News::kTrouble) {
      spdlog::warn("monitor: a window can't be read; trying again: {}", looked.error().message);
    }
    if (news == base::SaidOnce::News::kOver) spdlog::info("monitor: windows can be read again");
  } while (base::pause(stop, std::chrono::seconds(1)));
}

base::Result<void> Monitor::look() {
  const auto now = options_.clock() - options_.grace;
  const auto window = last_end(now, options_.window);
  const auto day = last_end(now, options_.day);
  if (window <= window_read_ && day <= day_read_) return {};
  const auto begin = std::chrono::steady_clock::now();
  auto done = follow_model();
  if (done && window > window_read_) {
    if (window > window_judged_) done = look_at_window({.begin = window - options_.window, .end = window});
    if (done) done = look_at_quality(window);
    if (done) {
      window_read_ = window;
      metrics_.window_end.Set(unix_seconds(window));
      metrics_.read_seconds.Set(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
  }
  if (done && day > day_read_) {
    done = look_at_day({.begin = day - options_.day, .end = day});
    if (done) day_read_ = day;
  }
  if (!done) metrics_.failures.Increment();
  return done;
}

/// Takes the reference of the version that is current, if that has changed. Fails if the store can't say what was
/// learned of it: then the version before is still followed.
base::Result<void> Monitor::follow_model() {
  const auto current = directory_.current();
  if (current && *current == version_) return {};
  auto problem = current ? std::string() : current.error().message;
  if (current) {
    const auto checkpoint = checkpoint::Checkpoint::open(directory_.root() / *current);
    if (checkpoint) {
      const auto learned = store_.learned(*current);
      if (!learned) return base::Failure(learned.error());
      const auto& ids = checkpoint->vocabulary().ids();
      if (const auto reference = checkpoint::read_reference(checkpoint->reference(), ids.size())) {
        version_ = *current;
        take_reference(ids, *reference, *learned);
      } else {
        problem = reference.error().message;
      }
    } else {
      problem = checkpoint.error().message;
    }
  }
  if (!problem.empty() && problem != problem_) spdlog::warn("monitor: no new reference: {}", problem);
  problem_ = problem;
  return {};
}

void Monitor::take_reference(const std::vector<std::string>& ids, const checkpoint::Reference& stored,
                             const std::vector<LearnedWindows>& learned) {
  deciles_.clear();
  const auto deciles =
      popularity_deciles(std::vector<std::uint64_t>(stored.item_counts.begin(), stored.item_counts.end()));
  for (std::size_t i = 0; i < ids.size(); ++i) deciles_.emplace(ids[i], deciles[i]);

  learned_until_.clear();
  not_kept_.clear();
  std::map<Feature, Baseline> baselines;
  for (const auto feature : all_features()) baselines.emplace(feature, Baseline(feature));
  for (const auto& [reference, until] : learned) {
    for (const auto& window : reference.windows) baselines.at(reference.feature).learn(window);
    learned_until_[reference.feature] = until;
  }
  const auto brought = read_windows(std::span<const checkpoint::FeatureWindows>(stored.drift));
  for (const auto& [feature, windows] : brought) {
    Baseline baseline(feature);
    for (const auto& window : windows) baseline.learn(window);
    if (baseline.ready()) baselines.insert_or_assign(feature, std::move(baseline));
  }
  for (auto& [feature, baseline] : baselines) {
    metrics_.drift_reference_windows.Add({{"feature", label(name(feature))}})
        .Set(static_cast<double>(baseline.windows().size()));
    watches_.insert_or_assign(feature, Watch(std::move(baseline)));
  }
  metrics_.reference_missing.Set(brought.empty() ? 1 : 0);
  if (brought.empty()) {
    spdlog::warn("monitor: version {} brings no reference windows: drift is judged against the first {} of its service",
                 version_, Baseline::kMin);
  } else {
    spdlog::info("monitor: windows are held against version {}", version_);
  }
}

void Monitor::judge(Feature feature, const Histogram& window, base::Time end) {
  auto& watch = watches_.at(feature);
  const auto feature_name = label(name(feature));
  metrics_.drift_observations.Add({{"feature", feature_name}}).Set(static_cast<double>(total(window)));
  const auto before = watch.baseline().windows().size();
  if (!watch.baseline().ready() && end <= learned_until_[feature]) return;  // before a restart
  for (const auto& judged : watch.take(window)) {
    const prometheus::Labels labels{{"feature", feature_name}, {"statistic", label(name(judged.statistic))}};
    metrics_.drift_distance.Add(labels).Set(judged.verdict.distance);
    metrics_.drift_threshold.Add(labels).Set(judged.verdict.threshold);
    metrics_.drift_alarm.Add(labels).Set(judged.alarm ? 1 : 0);
    if (judged.alarm) {
      spdlog::warn("monitor: drift of {}: {} is {:.4g}, beyond {:.4g}, in two windows in a row", feature_name,
                   name(judged.statistic), judged.verdict.distance, judged.verdict.threshold);
    }
  }
  const auto windows = watch.baseline().windows().size();
  metrics_.drift_reference_windows.Add({{"feature", feature_name}}).Set(static_cast<double>(windows));
  if (windows == before || version_.empty()) return;
  learned_until_[feature] = end;
  not_kept_.insert(feature);
}

/// What can't be kept now is kept with the next window.
void Monitor::keep_learned() {
  while (!not_kept_.empty()) {
    const auto feature = *not_kept_.begin();
    const auto kept = store_.keep_learned(
        version_, {.reference = {.feature = feature, .windows = watches_.at(feature).baseline().windows()},
                   .until = learned_until_[feature]});
    if (!kept) {
      spdlog::warn("monitor: what was learned of {} is not kept yet: {}", name(feature), kept.error().message);
      return;
    }
    not_kept_.erase(feature);
  }
}

base::Result<void> Monitor::look_at_window(Period period) {
  const auto items = store_.items(period);
  if (!items) return base::Failure(items.error());
  const auto kinds = store_.kinds(period);
  if (!kinds) return base::Failure(kinds.error());
  const auto answers = store_.answers(period);
  if (!answers) return base::Failure(answers.error());
  const auto recommended = store_.recommended(period);
  if (!recommended) return base::Failure(recommended.error());

  std::map<Feature, Histogram> windows;
  for (const auto feature : all_features()) windows[feature].resize(bins(feature));
  for (const auto& [item, count] : *items) {
    const auto known = deciles_.find(item);
    windows[Feature::kUnknownItems][known == deciles_.end() ? 1 : 0] += count;
    if (known != deciles_.end()) windows[Feature::kItemPopularity][known->second] += count;
  }
  for (const auto& [kind, count] : *kinds) windows[Feature::kKind][kind_bin(kind)] += count;
  for (const auto& answer : *answers) {
    ++windows[Feature::kUnknownUsers][answer.by_model ? 0 : 1];
    if (answer.history_length > 0) ++windows[Feature::kHistoryLength][number_bin(answer.history_length)];
    if (!answer.by_model) continue;
    ++windows[Feature::kTopScore][number_bin(answer.top_score)];
    ++windows[Feature::kScoreGap][number_bin(answer.score_gap)];
  }
  std::vector<std::uint64_t> by_item;
  for (const auto& [item, count] : *recommended) {
    const auto known = deciles_.find(item);
    if (known == deciles_.end()) continue;  // of a version before
    windows[Feature::kRecommendedPopularity][known->second] += count;
    by_item.push_back(count);
  }
  auto spread = spread_of(by_item);
  windows[Feature::kRecommendedCoverage] = std::move(spread.coverage);
  windows[Feature::kRecommendedGini] = std::move(spread.gini);
  for (const auto feature : all_features()) {
    if (!needs_a_day(feature)) judge(feature, windows[feature], period.end);
  }
  metrics_.coverage.Set(share(by_item.size(), deciles_.size()));
  by_item.resize(std::max(by_item.size(), deciles_.size()));
  metrics_.gini.Set(gini(std::move(by_item)));
  window_judged_ = period.end;
  keep_learned();
  return {};
}

base::Result<void> Monitor::look_at_day(Period period) {
  const auto users = store_.users_by_interactions(period);
  if (!users) return base::Failure(users.error());
  const auto hours = store_.hours(period);
  if (!hours) return base::Failure(hours.error());
  Histogram by_number(bins(Feature::kInteractionsPerUser));
  for (const auto& [number, count] : *users) by_number[number_bin(std::stod(number))] += count;
  judge(Feature::kInteractionsPerUser, by_number, period.end);
  Histogram by_hour(bins(Feature::kHourOfDay));
  for (const auto& [hour, count] : *hours) by_hour.at(std::stoul(hour)) += count;
  judge(Feature::kHourOfDay, by_hour, period.end);
  keep_learned();
  return {};
}

/// Answers of the window whose labels are complete at `end`.
base::Result<void> Monitor::look_at_quality(base::Time end) {
  const auto horizon = std::min(options_.horizon, options_.window);
  const auto qualities = store_.quality({.begin = end - horizon - options_.window, .end = end - horizon}, horizon);
  if (!qualities) return base::Failure(qualities.error());
  std::set<std::string> versions;
  for (const auto& quality : *qualities) {
    const auto& version = quality.version;
    versions.insert(version);
    for (const auto& [name, ranker] : {std::pair("model", &quality.model), std::pair("popular", &quality.popular)}) {
      for (const auto& [k, hits] :
           {std::pair("1", ranker->hits_1), std::pair("5", ranker->hits_5), std::pair("10", ranker->hits_10)}) {
        metrics_.online_hit_ratio.Add({{"version", version}, {"ranker", name}, {"k", k}})
            .Set(share(hits, quality.events));
      }
      const double mean = quality.events == 0 ? 0 : ranker->reciprocal_ranks / static_cast<double>(quality.events);
      metrics_.online_reciprocal_rank.Add({{"version", version}, {"ranker", name}}).Set(mean);
    }
    metrics_.online_events.Add({{"version", version}}).Set(static_cast<double>(quality.events));
    metrics_.online_label_coverage.Add({{"version", version}}).Set(share(quality.labelled, quality.answers));
    metrics_.online_click_ratio.Add({{"version", version}}).Set(share(quality.clicked, quality.answers));
  }
  for (const auto& version : told_versions_) {
    if (!versions.contains(version)) metrics_.forget_version(version);
  }
  told_versions_ = std::move(versions);
  return {};
}

}  // namespace sasrec::monitoring
