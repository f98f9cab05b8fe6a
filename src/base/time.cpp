#include "base/time.hpp"

#include <cstddef>

namespace sasrec::base {
namespace {

using std::chrono::microseconds;

/// Consumes a written date from the left. By hand, since the library of GCC 12 has no std::chrono::parse.
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

  /// Consumes one character of `allowed`; 0 if the next one is another.
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

  /// Consumes the digits of a fraction of a second, at least one, and returns it in microseconds.
  std::optional<int> fraction() {
    int micros = 0;
    int scale = 100'000;
    bool any = false;
    for (char digit = one_of(kDigits); digit != 0; digit = one_of(kDigits)) {
      micros += (digit - '0') * scale;
      scale /= 10;  // 0 after the sixth digit: further ones are dropped
      any = true;
    }
    return any ? std::optional(micros) : std::nullopt;
  }

 private:
  static constexpr std::string_view kDigits = "0123456789";
  std::string_view rest_;
};

/// HH:MM:SS[.fraction].
std::optional<microseconds> parse_clock(Scanner& scanner) {
  const auto hour = scanner.number(2);
  if (!hour || scanner.one_of(":") == 0) return std::nullopt;
  const auto minute = scanner.number(2);
  if (!minute || scanner.one_of(":") == 0) return std::nullopt;
  const auto second = scanner.number(2);
  // 60 is a leap second. It becomes the first second of the next minute.
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  std::optional<int> micros = 0;
  if (scanner.one_of(".,") != 0) micros = scanner.fraction();
  if (!micros) return std::nullopt;
  return std::chrono::seconds((*hour * 60 + *minute) * 60 + *second) + microseconds(*micros);
}

/// The offset east of UTC: nothing, Z, UTC, +HH, +HHMM or +HH:MM.
std::optional<std::chrono::minutes> parse_offset(Scanner& scanner) {
  if (scanner.done() || scanner.one_of("Zz") != 0 || scanner.word(" UTC")) return std::chrono::minutes(0);
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
  return std::chrono::minutes((sign == '-' ? -1 : 1) * (*hours * 60 + minutes));
}

/// Several times as fast as a format string, which counts because every record of the bus has a time.
void append_number(std::string& text, unsigned number, std::size_t digits) {
  text.append(digits, '0');
  for (auto digit = text.rbegin(); number != 0 && digits != 0; ++digit, --digits, number /= 10) {
    *digit = static_cast<char>('0' + number % 10);
  }
}

}  // namespace

Time now() {
  return std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now());
}

std::string format_time(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  std::string text;
  text.reserve(27);
  append_number(text, static_cast<unsigned>(int(date.year())), 4);
  append_number(text += '-', unsigned(date.month()), 2);
  append_number(text += '-', unsigned(date.day()), 2);
  append_number(text += 'T', static_cast<unsigned>(clock.hours().count()), 2);
  append_number(text += ':', static_cast<unsigned>(clock.minutes().count()), 2);
  append_number(text += ':', static_cast<unsigned>(clock.seconds().count()), 2);
  const auto micros = static_cast<unsigned>(clock.subseconds().count());
  if (micros % 1000 != 0) {
    append_number(text += '.', micros, 6);
  } else if (micros != 0) {
    append_number(text += '.', micros / 1000, 3);
  }
  return text += 'Z';
}

std::optional<Time> parse_time(std::string_view text) {
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
  const Time midnight = std::chrono::sys_days(date);
  if (scanner.done()) return midnight;

  if (scanner.one_of("Tt ") == 0) return std::nullopt;
  const auto clock = parse_clock(scanner);
  if (!clock) return std::nullopt;
  const auto offset = parse_offset(scanner);
  if (!offset || !scanner.done()) return std::nullopt;
  return midnight + *clock - *offset;
}

}  // namespace sasrec::base
