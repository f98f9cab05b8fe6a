#include "checkpoint/version_name.hpp"

#include <fmt/chrono.h>

#include <algorithm>
#include <charconv>
#include <ctime>

namespace sasrec::checkpoint {
namespace {

bool matches(std::string_view text, std::string_view pattern) {
  return std::ranges::equal(text, pattern, [](char c, char p) { return p == '#' ? c >= '0' && c <= '9' : c == p; });
}

}  // namespace

std::optional<VersionName> VersionName::parse(std::string_view text) {
  constexpr std::string_view kTime = "########T######Z";
  constexpr std::size_t kMinDigits = 6;
  constexpr std::size_t kMaxDigits = 9;  // fits the counter
  if (text.size() < kTime.size() + 1 + kMinDigits || text.size() > kTime.size() + 1 + kMaxDigits) return std::nullopt;
  const auto time = text.substr(0, kTime.size());
  const auto digits = text.substr(kTime.size() + 1);
  if (!matches(time, kTime) || text[kTime.size()] != '-' || !matches(digits, std::string(digits.size(), '#'))) {
    return std::nullopt;
  }
  VersionName name{std::string(time), 0};
  std::from_chars(digits.data(), digits.data() + digits.size(), name.counter);
  if (name.text() != text) return std::nullopt;  // more zeros than needed
  return name;
}

base::Result<VersionName> VersionName::read(std::string_view text) {
  if (auto name = parse(text)) return *std::move(name);
  return base::fail(base::ErrorCode::kNotFound,
                    "\"{}\" is not the name of a version: names look like 20261122T153000Z-000007", text);
}

std::string VersionName::text() const {
  return fmt::format("{}-{:06}", time, counter);
}

base::Time VersionName::created() const {
  const std::string_view whole = time;
  const auto part = [&](std::size_t begin, std::size_t length) {
    return whole.substr(begin, length);
  };
  const auto moment = base::parse_time(
      fmt::format("{}-{}-{}T{}:{}:{}Z", part(0, 4), part(4, 2), part(6, 2), part(9, 2), part(11, 2), part(13, 2)));
  return moment.value_or(base::Time{});
}

VersionName next_version(const std::optional<VersionName>& newest, std::uint32_t highest_counter,
                         std::chrono::system_clock::time_point now) {
  auto time = fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
  if (newest) time = std::max(time, newest->time);
  return {std::move(time), highest_counter + 1};
}

}  // namespace sasrec::checkpoint
