#include "benchmarks/faiss_peer.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace sasrec::benchmarks {
namespace {

void write(const std::filesystem::path& path, std::span<const float> numbers) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(numbers.data()), static_cast<std::streamsize>(numbers.size_bytes()));
  file.close();
  if (!file) throw std::runtime_error("can't write " + path.string());
}

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  std::string output;
  char part[4096];
  while (pipe && std::fgets(part, sizeof(part), pipe.get()) != nullptr) output += part;
  return output;
}

}  // namespace

Timing FaissPeer::search(std::span<const float> rows, std::span<const float> states, std::size_t hidden, std::size_t k,
                         std::size_t rounds,
                         const std::function<void(std::size_t state, std::span<const long>)>& checked) const {
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("sasrec-bench-{}", ::getpid());
  std::filesystem::create_directory(folder);
  write(folder / "table", rows);
  write(folder / "states", states);
  const std::size_t count = states.size() / hidden;
  std::istringstream output(output_of(fmt::format("'{}' '{}' '{}' {} '{}' {} {} {} {}", python_.string(),
                                                  SASREC_FAISS_PEER, (folder / "table").string(), rows.size() / hidden,
                                                  (folder / "states").string(), count, hidden, k, rounds)));
  std::filesystem::remove_all(folder);
  Timing timing;
  output >> timing.median >> timing.lower >> timing.upper;
  std::vector<long> best(k);
  for (std::size_t state = 0; state < count; ++state) {
    for (long& row : best) output >> row;
    if (!output) throw std::runtime_error("faiss gave no answer: its error stands above");
    checked(state, best);
  }
  return timing;
}

}  // namespace sasrec::benchmarks
