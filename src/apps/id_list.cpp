#include "apps/id_list.hpp"

#include <algorithm>
#include <utility>

#include "base/ids.hpp"
#include "dataset/delimited.hpp"

namespace sasrec::apps {
namespace {

using base::ErrorCode;
using base::Result;

constexpr std::string_view kBlanks = " \t";

/// Consumes a list from the left.
class ListReader {
 public:
  explicit ListReader(std::string_view text) : rest_(text) { skip_blanks(); }

  bool done() const { return rest_.empty(); }

  /// Consumes the next id, and the comma after it if there is one.
  Result<std::string> next() {
    auto id = rest_.starts_with('"') ? quoted() : Result<std::string>(plain());
    if (!id) return id;
    more_ = rest_.starts_with(',');
    if (!more_ && !rest_.empty()) return base::fail(ErrorCode::kInvalidInput, "has text after a closing quote");
    if (more_) rest_.remove_prefix(1);
    skip_blanks();
    return id;
  }

  /// Whether a comma followed the last id.
  bool more() const { return more_; }

 private:
  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size())); }

  std::string plain() {
    const auto id = rest_.substr(0, rest_.find(','));
    rest_.remove_prefix(id.size());
    return std::string(dataset::trimmed(id));
  }

  Result<std::string> quoted() {
    std::string id;
    for (rest_.remove_prefix(1);; rest_.remove_prefix(1)) {
      const auto quote = rest_.find('"');
      if (quote == std::string_view::npos) {
        return base::fail(ErrorCode::kInvalidInput, "opens a quote and does not close it");
      }
      id += rest_.substr(0, quote);
      rest_.remove_prefix(quote + 1);
      if (!rest_.starts_with('"')) break;
      id += '"';
    }
    skip_blanks();
    return id;
  }

  std::string_view rest_;
  bool more_ = false;
};

}  // namespace

Result<std::vector<std::string>> parse_id_list(std::string_view text) {
  std::vector<std::string> ids;
  ListReader list(text);
  if (list.done()) return ids;
  do {
    auto id = list.next();
    if (!id) return base::Failure(id.error());
    if (const auto problem = base::id_problem(*id); !problem.empty()) {
      return base::fail(ErrorCode::kInvalidInput, "item {} of the list {}", ids.size() + 1, problem);
    }
    ids.push_back(std::move(*id));
  } while (list.more());
  return ids;
}

}  // namespace sasrec::apps
