#include "telemetry/process_metrics.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <system_error>

namespace sasrec::telemetry {
namespace {

using prometheus::MetricType;

/// Fields 3 to 24 of /proc/self/stat, by their number in proc(5); empty if it can't be read. The name before them may
/// hold spaces and brackets.
std::vector<double> read_stat() {
  std::ifstream file("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream rest(text.substr(name_end + 1));
  std::string state;
  rest >> state;
  std::vector<double> fields(4, 0.0);
  std::copy(std::istream_iterator<double>(rest), {}, std::back_inserter(fields));
  constexpr std::size_t kLast = 24;
  return fields.size() > kLast ? fields : std::vector<double>{};
}

/// When the machine was started, in Unix seconds; 0 if that isn't known.
double boot_time() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;) {
    double seconds = 0;
    if (word == "btime" && file >> seconds) return seconds;
  }
  return 0;
}

prometheus::MetricFamily family(const char* name, const char* help, MetricType type, double value) {
  prometheus::ClientMetric metric;
  metric.counter.value = value;
  metric.gauge.value = value;
  return {name, help, type, {metric}};
}

}  // namespace

std::vector<prometheus::MetricFamily> process_metrics() {
  std::vector<prometheus::MetricFamily> families;
  if (const auto stat = read_stat(); !stat.empty()) {
    const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
    families.push_back(family("process_cpu_seconds_total", "Processor time of this process, user and system",
                              MetricType::Counter, (stat[14] + stat[15]) / ticks));
    families.push_back(family("process_threads", "Threads of this process", MetricType::Gauge, stat[20]));
    if (const double boot = boot_time(); boot > 0) {
      families.push_back(family("process_start_time_seconds", "When this process was started, in Unix seconds",
                                MetricType::Gauge, boot + stat[22] / ticks));
    }
    families.push_back(
        family("process_virtual_memory_bytes", "Address space of this process", MetricType::Gauge, stat[23]));
    families.push_back(
        family("process_resident_memory_bytes", "Memory that this process holds", MetricType::Gauge, stat[24] * page));
  }
  std::error_code error;
  const std::filesystem::directory_iterator open("/proc/self/fd", error);
  if (!error) {
    const auto count = std::distance(begin(open), end(open)) - 1;  // one is that of this look
    families.push_back(family("process_open_fds", "Files and sockets that this process has open", MetricType::Gauge,
                              static_cast<double>(count)));
  }
  if (rlimit limit{}; ::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    families.push_back(family("process_max_fds", "Most files and sockets that this process may have open",
                              MetricType::Gauge, static_cast<double>(limit.rlim_cur)));
  }
  return families;
}

}  // namespace sasrec::telemetry
