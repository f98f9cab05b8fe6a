#include "benchmarks/timing.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <thread>

namespace sasrec::benchmarks {
namespace {

double now_ms(Clock clock) {
  std::timespec time{};
  ::clock_gettime(clock == Clock::kWall ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) * 1e-6;
}

/// For as long as threads of a pool, LibTorch's for one, go round and wait for more work before they sleep: the next
/// contender shall have all cores.
constexpr std::chrono::milliseconds kRest{20};

double milliseconds_of(const Contender& contender, Clock clock) {
  if (clock == Clock::kWall) std::this_thread::sleep_for(kRest);
  if (contender.timed_run) return contender.timed_run();
  const double start = now_ms(clock);
  for (std::size_t i = 0; i < contender.repetitions; ++i) contender.run();
  return (now_ms(clock) - start) / static_cast<double>(contender.repetitions);
}

}  // namespace

std::vector<Timing> race(std::span<const Contender> contenders, std::size_t rounds, Clock clock) {
  std::vector<std::vector<double>> samples(contenders.size());
  for (const auto& contender : contenders) milliseconds_of(contender, clock);
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < contenders.size(); ++i) samples[i].push_back(milliseconds_of(contenders[i], clock));
  }
  std::vector<Timing> timings;
  for (auto& sample : samples) {
    std::ranges::sort(sample);
    timings.push_back({sample[rounds / 2], sample[rounds / 4], sample[(rounds - 1) - rounds / 4]});
  }
  return timings;
}

}  // namespace sasrec::benchmarks
