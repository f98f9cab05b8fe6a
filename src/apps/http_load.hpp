#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sasrec::apps {

/// The address of a service. Only http://, because the load generator runs beside the service.
struct HttpTarget {
  std::string host;
  std::string port;
  std::string key;  ///< for Authorization: Bearer; empty: none

  /// Reads "http://host[:port]". kInvalidInput if it isn't that.
  static base::Result<HttpTarget> parse(std::string_view url, std::string key);
};

struct HttpAnswer {
  int status = 0;
  std::string body;
};

/// One GET, blocking; `header` is one more header line, without its end, or empty. kUnavailable if the service can't be
/// reached or breaks off.
base::Result<HttpAnswer> http_get(const HttpTarget& target, std::string_view path, std::string_view header = {});

/// Requests at a fixed rate, whatever the answers do (an open loop): a service that is slow is asked all the same, and
/// a request's latency counts from when it was due, not from when a connection was free for it.
struct LoadPlan {
  std::string path;                        ///< POST to this
  std::vector<std::string> headers;        ///< whole lines, without the line's end
  std::function<std::string()> next_body;  ///< JSON
  double rate = 100;                       ///< requests a second
  std::chrono::milliseconds duration{10'000};
  std::size_t connections = 64;                ///< requests under way at a time
  std::chrono::milliseconds patience{30'000};  ///< for the answers that are out at the end
};

struct LoadReport {
  std::size_t sent = 0;
  std::size_t unsent = 0;                ///< were due, but no connection was ever free for them
  std::size_t broken = 0;                ///< the connection broke off or gave no HTTP
  std::map<int, std::size_t> statuses;   ///< answers by status
  std::vector<std::string> pending_ids;  ///< of answers with 202
  std::vector<float> latencies_ms;       ///< of answers below 300, rising; from when they were due
  std::vector<float> refusals_ms;        ///< of answers 429 and 503, rising; from when they were sent
  double seconds = 0;                    ///< from the first due to the last answer
};

/// kUnavailable if not one connection can be made.
base::Result<LoadReport> run_load(const HttpTarget& target, const LoadPlan& plan);

/// The value below which `share` (0 to 1) of the rising `values` lie; 0 if there are none.
float percentile(const std::vector<float>& values, double share);

}  // namespace sasrec::apps
