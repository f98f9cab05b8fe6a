// A member of the workers' group that reads and never acknowledges, to be killed: kafka_member BROKERS. Prints each
// record's value on a line.
#include <chrono>
#include <cstdio>
#include <vector>

#include "stream/kafka/bus.hpp"

int main(int count, char** arguments) {
  using namespace sasrec;
  if (count != 2) {
    return 2;
  }
  stream::KafkaBus bus({.brokers = arguments[1], .partitions = 4});
  const auto member = bus.subscribe(bus::Topic::kRequests, bus::Group::kWorkers);
  while (true) {
    std::vector<bus::Record> records;
    member->poll(records, 100, std::chrono::milliseconds(100));
    for (const auto& record : records) {
      std::puts(record.message.value.c_str());
    }
    std::fflush(stdout);
  }
}
