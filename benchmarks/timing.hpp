#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace sasrec::benchmarks {

/// How long one run takes: the median over the rounds and the quartiles around it, in milliseconds.
struct Timing {
  double median = 0;
  double lower = 0;
  double upper = 0;

  Timing operator*(double factor) const { return {median * factor, lower * factor, upper * factor}; }
};

struct Contender {
  std::function<void()> run;
  std::size_t repetitions = 1;  ///< runs per round, timed as one: for what is too short for the clock
  /// Instead of the two: the milliseconds of a run by a clock of its own, for what runs in another process.
  std::function<double()> timed_run;
};

enum class Clock {
  kWall,
  kThread,  ///< CPU time of the calling thread, for what runs on it alone: other programs don't count
};

/// Times the contenders in turn, round after round, so that whatever disturbs the machine disturbs all of them alike.
/// Each first does one round that isn't timed; by the wall clock each has a pause of 20 ms before it. One Timing per
/// contender, per run.
std::vector<Timing> race(std::span<const Contender> contenders, std::size_t rounds, Clock clock = Clock::kWall);

}  // namespace sasrec::benchmarks
