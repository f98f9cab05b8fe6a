#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "checkpoint/directory.hpp"
#include "telemetry/metrics.hpp"

namespace sasrec::recommend {
class Model;
}  // namespace sasrec::recommend

namespace sasrec::versions {

class Slot;

/// What a Loader has come to.
struct ModelState {
  bool settled = false;  ///< CURRENT was looked at, and is served or can't be; false while the first one is loading
  std::string served;    ///< the version in the slot; empty: none
  std::string problem;   ///< why CURRENT is not what is served; empty: it is, or there is none
};

/// Keeps the model of a checkpoints folder's CURRENT in a slot: the volume is the truth. Used by one thread, but for
/// wake() and state().
///
/// Guarantee: only a version that is whole, consistent and gives its golden answers is put in. A corrupt one is
/// quarantined with its reason, the one that was served stays, and it is tried again only when its files change. A
/// model that was replaced is freed on this thread, once nobody uses it any more.
class Loader {
 public:
  struct Options {
    std::chrono::milliseconds interval{200};                    ///< between two looks at CURRENT: one small file
    std::function<void(const std::string& version)> on_served;  ///< a version was put in; must not throw
    /// How long an error that may pass (a volume that isn't mounted yet) keeps the state from being settled.
    std::chrono::milliseconds patience{10'000};
  };

  Loader(std::filesystem::path checkpoints, Slot& slot, telemetry::Metrics& metrics, Options options);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// Refreshes every `interval` until `stop`; logs what changes. Gives way to threads that answer requests.
  void run(const std::stop_token& stop);

  /// Lets run() look now. Thread-safe.
  void wake();

  /// Loads CURRENT if it isn't what is served. kNotFound: there is no version yet. kCorrupt: CURRENT is a version that
  /// can't be served, or holds no version's name. Other errors may pass: it is tried again at the next call.
  base::Result<void> refresh();

  /// As the last refresh() left it. Thread-safe.
  ModelState state() const;

  /// Models that were replaced and are still in use.
  std::size_t retired() const { return retired_.size(); }

 private:
  base::Result<void> look();
  base::Result<void> load(const std::string& version);
  void note(const base::Result<void>& looked);
  void free_unused();
  void wait(const std::stop_token& stop);
  void count(const char* outcome);

  checkpoint::Directory directory_;
  Slot& slot_;
  telemetry::Metrics& metrics_;
  Options options_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  bool woken_ = false;                                          // guarded by mutex_
  ModelState state_;                                            // guarded by mutex_
  bool empty_ = false;                                          // the folder has no CURRENT
  std::optional<std::chrono::steady_clock::time_point> first_;  // the first look
  std::string loaded_;                                          // version in the slot; empty: none of ours
  std::string refused_;                                         // version that was counted as one that can't be served
  // Shared with the requests that still use them, see Slot.
  std::vector<std::shared_ptr<const recommend::Model>> retired_;
  /// A corrupt version, for the case that the quarantine could not be recorded (the volume may be read-only).
  struct Corrupt {
    std::string version;
    std::filesystem::file_time_type written;
    base::Error error;
  };
  std::optional<Corrupt> corrupt_;
};

}  // namespace sasrec::versions
