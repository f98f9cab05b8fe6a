#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "checkpoint/directory.hpp"
#include "checkpoint/reference.hpp"
#include "monitoring/baseline.hpp"
#include "monitoring/window_store.hpp"
#include "telemetry/monitor_metrics.hpp"

namespace sasrec::monitoring {

/// Looks at each window that has ended: how far it is from what the serving model has learned from, and what came of
/// what was recommended. docs/monitoring.md says what is measured. Used by one thread.
class Monitor {
 public:
  struct Options {
    std::chrono::seconds window{3600};
    std::chrono::seconds day{86'400};
    std::chrono::seconds grace{2};       ///< from a window's end until it is read: writes are under way
    std::chrono::seconds horizon{3600};  ///< what follows an answer for as long counts; at most a window
    base::Clock clock = base::now;
  };

  Monitor(std::filesystem::path checkpoints, WindowStore& store, telemetry::MonitorMetrics& metrics, Options options);

  /// Until `stop`: reads each window once it has ended, the one before its start first. While the database or the
  /// checkpoints are away it tries again every second; a window that is over by then is left out.
  void run(const std::stop_token& stop);

  /// The windows that ended last before now, if they were not read yet. Fails with the store's error; then nothing was
  /// judged.
  base::Result<void> look();

 private:
  base::Result<void> follow_model();
  void take_reference(const std::vector<std::string>& ids, const checkpoint::Reference& stored,
                      const std::vector<LearnedWindows>& learned);
  base::Result<void> look_at_window(Period period);
  base::Result<void> look_at_day(Period period);
  base::Result<void> look_at_quality(base::Time end);
  void judge(Feature feature, const Histogram& window, base::Time end);
  void keep_learned();

  checkpoint::Directory directory_;
  WindowStore& store_;
  telemetry::MonitorMetrics& metrics_;
  Options options_;
  std::string version_;                                    // whose reference is used
  std::string problem_;                                    // said last
  std::unordered_map<std::string, std::uint8_t> deciles_;  // by item
  std::map<Feature, Watch> watches_;
  std::map<Feature, base::Time> learned_until_;  // the end of the newest window that a watch has learned from
  std::set<Feature> not_kept_;                   // learned, but the store does not have it yet
  std::set<std::string> told_versions_;          // versions whose online quality has a metric
  base::Time window_judged_{};                   // the end of the last window that was held against the reference
  base::Time window_read_{};                     // and of the last whose online quality is known too
  base::Time day_read_{};
};

}  // namespace sasrec::monitoring
