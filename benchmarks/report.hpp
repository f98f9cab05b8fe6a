#pragma once

#include <optional>
#include <span>
#include <string>

#include "benchmarks/machine_limits.hpp"
#include "benchmarks/timing.hpp"

namespace sasrec::benchmarks {

/// Ours against one peer, or against a limit that is to be kept, measured in the same run.
struct Row {
  std::string name;  ///< of the case
  Timing ours;
  std::string peer;
  Timing theirs;
  std::optional<double> bar;  ///< how many times faster than the peer ours has to be
  std::string of_limit;       ///< ours as a share of what the machine can do; empty where that says nothing

  double ratio() const { return theirs.median / ours.median; }
};

/// "24 % of multiply-adds": `rate` as a share of `limit`, both per second.
std::string share(double rate, double limit, const std::string& unit);

/// The limits as Markdown, for a README.
std::string to_markdown(const MachineLimits& limits);

/// The rows as a Markdown table: medians, and the quartiles in brackets.
std::string to_markdown(std::span<const Row> rows);

/// [{"case","ours_ms","peer","peer_ms","ratio","bar"}], medians; "bar" is null where there is none.
std::string to_json(std::span<const Row> rows);

}  // namespace sasrec::benchmarks
