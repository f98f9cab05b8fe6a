#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <boost/json/object.hpp>

#include "support/http_client.hpp"
#include "support/process.hpp"
#include "support/temporary_folder.hpp"

namespace sasrec::test {

/// A process of `sasrec` that runs a role, started again where it stood.
class Role {
 public:
  /// `arguments` begin with the command. An api gets --listen 127.0.0.1:0 at its first start and keeps that port.
  explicit Role(std::vector<std::string> arguments);

  /// Returns when it is ready: an api answers /readyz, the others have started.
  void start();
  void kill();  ///< SIGKILL
  /// SIGTERM; the exit code, or nothing if it takes longer than ten seconds.
  std::optional<int> stop();
  bool running() { return process_ && !process_->exit_code(); }
  std::uint16_t port() const { return port_; }
  pid_t pid() const { return process_->pid(); }
  /// All that this role has written so far, in all its lives.
  std::string log() const;

 private:
  bool serves() const;
  std::vector<std::string> arguments_;
  std::unique_ptr<Process> process_;
  std::string earlier_log_;
  std::uint16_t port_ = 0;
};

/// What the tests say to a service.
class Api {
 public:
  explicit Api(std::uint16_t port) : port_(port) {}
  HttpResponse get(const std::string& path, const std::vector<std::string>& headers = {}) const;
  HttpResponse post(const std::string& path, const std::string& body,
                    const std::vector<std::string>& headers = {}) const;
  HttpResponse put(const std::string& path, const std::string& body) const;
  /// The result of a request for `user`, waited for; fails the test if it isn't 200.
  boost::json::object recommend(const std::string& user, std::size_t k = 5) const;

 private:
  std::uint16_t port_;
};

boost::json::object parse_object(const std::string& text);
std::vector<std::string> item_ids(const boost::json::object& result);

/// Asks for recommendations all the time, and remembers every request that was accepted and how it first was said to
/// end. Refusals and broken connections are what a service in trouble may answer: they are counted and tried again.
class Asker {
 public:
  /// `per_second` requests on one connection, histories of items "item-1" to "item-12".
  Asker(std::uint16_t port, double per_second);
  ~Asker() { stop(); }
  void stop();

  std::map<std::string, std::string> accepted() const;  ///< id -> the final state and items that its answer had, or ""
  std::size_t refused() const;

 private:
  void run(const std::stop_token& stop);
  std::uint16_t port_;
  std::chrono::duration<double> interval_;
  mutable std::mutex mutex_;
  std::map<std::string, std::string> accepted_;
  std::size_t refused_ = 0;
  std::jthread thread_;
};

/// Every accepted request has one row, which becomes final within `limit` and holds what was answered before: the state
/// and the items.
void expect_nothing_lost(const Asker& asker, const std::string& database, std::chrono::seconds limit);

/// A checkpoints folder with the sample model (items "item-1" to "item-12").
std::filesystem::path sample_checkpoints(const TemporaryFolder& folder);

}  // namespace sasrec::test
