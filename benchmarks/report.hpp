#pragma once

#include <optional>
#include <span>
#include <string>

#include "benchmarks/machine_limits.hpp"
#include "benchmarks/timing.hpp"

namespace sasrec::benchmarks {

/// What ours does of what the machine can do at best.
struct Share {
  double of_limit;              ///< 1: all
  std::string limit;            ///< "multiply-adds"
  std::optional<double> bar{};  ///< how much it has to be
};

/// Ours against one peer, or against a limit that is to be kept, measured in the same run.
struct Row {
  std::string name;  ///< of the case
  Timing ours;
  std::string peer;
  Timing theirs;
  std::optional<double> bar;     ///< how many times faster than the peer ours has to be
  std::optional<Share> share{};  ///< none where that says nothing

  double ratio() const { return theirs.median / ours.median; }
};

/// The limits as Markdown, for a README.
std::string to_markdown(const MachineLimits& limits);

/// The rows as a Markdown table: medians, and the quartiles in brackets.
std::string to_markdown(std::span<const Row> rows);

/// {"limits": {"cpu", "instruction_set", "threads", then each limit a second by one thread, "<name>_one", and by all,
/// "<name>_all"}, "rows": [{"case", "ours_ms", "peer", "peer_ms", "ratio", "bar", "of_limit", "limit", "limit_bar"}]}:
/// medians; null where there is none.
std::string to_json(const MachineLimits& limits, std::span<const Row> rows);

}  // namespace sasrec::benchmarks
