#include "dataset/timestamp.hpp"

#include <charconv>
#include <chrono>
#include <cmath>
#include <system_error>

#include "base/time.hpp"
#include "dataset/delimited.hpp"

namespace sasrec::dataset {
namespace {

constexpr std::int64_t kLargestSeconds = 100'000'000'000;

std::int64_t floor_thousandth(std::int64_t value) {
  return value / 1000 - (value % 1000 < 0 ? 1 : 0);
}

}  // namespace

std::optional<std::int64_t> parse_timestamp(std::string_view text) {
  text = trimmed(text);
  const char* const end = text.data() + text.size();

  std::int64_t whole = 0;
  if (const auto read = std::from_chars(text.data(), end, whole); read.ec == std::errc{} && read.ptr == end) {
    while (whole >= kLargestSeconds || whole <= -kLargestSeconds) whole = floor_thousandth(whole);
    return whole;
  }
  double decimal = 0;
  if (const auto read = std::from_chars(text.data(), end, decimal); read.ec == std::errc{} && read.ptr == end) {
    // The largest 64-bit whole number is 9.2e18; beyond that, or infinite or not a number, it is no time.
    if (!(std::abs(decimal) < 9.2e18)) return std::nullopt;
    while (std::abs(decimal) >= static_cast<double>(kLargestSeconds)) decimal /= 1000;
    return static_cast<std::int64_t>(std::floor(decimal));
  }
  const auto date = base::parse_time(text);
  if (!date) return std::nullopt;
  return std::chrono::floor<std::chrono::seconds>(*date).time_since_epoch().count();
}

}  // namespace sasrec::dataset
