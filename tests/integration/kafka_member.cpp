// A member of the workers' group that reads and never acknowledges, to be killed: kafka_member BROKERS. Prints each
// record's value on a line.
#include <chrono>
#include <cstdio>
#include <vector>

#include "stream/kafka_bus.hpp"

int main(int count, char** arguments) {
  using namespace sasrec;
  if (count != 2) {
    return 2;
  }
  stream::KafkaBus bus({.brokers = arguments[1], .partitions = 4});
  const auto member = bus.subscribe(pipeline::Topic::kRequests, pipeline::Group::kWorkers);
  while (true) {
    std::vector<pipeline::Record> records;
    member->poll(records, 100, std::chrono::milliseconds(100));
    for (const auto& record : records) {
      std::puts(record.message.value.c_str());
    }
    std::fflush(stdout);
  }
}
