#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "dataset/log.hpp"

namespace sasrec::apps {

/// What tells one interaction of an imported log from all others, and when it was.
struct EventKey {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  base::Time time;

  std::string id() const;  ///< "import-" and 32 hexadecimal digits
};

/// A key for each interaction of `log`, in its order, that is the same whenever the log is read again, also after rows
/// were added at its end: it follows from user, item, time, and which of several equal ones it is. Logs without times
/// get times a second apart for each user, the last one when `file` was changed; their keys follow from the user's
/// place in order.
std::vector<EventKey> event_keys(const dataset::InteractionLog& log, const std::filesystem::path& file);

}  // namespace sasrec::apps
