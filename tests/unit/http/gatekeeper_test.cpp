#include "http/gatekeeper.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/sha256.hpp"
#include "support/fakes/fake_key_store.hpp"

namespace sasrec::http {
namespace {

using http::Scope;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kNobody = [](Exchange&, const Services&) -> Task<Response> {
  co_return Response{};
};

Endpoint endpoint(std::optional<Scope> scope) {
  return {Method::kGet, "/x", scope, BodyKind::kNone, kNobody};
}

class GatekeeperTest : public testing::Test {
 protected:
  void add(const std::string& name, const std::string& secret, std::vector<Scope> scopes, double rate = 0) {
    ASSERT_TRUE(store.add_key({.name = name, .hash = base::sha256(secret), .scopes = std::move(scopes), .rate = rate}));
  }
  unsigned status(Gatekeeper& gate, std::optional<Scope> scope, const std::string& authorization) {
    const auto decision =
        gate.admit(endpoint(scope), {.authorization = authorization, .host = "localhost:1", .address = "::1"});
    return decision.refusal ? decision.refusal->status : 200;
  }

  test::FakeKeyStore store;
  KeyRing keys{store};
};

TEST_F(GatekeeperTest, EachScopeOpensItsOwnAndAdminAll) {
  const std::vector<Scope> all{Scope::kRead, Scope::kPredict, Scope::kIngest, Scope::kAdmin, Scope::kMetrics};
  for (const auto scope : all) add(std::string(to_string(scope)), "secret-" + std::string(to_string(scope)), {scope});
  ASSERT_TRUE(keys.refresh());
  Gatekeeper gate(keys, {});
  for (const auto has : all) {
    for (const auto wanted : all) {
      const unsigned expected = has == wanted || has == Scope::kAdmin ? 200 : 403;
      EXPECT_EQ(status(gate, wanted, "Bearer secret-" + std::string(to_string(has))), expected)
          << to_string(has) << " asks for " << to_string(wanted);
    }
  }
}

TEST_F(GatekeeperTest, WhoHasNoKeyGets401AndIsToldHow) {
  add("shop", "right", {Scope::kAdmin});
  ASSERT_TRUE(keys.refresh());
  Gatekeeper gate(keys, {.without_keys = Gatekeeper::Options::WithoutKeys::kOpen});
  for (const auto* wrong :
       {"", "Bearer", "Bearer ", "Bearer wrong", "right", "Basic right", "Bearer right2", "Bearer righ"}) {
    const auto decision = gate.admit(endpoint(Scope::kRead), {.authorization = wrong});
    ASSERT_TRUE(decision.refusal) << wrong;
    EXPECT_EQ(decision.refusal->status, 401U) << wrong;
    EXPECT_EQ(decision.refusal->headers.front().first, "WWW-Authenticate");
  }
  EXPECT_EQ(status(gate, Scope::kRead, "bearer  right"), 200U);
  EXPECT_EQ(status(gate, std::nullopt, ""), 200U);
}

TEST_F(GatekeeperTest, WithoutKeysAllIsOpenWhereThatIsAllowed) {
  ASSERT_TRUE(keys.refresh());
  Gatekeeper open(keys, {.without_keys = Gatekeeper::Options::WithoutKeys::kOpen});
  EXPECT_EQ(status(open, Scope::kAdmin, ""), 200U);
  Gatekeeper closed(keys, {.without_keys = Gatekeeper::Options::WithoutKeys::kClosed});
  EXPECT_EQ(status(closed, Scope::kRead, ""), 401U);
}

TEST_F(GatekeeperTest, WithoutKeysADomainIsNotAnswered) {
  ASSERT_TRUE(keys.refresh());
  Gatekeeper open(keys, {.without_keys = Gatekeeper::Options::WithoutKeys::kOpen});
  const auto decision = open.admit(endpoint(Scope::kRead), {.host = "evil.example:8080"});
  ASSERT_TRUE(decision.refusal);
  EXPECT_EQ(decision.refusal->status, 403U);
  for (const auto* host : {"", "localhost", "localhost:8080", "127.0.0.1:8080", "[::1]:8080", "app.localhost"}) {
    EXPECT_TRUE(names_no_domain(host)) << host;
  }
  for (const auto* host : {"localhost.evil.example", "127.0.0.1.evil.example", "evil.example"}) {
    EXPECT_FALSE(names_no_domain(host)) << host;
  }
}

TEST_F(GatekeeperTest, BeforeTheKeysWereReadNobodyIsLetIn) {
  store.outage().fail();
  EXPECT_FALSE(keys.refresh());
  Gatekeeper gate(keys, {.without_keys = Gatekeeper::Options::WithoutKeys::kOpen});
  EXPECT_EQ(status(gate, Scope::kRead, "Bearer x"), 503U);
  EXPECT_EQ(status(gate, std::nullopt, ""), 200U);
}

TEST_F(GatekeeperTest, AnOutageKeepsTheKeysThatAreKnown) {
  add("shop", "right", {Scope::kRead});
  ASSERT_TRUE(keys.refresh());
  store.outage().fail();
  EXPECT_FALSE(keys.refresh());
  Gatekeeper gate(keys, {});
  EXPECT_EQ(status(gate, Scope::kRead, "Bearer right"), 200U);
  EXPECT_EQ(status(gate, Scope::kRead, "Bearer wrong"), 401U);
}

TEST_F(GatekeeperTest, KeysThatAppearAreEnforcedAndTheLastOnesEndDoesNotOpen) {
  ASSERT_TRUE(keys.refresh());
  Gatekeeper gate(keys, {.without_keys = Gatekeeper::Options::WithoutKeys::kOpen});
  EXPECT_EQ(status(gate, Scope::kRead, ""), 200U);
  add("shop", "right", {Scope::kRead});
  ASSERT_TRUE(keys.refresh());
  EXPECT_EQ(status(gate, Scope::kRead, ""), 401U);
  ASSERT_TRUE(store.remove_key("shop"));
  ASSERT_TRUE(keys.refresh());
  EXPECT_EQ(status(gate, Scope::kRead, ""), 401U);
  EXPECT_EQ(status(gate, Scope::kRead, "Bearer right"), 401U);
}

TEST_F(GatekeeperTest, AKeyWithoutAValidHashOpensNothing) {
  ASSERT_TRUE(store.add_key({.name = "broken", .hash = "", .scopes = {Scope::kAdmin}}));
  ASSERT_TRUE(keys.refresh());
  Gatekeeper gate(keys, {.without_keys = Gatekeeper::Options::WithoutKeys::kOpen});
  EXPECT_EQ(status(gate, Scope::kRead, ""), 401U);
  EXPECT_EQ(status(gate, Scope::kRead, "Bearer x"), 401U);
}

TEST_F(GatekeeperTest, EachKeyHasItsOwnRate) {
  add("slow", "s", {Scope::kRead}, 0.001);
  add("usual", "u", {Scope::kRead});
  ASSERT_TRUE(keys.refresh());
  Gatekeeper gate(keys, {.burst = 2});
  EXPECT_EQ(status(gate, Scope::kRead, "Bearer s"), 200U);
  EXPECT_EQ(status(gate, Scope::kRead, "Bearer s"), 200U);
  const auto refused = gate.admit(endpoint(Scope::kRead), {.authorization = "Bearer s"});
  ASSERT_TRUE(refused.refusal);
  EXPECT_EQ(refused.refusal->status, 429U);
  ASSERT_EQ(refused.refusal->headers.front().first, "Retry-After");
  EXPECT_NEAR(std::stoi(refused.refusal->headers.front().second), 1000, 5);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(status(gate, Scope::kRead, "Bearer u"), 200U);
}

TEST_F(GatekeeperTest, WithoutKeysTheRateIsPerAddress) {
  ASSERT_TRUE(keys.refresh());
  Gatekeeper gate(keys, {.without_keys = Gatekeeper::Options::WithoutKeys::kOpen, .rate = 0.001, .burst = 1});
  EXPECT_FALSE(gate.admit(endpoint(Scope::kRead), {.address = "10.0.0.1"}).refusal);
  EXPECT_TRUE(gate.admit(endpoint(Scope::kRead), {.address = "10.0.0.1"}).refusal);
  EXPECT_FALSE(gate.admit(endpoint(Scope::kRead), {.address = "10.0.0.2"}).refusal);
  EXPECT_FALSE(gate.admit(endpoint(std::nullopt), {.address = "10.0.0.1"}).refusal);
}

TEST(RateLimiter, GivesABurstAndThenTheRate) {
  RateLimiter limiter;
  const RateLimiter::Clock::time_point start{seconds(100)};
  const auto zero = RateLimiter::Clock::duration::zero();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(limiter.take("a", 10, 5, start), zero) << i;
  EXPECT_EQ(limiter.take("a", 10, 5, start), milliseconds(100));
  EXPECT_EQ(limiter.take("a", 10, 5, start + milliseconds(50)), milliseconds(50));
  EXPECT_EQ(limiter.take("a", 10, 5, start + milliseconds(100)), zero);
  EXPECT_NE(limiter.take("a", 10, 5, start + milliseconds(100)), zero);
  EXPECT_EQ(limiter.take("b", 10, 5, start), zero);
}

TEST(RateLimiter, ItsMemoryIsBounded) {
  RateLimiter limiter(2);
  const RateLimiter::Clock::time_point start{seconds(100)};
  const auto zero = RateLimiter::Clock::duration::zero();
  EXPECT_EQ(limiter.take("a", 1, 1, start), zero);
  EXPECT_EQ(limiter.take("b", 1, 1, start), zero);
  // All that come beyond share one bucket; those whose bucket is full again are forgotten.
  EXPECT_EQ(limiter.take("c", 1, 1, start), zero);
  EXPECT_NE(limiter.take("d", 1, 1, start), zero);
  EXPECT_EQ(limiter.take("d", 1, 1, start + seconds(2)), zero);
  EXPECT_EQ(limiter.take("e", 1, 1, start + seconds(2)), zero);
}

}  // namespace
}  // namespace sasrec::http
