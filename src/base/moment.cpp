#include "base/moment.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstddef>
#include <system_error>

namespace sasrec::base {
namespace {

using std::chrono::microseconds;

/// The unit of a number: how many microseconds it is, or how many of it make a microsecond. One of the two is 1.
struct Unit {
  std::int64_t micros;
  std::int64_t per_micro;
};

/// `whole` is the number without its fraction. The comparison is one of integers: as a double 10^17 - 1 would be 10^17.
Unit unit_of(std::int64_t whole) {
  const auto below = [&](std::int64_t bound) {
    return whole > -bound && whole < bound;
  };
  if (below(100'000'000'000)) return {.micros = 1'000'000, .per_micro = 1};
  if (below(100'000'000'000'000)) return {.micros = 1'000, .per_micro = 1};
  if (below(100'000'000'000'000'000)) return {.micros = 1, .per_micro = 1};
  return {.micros = 1, .per_micro = 1'000};
}

/// Rounds towards the past, before 1970 too, where `/` would round towards the future.
std::int64_t divide_down(std::int64_t number, std::int64_t by) {
  return number / by - (number % by < 0 ? 1 : 0);
}

/// `digits` after the point as microseconds, rounded, where the whole part counts `unit`s.
std::int64_t round_fraction(std::string_view digits, Unit unit) {
  std::int64_t micros = 0;
  auto scale = unit.micros;
  for (const char digit : digits) {
    if (scale == 1) return micros + (digit >= '5' ? 1 : 0);
    scale /= 10;
    micros += (digit - '0') * scale;
  }
  return micros;
}

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Parses "-12.5". Exact: a double has too few digits for nanoseconds since 1970.
std::optional<Time> parse_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  const auto magnitude = text.substr(negative ? 1 : 0);
  const auto point = magnitude.find('.');
  const auto whole_digits = magnitude.substr(0, point);
  const auto fraction = point == std::string_view::npos ? std::string_view() : magnitude.substr(point + 1);
  if (!all_digits(whole_digits) || (point != std::string_view::npos && !all_digits(fraction))) {
    // Programs print large numbers with an exponent. from_chars also accepts "inf" and "nan", hence the first digit.
    double number = 0;
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    const bool begins_right = !magnitude.empty() && magnitude.front() >= '0' && magnitude.front() <= '9';
    if (!begins_right || read.ec != std::errc{} || read.ptr != end) return std::nullopt;
    return moment_of(number);
  }
  std::int64_t whole = 0;
  if (std::from_chars(whole_digits.data(), whole_digits.data() + whole_digits.size(), whole).ec != std::errc{}) {
    return std::nullopt;
  }
  const auto unit = unit_of(whole);
  const auto micros = whole / unit.per_micro * unit.micros + round_fraction(fraction, unit);
  return Time(microseconds(negative ? -micros : micros));
}

}  // namespace

Time moment_of(std::int64_t number) {
  const auto unit = unit_of(number);
  return Time(microseconds(divide_down(number, unit.per_micro) * unit.micros));
}

std::optional<Time> moment_of(double number) {
  constexpr double kMax = 9.2e18;                       // a little below the largest std::int64_t
  if (!(std::abs(number) < kMax)) return std::nullopt;  // false for NaN too
  const double whole = std::floor(number);
  const auto unit = unit_of(static_cast<std::int64_t>(whole));
  const auto fraction = std::llround((number - whole) * static_cast<double>(unit.micros));
  const auto units = divide_down(static_cast<std::int64_t>(whole), unit.per_micro);
  return Time(microseconds(units * unit.micros + (unit.per_micro == 1 ? fraction : 0)));
}

std::optional<Time> parse_moment(std::string_view text) {
  if (const auto number = parse_number(text)) return number;
  return parse_time(text);
}

std::string moment_problem(Time time, Time now) {
  if (time < kFirstMoment || time >= kEndOfMoments) return "is not in the years 1970 to 2199";
  if (time - now <= kMaxAhead) return {};
  return fmt::format("is {}, more than an hour later than the server's clock, which shows {}", format_time(time),
                     format_time(now));
}

}  // namespace sasrec::base
