#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace sasrec::base {

/// A row of the item table of one model version. Items have the rows from 1 on. Row 0 is padding, and the index of an
/// item that this model does not know.
struct ItemIndex {
  std::uint32_t value = 0;
  friend constexpr auto operator<=>(ItemIndex, ItemIndex) = default;
};

inline constexpr ItemIndex kPadding{0};

/// Explains why `text` can't be an external id; empty if it can. An id has 1 to 256 bytes and no control characters
/// (bytes 0 to 31, and 127). Everything else is allowed: spaces, quotes, any encoding.
std::string_view id_problem(std::string_view text);

/// An id as users of the service write it. `Tag` makes ids of items and of users different types.
template <class Tag>
class ExternalId {
 public:
  /// kInvalidInput names the rule that `text` breaks.
  static Result<ExternalId> parse(std::string_view text) {
    if (const auto problem = id_problem(text); !problem.empty()) {
      return fail(ErrorCode::kInvalidInput, "{} id {}", Tag::kName, problem);
    }
    return ExternalId(std::string(text));
  }

  const std::string& text() const { return text_; }
  friend auto operator<=>(const ExternalId&, const ExternalId&) = default;

 private:
  explicit ExternalId(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

struct ItemTag {
  static constexpr std::string_view kName = "item";
};
struct UserTag {
  static constexpr std::string_view kName = "user";
};
using ItemId = ExternalId<ItemTag>;
using UserId = ExternalId<UserTag>;

/// The external id of an item, and its score.
struct ScoredId {
  std::string item;
  float score = 0;
  friend bool operator==(const ScoredId&, const ScoredId&) = default;
};

}  // namespace sasrec::base
