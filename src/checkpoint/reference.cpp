#include "checkpoint/reference.hpp"

#include <limits>
#include <optional>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

namespace sasrec::checkpoint {
namespace {

namespace json = boost::json;

constexpr int kDriftFormat = 1;

/// None: it is no list of whole numbers from 0 on.
std::optional<std::vector<std::uint64_t>> read_counts(const json::value& value) {
  if (!value.is_array()) return std::nullopt;
  std::vector<std::uint64_t> counts;
  for (const auto& count : value.get_array()) {
    json::error_code error;
    counts.push_back(count.to_number<std::uint64_t>(error));
    if (error) return std::nullopt;
  }
  return counts;
}

base::Result<std::vector<std::uint32_t>> read_item_counts(const json::value& value, std::size_t items) {
  const auto* const counts = value.if_array();
  if (counts == nullptr || counts->size() != items) {
    return base::fail(base::ErrorCode::kCorrupt,
                      "reference.json: item_counts must be a list of {} numbers, one per item{}", items,
                      counts == nullptr ? "" : fmt::format("; it has {}", counts->size()));
  }
  std::vector<std::uint32_t> read(items);
  for (std::size_t n = 0; n < items; ++n) {
    json::error_code error;
    read[n] = (*counts)[n].to_number<std::uint32_t>(error);
    if (error) {
      return base::fail(base::ErrorCode::kCorrupt,
                        "reference.json: item_counts[{}] must be a whole number from 0 to {}", n,
                        std::numeric_limits<std::uint32_t>::max());
    }
  }
  return read;
}

}  // namespace

json::object to_json(const Reference& reference) {
  return {{"item_counts", json::array(reference.item_counts.begin(), reference.item_counts.end())},
          {"history_lengths", json::array(reference.history_lengths.begin(), reference.history_lengths.end())},
          {"drift", drift_json(reference.drift)}};
}

base::Result<Reference> read_reference(const json::object& json, std::size_t items) {
  Reference reference;
  if (const auto* const counts = json.if_contains("item_counts")) {
    auto read = read_item_counts(*counts, items);
    if (!read) return base::Failure(read.error());
    reference.item_counts = std::move(*read);
  } else {
    reference.item_counts.resize(items);
  }
  if (const auto* const lengths = json.if_contains("history_lengths")) {
    reference.history_lengths = read_counts(*lengths).value_or(std::vector<std::uint64_t>());
  }
  if (const auto* const drift = json.if_contains("drift")) reference.drift = read_drift(*drift);
  return reference;
}

json::object drift_json(std::span<const FeatureWindows> features) {
  json::object written;
  for (const auto& [feature, all] : features) {
    json::array windows;
    for (const auto& window : all) windows.emplace_back(json::array(window.begin(), window.end()));
    written[feature] = json::object{{"windows", std::move(windows)}};
  }
  return {{"format", kDriftFormat}, {"features", std::move(written)}};
}

std::vector<FeatureWindows> read_drift(const json::value& json) {
  std::vector<FeatureWindows> read;
  if (!json.is_object()) return read;
  const auto* const format = json.get_object().if_contains("format");
  const auto* const features = json.get_object().if_contains("features");
  if (format == nullptr || *format != kDriftFormat || features == nullptr || !features->is_object()) return read;
  for (const auto& [feature, value] : features->get_object()) {
    const auto* const windows = value.is_object() ? value.get_object().if_contains("windows") : nullptr;
    if (windows == nullptr || !windows->is_array()) continue;
    FeatureWindows found{.feature = feature, .windows = {}};
    for (const auto& window : windows->get_array()) {
      if (auto counts = read_counts(window)) found.windows.push_back(std::move(*counts));
    }
    read.push_back(std::move(found));
  }
  return read;
}

}  // namespace sasrec::checkpoint
