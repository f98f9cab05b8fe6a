#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "bus/bus.hpp"

namespace sasrec::test {

/// How long a test waits for what has to come. A test that works never waits so long.
inline constexpr std::chrono::seconds kPatience{30};

/// Polls until `count` records are there, or until kPatience has passed.
std::vector<bus::Record> read_records(bus::Subscription& subscription, std::size_t count);

/// Polls until nothing came for `quiet`.
std::vector<bus::Record> read_until_quiet(bus::Subscription& subscription, std::chrono::milliseconds quiet);

/// Polls `reader`, a member of the topic's group that has read all, until the bus says this lag, or until kPatience has
/// passed.
bool await_lag(const bus::Bus& bus, bus::Topic topic, bus::Subscription& reader, std::size_t lag);

/// Their values.
std::vector<std::string> values(const std::vector<bus::Record>& records);

/// Publishes and waits until it is delivered. Tries again for kPatience where the bus is overloaded; anything else that
/// fails is a failure of the test.
void publish_now(bus::Bus& bus, bus::Topic topic, const std::string& key, const std::string& value);
void publish_now(bus::Bus& bus, const bus::Message& message);

/// "prefix0", "prefix1", ... `count` of them.
std::vector<std::string> numbered(std::string_view prefix, std::size_t count);

}  // namespace sasrec::test
