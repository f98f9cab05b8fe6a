#include "benchmarks/resident_memory.hpp"

#include <malloc.h>

#include <fstream>
#include <stdexcept>
#include <string>

namespace sasrec::benchmarks {
namespace {

double bytes_of(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field)) return std::stod(line.substr(field.size())) * 1024;
  }
  throw std::runtime_error("/proc/self/status has no " + field);
}

}  // namespace

double resident_peak_of(const std::function<void()>& run) {
  ::malloc_trim(0);  // what was freed is not to be had again for nothing
  const double before = bytes_of("VmRSS:");
  std::ofstream("/proc/self/clear_refs") << "5";  // the highest mark starts anew
  run();
  return bytes_of("VmHWM:") - before;
}

}  // namespace sasrec::benchmarks
