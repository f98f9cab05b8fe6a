#pragma once

#include <spdlog/sinks/ringbuffer_sink.h>
#include <spdlog/spdlog.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace sasrec::test {

/// Collects what this process logs while it lives, in place of standard error. Thread-safe.
class LogLines {
 public:
  LogLines() : before_(spdlog::default_logger()) {
    sink_->set_pattern("%l: %v");
    auto logger = std::make_shared<spdlog::logger>("test", sink_);
    spdlog::set_default_logger(std::move(logger));
  }
  ~LogLines() { spdlog::set_default_logger(before_); }
  LogLines(const LogLines&) = delete;
  LogLines& operator=(const LogLines&) = delete;

  /// "warning: …\n", one for each line so far, of the newest thousand.
  std::vector<std::string> all() const { return sink_->last_formatted(); }

 private:
  static constexpr std::size_t kMaxLines = 1000;
  // spdlog shares its sinks and loggers.
  std::shared_ptr<spdlog::sinks::ringbuffer_sink_mt> sink_ =
      std::make_shared<spdlog::sinks::ringbuffer_sink_mt>(kMaxLines);
  std::shared_ptr<spdlog::logger> before_;
};

}  // namespace sasrec::test
