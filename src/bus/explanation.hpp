#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

#include "base/result.hpp"

namespace sasrec::bus {

/// Most items of the history that an explanation speaks of, the newest, and most of the answer's, the best: together
/// they bound what computing one costs and how large it is.
inline constexpr std::size_t kMaxExplainedHistory = 50;
inline constexpr std::size_t kMaxExplainedItems = 20;

/// Why the model ranked the answer's items as it did. Two looks at the same: what the model looked at, and what would
/// have been otherwise.
struct Explanation {
  std::vector<std::string> history;  ///< the items the model looked at, oldest first
  /// [history] How much the newest position attends to each in the last block, the mean over the heads; 0 to 1.
  std::vector<float> attention;
  /// [items][history] By how much an item's score falls when one of the history is left out; negative: it rises.
  std::vector<std::vector<float>> effects;
  friend bool operator==(const Explanation&, const Explanation&) = default;
};

/// {"history":["…"],"attention":[…],"effects":[[…]]}. A number that is not finite becomes 0: JSON has none.
void append_json(std::string& json, const Explanation& explanation);

/// kInvalidInput: it is no such object, its lists don't fit each other, or are longer than is said above.
base::Result<Explanation> read_explanation(const boost::json::value& value);
base::Result<Explanation> parse_explanation(std::string_view json);

}  // namespace sasrec::bus
