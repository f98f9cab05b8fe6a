#include "apps/id_list.hpp"

#include "base/ids.hpp"
#include "dataset/delimited.hpp"

namespace sasrec::apps {

using base::ErrorCode;

base::Result<std::vector<std::string>> parse_id_list(std::string_view text) {
  std::vector<std::string> ids;
  if (dataset::trimmed(text).empty()) return ids;
  dataset::DelimitedSplitter splitter(',');
  if (const auto problem = splitter.split(text); !problem.empty()) {
    return base::fail(ErrorCode::kInvalidInput, "{}", problem);
  }
  for (const auto field : splitter.fields()) {
    const auto id = dataset::trimmed(field);
    if (const auto problem = base::id_problem(id); !problem.empty()) {
      return base::fail(ErrorCode::kInvalidInput, "item {} of the list {}", ids.size() + 1, problem);
    }
    ids.emplace_back(id);
  }
  return ids;
}

}  // namespace sasrec::apps
