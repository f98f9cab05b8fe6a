#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sasrec::dataset {

/// The position of an item id in InteractionLog::items. It is not an ItemIndex, which belongs to one model version.
struct LogItem {
  std::uint32_t value = 0;
  friend constexpr auto operator<=>(LogItem, LogItem) = default;
};

/// One action of a user on an item.
struct Interaction {
  std::uint32_t user = 0;  ///< position in InteractionLog::users
  LogItem item;
  std::int64_t time = 0;  ///< Unix seconds (UTC); 0 if the log has no times
};

/// The interactions of a log in file order. Ids are interned in order of first appearance.
struct InteractionLog {
  std::vector<std::string> users;
  std::vector<std::string> items;
  std::vector<Interaction> interactions;
  bool timed = false;  ///< whether the log has times; if not, file order is the order of events
};

}  // namespace sasrec::dataset
