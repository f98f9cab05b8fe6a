#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/uuid.hpp"
#include "store/connection.hpp"
#include "store/migrations.hpp"
#include "store/postgres_store.hpp"
#include "support/eventually.hpp"
#include "support/postgres_server.hpp"

namespace sasrec::test {

/// Longer than anything takes that works: a test that waits this long has failed.
inline constexpr std::chrono::seconds kLong{30};

/// The answer to an asynchronous call: `asked([&](auto done) { store.find(id, done); })`.
template <class T, class Ask>
base::Result<T> answer(const Ask& ask) {
  auto promise = std::make_shared<std::promise<base::Result<T>>>();
  auto future = promise->get_future();
  ask([promise](base::Result<T> result) { promise->set_value(std::move(result)); });
  if (future.wait_for(kLong) != std::future_status::ready) throw std::runtime_error("a call was not answered");
  return future.get();
}

/// Counts how calls end.
struct Ends {
  std::atomic<int> created = 0;
  std::atomic<int> there_before = 0;
  std::atomic<int> unavailable = 0;
  std::atomic<int> other = 0;

  base::Done<serving::Accepted> one() {
    return [this](const base::Result<serving::Accepted>& accepted) {
      if (accepted) {
        ++(accepted->created ? created : there_before);
      } else {
        ++(accepted.error().code == base::ErrorCode::kUnavailable ? unavailable : other);
      }
    };
  }
  int all() const { return created + there_before + unavailable + other; }
};

/// A server with the service's tables, and a store on it.
class StoreTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto applied = store::migrate(url());
    ASSERT_TRUE(applied.has_value()) << applied.error().message;
    open({});
  }

  std::string url() const { return server_.connection_string(); }

  /// Replaces the store; `options` needs no url.
  void open(store::PostgresStore::Options options) {
    options.url = url();
    store_ = std::make_unique<store::PostgresStore>(std::move(options));
  }

  /// A connection of the test's own.
  store::Connection connect() const {
    auto opened =
        store::Connection::open({.url = url(), .application = "test", .planning = store::Planning::kFromData});
    if (!opened) throw std::runtime_error(opened.error().message);
    return std::move(*opened);
  }

  static store::Deadline soon() { return std::chrono::steady_clock::now() + kLong; }

  static void execute(store::Connection& connection, const std::string& sql) {
    const auto done = connection.execute(sql, soon());
    if (!done) throw std::runtime_error(done.error().message);
  }

  /// The one number that a statement returns.
  std::int64_t number(const std::string& sql) const {
    auto connection = connect();
    const auto text = fmt::format("SELECT ({})::bigint", sql);
    const store::Statement statement{"number", text.c_str()};
    const auto rows = connection.run(statement, {}, soon());
    if (!rows) throw std::runtime_error(rows.error().message);
    return rows->bigint(0, 0);
  }

  static serving::NewRequest request(std::string user = "u1") {
    serving::NewRequest request;
    request.message.id = base::Uuid::make();
    request.message.user = std::move(user);
    request.message.created = base::now();
    request.message.deadline = request.message.created + std::chrono::minutes(10);
    return request;
  }

  static bus::ResultRecord result(const base::Uuid& id) {
    return {.id = id,
            .user = "u1",
            .model = "20261122T153000Z-000007",
            .source = "model",
            .items = {{"i2", 0.1F}, {"i1", -3.25e-9F}},
            .finished = base::now()};
  }

  static bus::Interaction interaction(std::string id, std::string user, std::string item,
                                      base::Time time = base::Time(std::chrono::hours(24))) {
    return {.id = std::move(id), .user = std::move(user), .item = std::move(item), .time = time, .kind = "view"};
  }

  base::Result<serving::Accepted> accept(serving::NewRequest request) {
    return answer<serving::Accepted>([&](auto done) { store_->accept(std::move(request), std::move(done)); });
  }
  base::Result<bus::ResultRecord> find(const base::Uuid& id) {
    return answer<bus::ResultRecord>([&](auto done) { store_->find(id, std::move(done)); });
  }
  base::Result<serving::AddedInteractions> add(std::vector<bus::Interaction> interactions) {
    return answer<serving::AddedInteractions>(
        [&](auto done) { store_->add(std::move(interactions), std::move(done)); });
  }
  base::Result<std::vector<serving::StoredInteraction>> history(std::string user, std::size_t most) {
    return answer<std::vector<serving::StoredInteraction>>(
        [&](auto done) { store_->history(std::move(user), most, std::move(done)); });
  }

  PostgresServer server_;
  std::unique_ptr<store::PostgresStore> store_;
};

template <class T>
base::ErrorCode code(const base::Result<T>& result) {
  EXPECT_FALSE(result.has_value());
  return result ? base::ErrorCode::kInternal : result.error().code;
}

}  // namespace sasrec::test
