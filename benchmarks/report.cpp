#include "benchmarks/report.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace sasrec::benchmarks {
namespace {

/// Three digits that matter, whatever the size.
std::string number(double value) {
  return value < 10    ? fmt::format("{:.3f}", value)
         : value < 100 ? fmt::format("{:.1f}", value)
                       : fmt::format("{:.0f}", value);
}

std::string text_of(const Timing& timing) {
  if (timing.lower == timing.upper) return number(timing.median);
  return fmt::format("{} ({}–{})", number(timing.median), number(timing.lower), number(timing.upper));
}

std::string verdict(const Row& row) {
  if (!row.bar) return "";
  return fmt::format("{}, {}", *row.bar, row.ratio() >= *row.bar ? "met" : "missed");
}

}  // namespace

std::string share(double rate, double limit, const std::string& unit) {
  return fmt::format("{:.0f} % of {}", 100 * rate / limit, unit);
}

std::string to_markdown(const MachineLimits& limits) {
  return fmt::format(
      "{}, {} threads, {}\n\n"
      "| limit | one thread | {} threads |\n|---|---:|---:|\n"
      "| memory read, GB/s | {:.1f} | {:.1f} |\n"
      "| fp32 multiply-adds, 10^9/s | {:.1f} | {:.1f} |\n",
      limits.cpu, limits.threads, limits.instruction_set, limits.threads, limits.read_one * 1e-9,
      limits.read_all * 1e-9, limits.multiply_one * 1e-9, limits.multiply_all * 1e-9);
}

std::string to_markdown(std::span<const Row> rows) {
  std::string text = "| case | ours, ms | peer | peer, ms | times faster | bar | of the machine's limit |\n";
  text += "|---|---:|---|---:|---:|---|---|\n";
  for (const auto& row : rows) {
    text += fmt::format("| {} | {} | {} | {} | {:.2f} | {} | {} |\n", row.name, text_of(row.ours), row.peer,
                        text_of(row.theirs), row.ratio(), verdict(row), row.of_limit);
  }
  return text;
}

std::string to_json(std::span<const Row> rows) {
  boost::json::array list;
  for (const auto& row : rows) {
    list.push_back({{"case", row.name},
                    {"ours_ms", row.ours.median},
                    {"peer", row.peer},
                    {"peer_ms", row.theirs.median},
                    {"ratio", row.ratio()},
                    {"bar", row.bar ? boost::json::value(*row.bar) : boost::json::value()}});
  }
  return boost::json::serialize(list);
}

}  // namespace sasrec::benchmarks
