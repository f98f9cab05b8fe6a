#include "bus/records.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "base/ids.hpp"

namespace sasrec::bus {
namespace {

using base::ErrorCode;
using base::fail;

constexpr std::array<std::string_view, 4> kStatuses{"pending", "done", "failed", "expired"};
constexpr std::array<std::string_view, 2> kSeen{"exclude", "include"};

template <class Enum, std::size_t count>
std::optional<Enum> parse(const std::array<std::string_view, count>& names, std::string_view text) {
  const auto found = std::ranges::find(names, text);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

base::Result<void> check_id(std::string_view field, std::string_view id) {
  const auto problem = base::id_problem(id);
  if (problem.empty()) return {};
  return fail(ErrorCode::kInvalidInput, "{} {}", field, problem);
}

base::Result<void> check_ids(std::string_view field, std::span<const std::string> ids, std::size_t limit) {
  if (ids.size() > limit) {
    return fail(ErrorCode::kInvalidInput, "{} has {} elements; at most {} are allowed", field, ids.size(), limit);
  }
  for (std::size_t n = 0; n < ids.size(); ++n) {
    const auto problem = base::id_problem(ids[n]);
    if (!problem.empty()) return fail(ErrorCode::kInvalidInput, "{}/{} {}", field, n, problem);
  }
  return {};
}

}  // namespace

std::string_view to_string(Status status) {
  return kStatuses[static_cast<std::size_t>(status)];
}

std::optional<Status> parse_status(std::string_view text) {
  return parse<Status>(kStatuses, text);
}

std::string_view to_string(Seen seen) {
  return kSeen[static_cast<std::size_t>(seen)];
}

std::optional<Seen> parse_seen(std::string_view text) {
  return parse<Seen>(kSeen, text);
}

/// The same rules for HTTP and for records of other producers: nothing is accepted by one door and refused by another.
base::Result<void> check(const RequestRecord& request) {
  if (request.k < 1 || request.k > kMaxK) {
    return fail(ErrorCode::kInvalidInput, "k is {}; it must be from 1 to {}", request.k, kMaxK);
  }
  base::Result<void> checked;
  if (!request.user.empty()) checked = check_id("user", request.user);
  if (checked) checked = check_ids("history", request.history, kMaxHistory);
  if (checked) checked = check_ids("exclude", request.exclude, kMaxExclude);
  if (checked) checked = check_ids("filter/categories", request.categories, kMaxCategories);
  return checked;
}

std::size_t bytes_of(const ResultRecord& result) {
  std::size_t bytes = sizeof(ResultRecord) + result.user.size() + result.error.size() + result.model.size();
  for (const auto& item : result.items)
    bytes += sizeof(base::ScoredId) + (item.item.size() > 15 ? item.item.size() : 0);
  if (result.explanation) {
    const auto& [history, attention, effects] = *result.explanation;
    for (const auto& id : history) bytes += sizeof(std::string) + id.size();
    bytes += (1 + effects.size()) * (sizeof(effects) + attention.size() * sizeof(float));
  }
  return bytes;
}

base::Result<void> check(const Interaction& interaction) {
  auto checked = check_id("id", interaction.id);
  if (checked) checked = check_id("user", interaction.user);
  if (checked) checked = check_id("item", interaction.item);
  if (checked) checked = check_id("kind", interaction.kind);
  if (!checked) return checked;
  if (interaction.kind.size() > kMaxKindBytes) {
    return fail(ErrorCode::kInvalidInput, "kind has {} bytes; at most {} are allowed", interaction.kind.size(),
                kMaxKindBytes);
  }
  if (!interaction.recommendation.empty() && !base::Uuid::parse(interaction.recommendation)) {
    return fail(ErrorCode::kInvalidInput, "recommendation must be the id of a request, a UUID");
  }
  return {};
}

}  // namespace sasrec::bus
