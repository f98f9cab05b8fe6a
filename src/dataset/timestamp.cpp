#include "dataset/timestamp.hpp"

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <system_error>

#include "dataset/delimited.hpp"

namespace sasrec::dataset {
namespace {

/// Takes a written date apart from the left.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }

  /// A number of exactly `digits` digits.
  std::optional<int> number(std::size_t digits) {
    if (rest_.size() < digits) return std::nullopt;
    int value = 0;
    for (const char c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    return value;
  }

  /// One of `allowed`, or 0 and nothing taken.
  char one_of(std::string_view allowed) {
    if (rest_.empty() || allowed.find(rest_.front()) == std::string_view::npos) return 0;
    const char taken = rest_.front();
    rest_.remove_prefix(1);
    return taken;
  }

  bool word(std::string_view expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }

  bool digits() {
    bool any = false;
    while (one_of("0123456789") != 0) any = true;
    return any;
  }

 private:
  std::string_view rest_;
};

/// HH:MM[:SS] as seconds; the fraction is read over.
std::optional<int> parse_clock(Scanner& scanner) {
  const auto hour = scanner.number(2);
  if (!hour || scanner.one_of(":") == 0) return std::nullopt;
  const auto minute = scanner.number(2);
  if (!minute || scanner.one_of(":") == 0) return std::nullopt;
  const auto second = scanner.number(2);
  // 60 is a leap second.
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  if (scanner.one_of(".,") != 0 && !scanner.digits()) return std::nullopt;
  return (*hour * 60 + *minute) * 60 + *second;
}

/// Seconds east of UTC: nothing, Z, UTC, +HH, +HHMM or +HH:MM.
std::optional<int> parse_offset(Scanner& scanner) {
  if (scanner.done() || scanner.one_of("Zz") != 0 || scanner.word(" UTC")) return 0;
  const char sign = scanner.one_of("+-");
  if (sign == 0) return std::nullopt;
  const auto hours = scanner.number(2);
  if (!hours || *hours > 23) return std::nullopt;
  int minutes = 0;
  if (!scanner.done()) {
    scanner.one_of(":");
    const auto read = scanner.number(2);
    if (!read || *read > 59) return std::nullopt;
    minutes = *read;
  }
  return (sign == '-' ? -60 : 60) * (*hours * 60 + minutes);
}

std::optional<std::int64_t> parse_date(std::string_view text) {
  Scanner scanner(text);
  const auto year = scanner.number(4);
  if (!year || scanner.one_of("-") == 0) return std::nullopt;
  const auto month = scanner.number(2);
  if (!month || scanner.one_of("-") == 0) return std::nullopt;
  const auto day = scanner.number(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  const std::int64_t midnight = std::chrono::sys_seconds(std::chrono::sys_days(date)).time_since_epoch().count();
  if (scanner.done()) return midnight;

  if (scanner.one_of("Tt ") == 0) return std::nullopt;
  const auto clock = parse_clock(scanner);
  if (!clock) return std::nullopt;
  const auto offset = parse_offset(scanner);
  if (!offset || !scanner.done()) return std::nullopt;
  return midnight + *clock - *offset;
}

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
  return parse_date(text);
}

}  // namespace sasrec::dataset
