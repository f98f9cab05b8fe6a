#include "stream/kafka/record.hpp"

#include <string>

namespace sasrec::stream {
namespace {

// Absent keys, values and header values are read as empty ones.
std::string text(const void* data, std::size_t size) {
  return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), size);
}

}  // namespace

KafkaHeaders make_kafka_headers(const std::vector<bus::Header>& headers) {
  KafkaHeaders made(rd_kafka_headers_new(headers.size()));
  for (const auto& header : headers) {
    rd_kafka_header_add(made.get(), header.name.data(), static_cast<ssize_t>(header.name.size()), header.value.data(),
                        static_cast<ssize_t>(header.value.size()));
  }
  return made;
}

bus::Record make_record(const rd_kafka_message_t& message, bus::Topic topic, std::uint64_t assignment) {
  bus::Record record{.message = {.topic = topic,
                                 .key = text(message.key, message.key_len),
                                 .value = text(message.payload, message.len),
                                 .tombstone = message.payload == nullptr},
                     .position = {.partition = message.partition, .offset = message.offset, .assignment = assignment}};
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         ++i) {
      record.message.headers.push_back({name, text(value, size)});
    }
  }
  return record;
}

}  // namespace sasrec::stream
