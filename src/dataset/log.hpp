#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sasrec::dataset {

/// Position of an item id in InteractionLog::items. Not an ItemIndex: that belongs to one model version.
struct LogItem {
  std::uint32_t value = 0;
  friend constexpr auto operator<=>(LogItem, LogItem) = default;
};

/// One thing a user did with one item.
struct Interaction {
  std::uint32_t user = 0;  ///< position in InteractionLog::users
  LogItem item;
  std::int64_t time = 0;  ///< Unix seconds (UTC); 0 where the log has no times
};

/// Interactions as they stand in a log, in file order, with ids interned in order of first appearance.
struct InteractionLog {
  std::vector<std::string> users;
  std::vector<std::string> items;
  std::vector<Interaction> interactions;
  bool timed = false;  ///< whether the log has times; if not, file order is the order of events
};

}  // namespace sasrec::dataset
