#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "bus/bus.hpp"

namespace sasrec::test {

/// A fresh bus with empty topics, and whatever stands behind it. Requests, results and interactions have 4 partitions;
/// values may have up to 4 MiB.
class BusUnderTest {
 public:
  BusUnderTest() = default;
  BusUnderTest(const BusUnderTest&) = delete;
  BusUnderTest& operator=(const BusUnderTest&) = delete;
  virtual ~BusUnderTest() = default;
  virtual bus::Bus& bus() = 0;
};

struct BusCase {
  std::string name;
  std::function<std::unique_ptr<BusUnderTest>()> make;
  friend void PrintTo(const BusCase& bus, std::ostream* out) { *out << bus.name; }
};

/// What bus::Bus promises. Instantiate it with each bus: INSTANTIATE_TEST_SUITE_P(Name, BusContract, ...).
class BusContract : public testing::TestWithParam<BusCase> {
 protected:
  std::unique_ptr<BusUnderTest> under_test_ = GetParam().make();
  bus::Bus& bus_ = under_test_->bus();
};

}  // namespace sasrec::test
