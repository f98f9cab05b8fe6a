#include "base/moment.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstddef>
#include <system_error>

namespace sasrec::base {
namespace {

using std::chrono::microseconds;

/// What a number counts: how many microseconds one is, or how many make one.
struct Unit {
  std::int64_t micros;
  std::int64_t per_micro;
};

/// By the number's whole part, whose magnitude is below 2^63. Whole numbers: as a double 10^17 - 1 would be 10^17.
Unit unit_of(std::int64_t whole) {
  const auto below = [&](std::int64_t bound) {
    return whole > -bound && whole < bound;
  };
  if (below(100'000'000'000)) return {.micros = 1'000'000, .per_micro = 1};
  if (below(100'000'000'000'000)) return {.micros = 1'000, .per_micro = 1};
  if (below(100'000'000'000'000'000)) return {.micros = 1, .per_micro = 1};
  return {.micros = 1, .per_micro = 1'000};
}

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

/// "-12.5". Exact, unlike a way over double.
std::optional<Time> parse_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  const auto magnitude = text.substr(negative ? 1 : 0);
  const auto point = magnitude.find('.');
  const auto whole_digits = magnitude.substr(0, point);
  const auto fraction = point == std::string_view::npos ? std::string_view() : magnitude.substr(point + 1);
  if (!all_digits(whole_digits) || (point != std::string_view::npos && !all_digits(fraction))) {
    // With an exponent, as programs print large numbers: begins with a digit, so it is no "inf" or "nan".
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
  constexpr double kMost = 9.2e18;  // a little less than the largest of 64 bits
  if (!(std::abs(number) < kMost)) return std::nullopt;
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
  if (time - now <= kMostAhead) return {};
  return fmt::format("is {}, more than an hour later than the server's clock, which shows {}", format_time(time),
                     format_time(now));
}

}  // namespace sasrec::base
