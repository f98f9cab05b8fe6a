#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "recommend/recommender.hpp"
#include "support/sample_checkpoint.hpp"
#include "support/temporary_folder.hpp"

namespace {
std::atomic<std::size_t> allocations{0};
}  // namespace

// Counted for the whole program; that changes nothing for other tests.
void* operator new(std::size_t size) {
  ++allocations;
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  ++allocations;
  const auto step = static_cast<std::size_t>(alignment);
  void* const memory = std::aligned_alloc(step, (size + step - 1) / step * step);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace sasrec::recommend {
namespace {

TEST(RecommenderAllocations, ThereAreNoneOnceWarm) {
  const test::TemporaryFolder folder;
  const auto sample = test::sample_model(test::sample_config(), 3);
  Recommender recommender(Model::load(test::save_sample(sample, folder.path())).value());
  const std::vector<std::string> longest{"item-1", "item-2", "item-3", "item-4", "item-5", "item-6", "item-7", "who"};
  const std::vector<std::string> unknown{"who"};
  Answer answer;
  const auto ask_all = [&] {
    for (const auto& history : {std::span(longest), std::span(longest).first(1), std::span(unknown)}) {
      ASSERT_TRUE(recommender.recommend({.history = history, .k = 12, .exclude = unknown}, answer));
    }
  };
  ask_all();
  const std::size_t before = allocations;
  ask_all();
  EXPECT_EQ(allocations - before, 0U);
}

}  // namespace
}  // namespace sasrec::recommend
