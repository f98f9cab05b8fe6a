#include "apps/event_ids.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <cstring>
#include <unordered_map>

#include "base/sha256.hpp"

namespace sasrec::apps {
namespace {

struct Same {
  std::uint32_t user;
  std::uint32_t item;
  std::int64_t time;
  bool operator==(const Same&) const = default;
};

struct SameHash {
  std::size_t operator()(const Same& same) const {
    const auto pair = std::uint64_t{same.user} << 32U | same.item;
    return static_cast<std::size_t>((pair * 0x9e3779b97f4a7c15U) ^ static_cast<std::uint64_t>(same.time));
  }
};

/// The time when the file was modified, so that reading it again gives the same times.
base::Time changed_at(const std::filesystem::path& file) {
  std::error_code error;
  const auto written = std::filesystem::last_write_time(file, error);
  if (error) return base::now();
  return std::chrono::time_point_cast<base::Time::duration>(std::chrono::file_clock::to_sys(written));
}

EventKey key_of(const std::string& text, base::Time time) {
  EventKey key{.time = time};
  const auto digest = base::sha256_bytes(text);
  std::memcpy(&key.high, digest.data(), sizeof key.high);
  std::memcpy(&key.low, digest.data() + sizeof key.high, sizeof key.low);
  return key;
}

}  // namespace

std::string EventKey::id() const {
  return fmt::format("import-{:016x}{:016x}", high, low);
}

std::vector<EventKey> event_keys(const dataset::InteractionLog& log, const std::filesystem::path& file) {
  std::vector<EventKey> keys;
  keys.reserve(log.interactions.size());
  if (log.timed) {
    std::unordered_map<Same, std::uint32_t, SameHash> counts;
    for (const auto& [user, item, time] : log.interactions) {
      const auto nth = counts[{user, item.value, time}]++;
      // Ids contain no control characters, so different interactions have different texts.
      keys.push_back(key_of(fmt::format("{}\n{}\n{}\n{}", log.users[user], log.items[item.value], time, nth),
                            base::Time(std::chrono::seconds(time))));
    }
    return keys;
  }
  const base::Time last = changed_at(file);
  std::vector<std::int64_t> left(log.users.size(), 0);
  for (const auto& interaction : log.interactions) ++left[interaction.user];
  std::vector<std::int64_t> place(log.users.size(), 0);
  for (const auto& [user, item, time] : log.interactions) {
    --left[user];
    keys.push_back(key_of(fmt::format("{}\n{}\n#{}", log.users[user], log.items[item.value], place[user]++),
                          last - std::chrono::seconds(left[user])));
  }
  return keys;
}

}  // namespace sasrec::apps
