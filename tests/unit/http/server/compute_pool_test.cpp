#include "http/server/compute_pool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "base/sha256.hpp"
#include "unit/http/data_fixture.hpp"

namespace sasrec::http {
namespace {

using testing::HasSubstr;
using testing::Not;

class ComputePoolOfTheServer : public DataFixture {};

TEST_F(ComputePoolOfTheServer, AFullComputePoolRefusesAtOnce) {
  options.compute_threads = 1;
  options.compute_queue = 1;
  std::promise<void> begun;
  std::promise<void> go_on;
  auto may_go_on = go_on.get_future().share();
  similar = [&, first = true](std::string_view, std::size_t) mutable -> base::Result<serving::SimilarItems> {
    if (std::exchange(first, false)) begun.set_value();
    may_go_on.wait();
    return serving::SimilarItems{};
  };
  start();
  HttpClient computing(server->port());
  computing.send(HttpRequest{.path = "/v1/items/i1/similar"}.text());
  begun.get_future().wait();
  // Of two more one waits and the other is refused, which is the first to be answered.
  std::promise<unsigned> first;
  std::atomic<bool> answered = false;
  const auto ask_more = [&] {
    const auto status = get("/v1/items/i2/similar").status;
    if (!answered.exchange(true)) {
      first.set_value(status);
    } else {
      EXPECT_EQ(status, 200U);
    }
  };
  std::jthread second(ask_more);
  std::jthread third(ask_more);
  EXPECT_EQ(first.get_future().get(), 503U);
  go_on.set_value();
  EXPECT_EQ(computing.receive().value().status, 200U);
}

TEST_F(ComputePoolOfTheServer, AnExceptionIsA500AndNotTheEnd) {
  similar = [](std::string_view, std::size_t) -> base::Result<serving::SimilarItems> {
    throw std::runtime_error("secret detail");
  };
  start();
  const auto response = get("/v1/items/i1/similar");
  EXPECT_EQ(response.status, 500U);
  EXPECT_THAT(response.body, Not(HasSubstr("secret")));
  EXPECT_EQ(get("/healthz").status, 200U);
}

}  // namespace
}  // namespace sasrec::http
