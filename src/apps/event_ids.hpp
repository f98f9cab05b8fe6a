#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "dataset/log.hpp"

namespace sasrec::apps {

/// The unique key of an interaction of an imported log, and its time.
struct EventKey {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  base::Time time;

  std::string id() const;  ///< "import-" and 32 hexadecimal digits
};

/// Makes a key for each interaction of `log`, in the log's order. A key is the same each time the log is read, also
/// after rows were added at its end: it depends on user, item, time, and the number of equal interactions before it. In
/// a log without times, each user's interactions get times a second apart, the last one the time when `file` was
/// modified; the key then depends on the position among the user's interactions.
std::vector<EventKey> event_keys(const dataset::InteractionLog& log, const std::filesystem::path& file);

}  // namespace sasrec::apps
