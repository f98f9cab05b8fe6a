// bench PYTHON OUT [DATA]: measures the machine, then ours beside the peers; prints Markdown, writes the results to
// OUT.
#include <fmt/format.h>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <vector>

#include "benchmarks/cases.hpp"
#include "benchmarks/request_profile.hpp"

namespace {

using namespace sasrec::benchmarks;

void warn_if_busy() {
  double load = 0;
  if (::getloadavg(&load, 1) == 1 && load > 0.5) {
    fmt::print("Others use this machine (load {:.1f}): times and ratios will be off.\n\n", load);
  }
}

void run(const std::filesystem::path& python, const std::string& out, const Log& log) {
  warn_if_busy();
  const auto limits = measure_limits();
  fmt::print("{}\n", to_markdown(limits));
  std::vector<Row> rows;
  const std::vector<std::function<std::vector<Row>()>> cases{
      [&] { return request_case(limits, python); },
      [&] { return training_case(limits, log); },
      [&] { return softmax_case(limits); },
      [&] { return search_case(limits, python); },
      [&] { return batch_search_case(limits, python); },
      [&] { return evaluation_case(limits, log); },
  };
  for (const auto& measure : cases) {
    const auto measured = measure();
    fmt::print(stderr, "measured: {}\n", measured.front().name);
    rows.insert(rows.end(), measured.begin(), measured.end());
  }
  fmt::print("{}\nMedians, quartiles in brackets. Training and evaluation: {}, {} users, {} items.\n",
             to_markdown(rows), log.name, log.sequences.user_count(), log.items);
  fmt::print("\n{}\n", request_profile(limits));
  std::ofstream file(out);
  file << to_json(limits, rows) << '\n';
  file.close();
  if (!file) throw std::runtime_error("can't write " + out);
  fmt::print("Written to {}\n", out);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 && argc != 4) {
    fmt::print(stderr, "usage: bench PYTHON OUT.json [LOG]\n");
    return 2;
  }
  try {
    run(argv[1], argv[2], argc == 4 ? read_log(argv[3]) : synthetic_log());
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench: {}\n", error.what());
    return 1;
  }
}
