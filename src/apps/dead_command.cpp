#include "apps/dead_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "apps/service/service_bus.hpp"
#include "apps/service/service_options.hpp"
#include "apps/text_table.hpp"
#include "base/encoding.hpp"
#include "base/json_writer.hpp"
#include "stream/kafka/bus.hpp"
#include "stream/kafka/whole_topic.hpp"

namespace sasrec::apps {
namespace {

using bus::Topic;

struct Options {
  ServiceOptions service;
  std::string topic;  // empty: all
  std::int64_t from = 0;
  std::int64_t to = std::numeric_limits<std::int64_t>::max();
  bool json = false;
};

/// What a dead letter adds to the headers of its record.
constexpr std::array<std::string_view, 5> kOwnHeaders{"reason", "topic", "partition", "offset", "bytes"};

std::optional<Topic> topic_of(std::string_view text) {
  for (std::size_t n = 0; n < bus::kTopics; ++n) {
    if (name(static_cast<Topic>(n)) == text) return static_cast<Topic>(n);
  }
  return std::nullopt;
}

bool is_asked_for(const Options& options, const bus::Record& letter) {
  const auto offset = letter.position.offset;
  return offset >= options.from && offset <= options.to &&
         (options.topic.empty() || bus::header(letter.message, "topic") == options.topic);
}

/// The record as it was before it became a dead letter. None if its value was left out, or its topic is none of ours.
std::optional<bus::Message> original(const bus::Message& letter) {
  const auto topic = topic_of(bus::header(letter, "topic"));
  if (!topic || !bus::header(letter, "bytes").empty()) return std::nullopt;
  auto message = letter;
  message.topic = *topic;
  // From the back: the record may have had headers of these names itself, and these were added after them.
  for (const auto name : kOwnHeaders) {
    const auto found = std::ranges::find(message.headers.rbegin(), message.headers.rend(), name, &bus::Header::name);
    if (found != message.headers.rend()) message.headers.erase(std::next(found).base());
  }
  return message;
}

template <class Work>
base::Result<void> for_each_letter(const Options& options, const Work& work) {
  const auto kafka = kafka_options(options.service);
  if (!kafka) return base::Failure(kafka.error());
  return stream::read_whole_topic(*kafka, Topic::kDead, [&](const bus::Record& letter) {
    if (is_asked_for(options, letter)) work(letter);
  });
}

std::string letter_json(const bus::Record& letter) {
  const auto& message = letter.message;
  std::string json;
  base::JsonObject object(json);
  object.number("offset", static_cast<std::size_t>(letter.position.offset));
  for (const auto name : kOwnHeaders)
    object.optional_text(name == "offset" ? "record" : name, bus::header(message, name));
  object.text("key", message.key);
  if (message.tombstone) {
    object.member("value") += "null";
  } else {
    object.text("value", message.value);
  }
  object.end();
  return json;
}

ExitCode list(const Options& options) {
  set_up_logging(options.service);
  TextTable table({{.title = "offset", .align = Align::kRight},
                   {.title = "topic"},
                   {.title = "key"},
                   {.title = "bytes", .align = Align::kRight},
                   {.title = "reason"}});
  const auto listed = for_each_letter(options, [&](const bus::Record& letter) {
    if (options.json) {
      print_line(letter_json(letter));
      return;
    }
    const auto& message = letter.message;
    table.add_row({fmt::format("{}", letter.position.offset), std::string(bus::header(message, "topic")),
                   base::to_printable_utf8(message.key), fmt::format("{}", message.value.size()),
                   std::string(bus::header(message, "reason"))});
  });
  if (!listed) return failed(listed.error());
  if (!options.json) fmt::print("{}", table.text());
  return ExitCode::kDone;
}

ExitCode replay(const Options& options) {
  set_up_logging(options.service);
  std::vector<bus::Message> messages;
  std::size_t left_out = 0;
  const auto read = for_each_letter(options, [&](const bus::Record& letter) {
    if (auto message = original(letter.message)) {
      messages.push_back(std::move(*message));
    } else {
      ++left_out;
    }
  });
  if (!read) return failed(read.error());
  auto bus = ServiceBus::make(options.service);
  if (!bus) return failed(bus.error());
  std::atomic<std::size_t> delivered = 0;
  for (auto& message : messages) {
    // The queue may be full for a moment, and is not there before the brokers have answered.
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    for (;;) {
      const auto published = (*bus)->bus().publish(message, [&delivered](const base::Result<void>& outcome) {
        if (outcome) ++delivered;
      });
      if (published) break;
      if (published.error().code != base::ErrorCode::kOverloaded || std::chrono::steady_clock::now() > give_up) {
        return failed(published.error());
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  (*bus)->bus().flush(std::chrono::seconds(60));
  if (left_out > 0) {
    fmt::print(stderr, "{} dead letters can't be published again: their values were too large to be kept\n", left_out);
  }
  fmt::print("{} of {} records are published again\n", delivered.load(), messages.size());
  return delivered == messages.size() ? ExitCode::kDone : ExitCode::kFailed;
}

}  // namespace

void add_dead_command(CLI::App& program, ExitCode& result) {
  const auto options = std::make_shared<Options>();  // shared by the callbacks that CLI11 copies
  auto* const command =
      program.add_subcommand("dead", "Records on Kafka that could not be taken: show them, or try them again");
  command->require_subcommand(1)->fallthrough();
  add_service_options(*command, options->service, {Part::kBus});
  command->add_option("--topic", options->topic, "Only those of this topic, e.g. sasrec.interactions")
      ->check([](const std::string& text) {
        return topic_of(text) ? std::string() : fmt::format("\"{}\" is none of the service's topics", text);
      });
  command->add_option("--from", options->from, "The first offset in sasrec.dead")->check(CLI::NonNegativeNumber);
  command->add_option("--to", options->to, "The last one")->check(CLI::NonNegativeNumber);
  command->add_flag("--json", options->json, "One JSON document for each, with its value");

  auto* const show = command->add_subcommand("list", "Show them, with the reason");
  show->footer("Example:\n  sasrec dead list --bus kafka://broker:9092 --topic sasrec.interactions");
  show->callback([options, &result] { result = list(*options); });

  auto* const again = command->add_subcommand(
      "replay",
      "Publish them again to the topics they came from, once the cause is mended; what was taken before "
      "changes nothing");
  again->footer("Example:\n  sasrec dead replay --bus kafka://broker:9092 --from 120 --to 180");
  again->callback([options, &result] { result = replay(*options); });
}

}  // namespace sasrec::apps
