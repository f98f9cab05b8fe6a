#include "apps/service/open_files.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace sasrec::apps {

std::size_t raise_open_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  // A million is more than one process uses, and some systems say "infinity" and mean less.
  constexpr rlim_t kMax = 1'048'576;
  const auto wanted = std::min(limit.rlim_max, kMax);
  if (limit.rlim_cur < wanted) {
    const rlimit raised{.rlim_cur = wanted, .rlim_max = limit.rlim_max};
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  return static_cast<std::size_t>(limit.rlim_cur);
}

std::size_t affordable_connections(std::size_t wanted, std::size_t files) {
  // Connections of the store and of librdkafka to each broker, mapped models while they are opened, epoll and timers.
  constexpr std::size_t kOthers = 256;
  return std::max<std::size_t>(1, std::min(wanted, files > kOthers ? files - kOthers : 1));
}

}  // namespace sasrec::apps
