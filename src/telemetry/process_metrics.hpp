#pragma once

#include <prometheus/metric_family.h>

#include <vector>

namespace sasrec::telemetry {

/// What Prometheus' clients say of a process by custom: process_cpu_seconds_total, process_resident_memory_bytes,
/// process_virtual_memory_bytes, process_open_fds, process_max_fds, process_threads, process_start_time_seconds. Read
/// from /proc at each call; what can't be read is left out. Thread-safe. Cost: some ten microseconds, more with
/// thousands of open files.
std::vector<prometheus::MetricFamily> process_metrics();

}  // namespace sasrec::telemetry
