#include "e2e/service_fixture.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <csignal>
#include <random>
#include <stdexcept>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "store/connection.hpp"
#include "support/eventually.hpp"
#include "support/sample_checkpoint.hpp"

namespace sasrec::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const store::Statement kStates{
    "test_states",
    "SELECT id::text, concat_ws(' ', status, nullif(array_to_string(items, ','), '')) FROM recommendations"};

/// The state of each request and its items: "done item-1,item-2".
std::map<std::string, std::string> states_in(const std::string& database) {
  auto connection = store::Connection::open({.url = database, .application = "test"});
  if (!connection) throw std::runtime_error(connection.error().message);
  const auto rows = connection->run(kStates, {}, std::chrono::steady_clock::now() + seconds(20));
  if (!rows) throw std::runtime_error(rows.error().message);
  std::map<std::string, std::string> states;
  for (std::size_t row = 0; row < rows->size(); ++row) states[std::string(rows->text(row, 0))] = rows->text(row, 1);
  return states;
}

}  // namespace

Role::Role(std::vector<std::string> arguments) : arguments_(std::move(arguments)) {}

bool Role::serves() const {
  return arguments_.front() == "up" || arguments_.front() == "api";
}

void Role::start() {
  if (process_) earlier_log_ += process_->err();
  auto arguments = arguments_;
  if (serves()) arguments.push_back(fmt::format("--listen=127.0.0.1:{}", port_));
  process_ = std::make_unique<Process>(SASREC_PROGRAM, arguments);
  const std::string sign = serves() ? "listening on http://127.0.0.1:" : "started";
  const bool came = eventually(seconds(60), [&] {
    return process_->err().find(sign) != std::string::npos || process_->exit_code().has_value();
  });
  if (!came || process_->exit_code()) throw std::runtime_error("sasrec doesn't start: " + process_->err());
  if (!serves()) return;
  const std::string log = process_->err();
  port_ = static_cast<std::uint16_t>(std::stoul(log.substr(log.find(sign) + sign.size())));
  if (!eventually(seconds(60), [&] { return http(port_, {.path = "/readyz"}).status == 200; })) {
    throw std::runtime_error("sasrec isn't ready: " + process_->err());
  }
}

void Role::kill() {
  process_->signal(SIGKILL);
  process_->wait();
}

std::optional<int> Role::stop() {
  process_->signal(SIGTERM);
  return process_->wait(seconds(10));
}

std::string Role::log() const {
  return earlier_log_ + (process_ ? process_->err() : "");
}

HttpResponse Api::get(const std::string& path, const std::vector<std::string>& headers) const {
  return http(port_, {.path = path, .headers = headers});
}

HttpResponse Api::post(const std::string& path, const std::string& body,
                       const std::vector<std::string>& headers) const {
  return http(port_, {.method = "POST", .path = path, .body = body, .headers = headers});
}

HttpResponse Api::put(const std::string& path, const std::string& body) const {
  return http(port_, {.method = "PUT", .path = path, .body = body});
}

boost::json::object Api::recommend(const std::string& user, std::size_t k) const {
  const auto answer =
      post("/v1/recommendations", fmt::format(R"({{"user":"{}","k":{}}})", user, k), {"Prefer: wait=15"});
  EXPECT_EQ(answer.status, 200U) << answer.body;
  return parse_object(answer.body);
}

boost::json::object parse_object(const std::string& text) {
  boost::system::error_code error;
  auto value = boost::json::parse(text, error);
  return error || !value.is_object() ? boost::json::object() : std::move(value.as_object());
}

std::vector<std::string> item_ids(const boost::json::object& result) {
  std::vector<std::string> ids;
  if (const auto* const items = result.if_contains("items")) {
    for (const auto& item : items->as_array()) ids.emplace_back(item.at("item").as_string());
  }
  return ids;
}

Asker::Asker(std::uint16_t port, double per_second)
    : port_(port), interval_(1 / per_second), thread_([this](const std::stop_token& stop) { run(stop); }) {}

void Asker::run(const std::stop_token& stop) {
  std::mt19937 random(7);
  std::optional<HttpClient> client;
  auto due = std::chrono::steady_clock::now();
  for (std::size_t n = 0; !stop.stop_requested(); ++n) {
    due += std::chrono::duration_cast<std::chrono::steady_clock::duration>(interval_);
    std::this_thread::sleep_until(due);
    const auto body = fmt::format(R"({{"user":"user-{}","history":["item-{}","item-{}"],"k":3}})", n % 20,
                                  random() % 12 + 1, random() % 12 + 1);
    HttpResponse answer;
    try {
      if (!client) client.emplace(port_);
      answer = client->ask(
          {.method = "POST",
           .path = "/v1/recommendations",
           .body = body,
           .headers = n % 2 == 0 ? std::vector<std::string>{"Prefer: wait=1"} : std::vector<std::string>{}});
    } catch (const std::exception&) {
      answer.status = 0;
    }
    if (answer.status == 0) client.reset();
    const auto result = parse_object(answer.body);
    const std::scoped_lock lock(mutex_);
    if (answer.status == 200 || answer.status == 202) {
      const std::string status(result.at("status").as_string());
      std::string seen;
      if (status != "pending") {
        const auto items = item_ids(result);
        seen = items.empty() ? status : fmt::format("{} {}", status, fmt::join(items, ","));
      }
      accepted_[std::string(result.at("id").as_string())] = seen;
    } else {
      ++refused_;
    }
  }
}

void Asker::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

std::map<std::string, std::string> Asker::accepted() const {
  const std::scoped_lock lock(mutex_);
  return accepted_;
}

std::size_t Asker::refused() const {
  const std::scoped_lock lock(mutex_);
  return refused_;
}

void expect_nothing_lost(const Asker& asker, const std::string& database, seconds limit) {
  const auto accepted = asker.accepted();
  ASSERT_FALSE(accepted.empty());
  std::map<std::string, std::string> states;
  const bool all_final = eventually(limit, [&] {
    states = states_in(database);
    return std::ranges::none_of(states, [](const auto& row) { return row.second == "pending"; });
  });
  EXPECT_TRUE(all_final) << "some requests are still pending";
  std::map<std::string, std::size_t> counts;
  for (const auto& [id, seen] : accepted) {
    const auto row = states.find(id);
    ASSERT_NE(row, states.end()) << id << " was accepted and is gone";
    if (!seen.empty()) {
      EXPECT_EQ(row->second, seen) << id << " was answered otherwise";
    }
    ++counts[row->second.substr(0, row->second.find(' '))];
  }
  std::string summary;
  for (const auto& [status, count] : counts) summary += fmt::format(" {} {}", count, status);
  fmt::print("accepted {}:{}; refused or broken off {}\n", accepted.size(), summary, asker.refused());
}

std::filesystem::path sample_checkpoints(const TemporaryFolder& folder) {
  auto checkpoints = folder.path() / "checkpoints";
  save_sample(sample_model(sample_config(), 5), checkpoints);
  return checkpoints;
}

}  // namespace sasrec::test
