#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace sasrec::base {

/// Row of the item table of one model version. 0 is padding and stands for "unknown to this model"; items count from 1.
struct ItemIndex {
  std::uint32_t value = 0;
  friend constexpr auto operator<=>(ItemIndex, ItemIndex) = default;
};

inline constexpr ItemIndex kPadding{0};

/// Why `text` cannot be an id of the outside world, or an empty string if it can: 1 to 256 bytes, no control characters
/// (bytes 0 to 31, and 127). Anything else is allowed: spaces, quotes, any encoding.
std::string_view id_problem(std::string_view text);

/// An id as the outside world writes it. `Tag` keeps items and users apart at compile time.
template <class Tag>
class ExternalId {
 public:
  /// kInvalidInput with the rule that `text` breaks.
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

/// An item as the outside world names it, with its score.
struct ScoredId {
  std::string item;
  float score = 0;
  friend bool operator==(const ScoredId&, const ScoredId&) = default;
};

}  // namespace sasrec::base
