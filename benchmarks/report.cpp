#include "benchmarks/report.hpp"

#include <fmt/format.h>

#include <utility>

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

std::string text_of(const std::optional<Share>& share) {
  if (!share) return "";
  auto text = fmt::format("{:.0f} % of {}", 100 * share->of_limit, share->limit);
  if (share->bar) {
    text += fmt::format(" (bar: {:.0f} %, {})", 100 * *share->bar, share->of_limit >= *share->bar ? "met" : "missed");
  }
  return text;
}

boost::json::value json_of(const std::optional<double>& number) {
  return number ? boost::json::value(*number) : boost::json::value();
}

}  // namespace

std::string to_markdown(const MachineLimits& limits) {
  return fmt::format(
      "{}, {} threads, {}\n\n"
      "| limit | one thread | {} threads |\n|---|---:|---:|\n"
      "| memory read, GB/s | {:.1f} | {:.1f} |\n"
      "| fp32 multiply-adds, 10^9/s | {:.1f} | {:.1f} |\n"
      "| int8 multiply-adds, 10^9/s | {:.1f} | {:.1f} |\n",
      limits.cpu, limits.threads, limits.instruction_set, limits.threads, limits.read_one * 1e-9,
      limits.read_all * 1e-9, limits.multiply_one * 1e-9, limits.multiply_all * 1e-9, limits.multiply_int8_one * 1e-9,
      limits.multiply_int8_all * 1e-9);
}

std::string to_markdown(std::span<const Row> rows) {
  std::string text = "| case | ours, ms | peer | peer, ms | times faster | bar | of the machine's limit |\n";
  text += "|---|---:|---|---:|---:|---|---|\n";
  for (const auto& row : rows) {
    text += fmt::format("| {} | {} | {} | {} | {:.2f} | {} | {} |\n", row.name, text_of(row.ours), row.peer,
                        text_of(row.theirs), row.ratio(), verdict(row), text_of(row.share));
  }
  return text;
}

std::string to_json(const MachineLimits& limits, std::span<const Row> rows) {
  boost::json::array list;
  for (const auto& row : rows) {
    list.push_back({{"case", row.name},
                    {"ours_ms", row.ours.median},
                    {"peer", row.peer},
                    {"peer_ms", row.theirs.median},
                    {"ratio", row.ratio()},
                    {"bar", json_of(row.bar)},
                    {"of_limit", row.share ? boost::json::value(row.share->of_limit) : boost::json::value()},
                    {"limit", row.share ? boost::json::value(row.share->limit) : boost::json::value()},
                    {"limit_bar", row.share ? json_of(row.share->bar) : boost::json::value()}});
  }
  const boost::json::value all{{"limits",
                                {{"cpu", limits.cpu},
                                 {"instruction_set", limits.instruction_set},
                                 {"threads", limits.threads},
                                 {"read_one", limits.read_one},
                                 {"read_all", limits.read_all},
                                 {"multiply_one", limits.multiply_one},
                                 {"multiply_all", limits.multiply_all},
                                 {"multiply_int8_one", limits.multiply_int8_one},
                                 {"multiply_int8_all", limits.multiply_int8_all}}},
                               {"rows", std::move(list)}};
  return boost::json::serialize(all);
}

}  // namespace sasrec::benchmarks
