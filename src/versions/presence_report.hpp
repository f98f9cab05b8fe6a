#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>

#include "base/time.hpp"
#include "versions/model_store.hpp"

namespace sasrec::versions {

/// Reports to the database that this process runs and which model it serves: at each change, and every `interval`. Used
/// by one thread.
class PresenceReport {
 public:
  struct Options {
    Presence::Role role = Presence::Role::kWorker;
    std::string name;                      ///< of the process, see process_name()
    std::function<std::string()> version;  ///< what it serves now; may be empty
    std::chrono::milliseconds interval{3'000};
    std::chrono::milliseconds look{100};  ///< how often it looks for a change
    base::Clock clock = base::now;
  };

  PresenceReport(ModelStore& store, Options options);

  /// Until `stop`; then reports that it has ended. If the database is unavailable, it reports later.
  void run(const std::stop_token& stop);

 private:
  ModelStore& store_;
  Options options_;
};

/// A process counts as present if it reported within this time.
inline constexpr std::chrono::seconds kPresent{10};

/// "host:process" of this one.
std::string process_name();

}  // namespace sasrec::versions
