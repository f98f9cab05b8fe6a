#include "base/uuid.hpp"

#include <pthread.h>
#include <sys/random.h>

#include <atomic>
#include <cassert>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>

namespace sasrec::base {
namespace {

constexpr std::string_view kHexadecimal = "0123456789abcdef";

/// The value of a hexadecimal digit, or -1.
int digit_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

bool dash_before(std::size_t byte) {
  return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void set_version(std::array<std::uint8_t, 16>& bytes, unsigned version) {
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0fU) | version << 4U);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3fU) | 0x80U);
}

/// How often this process has been made by a fork since it first asked.
unsigned forks() {
  static std::atomic<unsigned> count = 0;
  [[maybe_unused]] static const int registered = ::pthread_atfork(nullptr, nullptr, [] { ++count; });
  return count.load(std::memory_order_relaxed);
}

/// Takes random bytes from the kernel, 256 at a time: a system call per UUID would cost more than the UUID.
void fill_random(std::uint8_t* out, std::size_t count) {
  thread_local std::array<std::uint8_t, 256> pool;
  thread_local std::size_t used = pool.size();
  thread_local unsigned pool_of = 0;
  // A forked child has a copy of the pool, and would make the ids that its parent makes.
  if (used + count > pool.size() || pool_of != forks()) {
    pool_of = forks();
    for (std::size_t filled = 0; filled < pool.size();) {
      const auto got = ::getrandom(pool.data() + filled, pool.size() - filled, 0);
      if (got < 0 && errno != EINTR) throw std::runtime_error("the system gives no random numbers");
      if (got > 0) filled += static_cast<std::size_t>(got);
    }
    used = 0;
  }
  std::memcpy(out, pool.data() + used, count);
  used += count;
}

}  // namespace

Uuid Uuid::earliest(Time time) {
  Uuid uuid;
  const auto since = std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch();
  const auto millis = static_cast<std::uint64_t>(since.count());
  for (std::size_t i = 0; i < 6; ++i) {
    // The most significant byte first, so that ids sort by time, in PostgreSQL too.
    uuid.bytes[i] = static_cast<std::uint8_t>(millis >> (8 * (5 - i)));
  }
  return uuid;
}

Uuid Uuid::make() {
  Uuid uuid = earliest(now());
  fill_random(uuid.bytes.data() + 6, 10);
  set_version(uuid.bytes, 7);
  return uuid;
}

Uuid Uuid::from_digest(std::string_view digest) {
  assert(digest.size() == 64);
  Uuid uuid;
  for (std::size_t i = 0; i < uuid.bytes.size(); ++i) {
    uuid.bytes[i] = static_cast<std::uint8_t>(digit_value(digest[2 * i]) * 16 + digit_value(digest[2 * i + 1]));
  }
  set_version(uuid.bytes, 8);
  return uuid;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Uuid uuid;
  std::size_t at = 0;
  for (std::size_t i = 0; i < uuid.bytes.size(); ++i) {
    if (dash_before(i) && text[at++] != '-') return std::nullopt;
    const int high = digit_value(text[at]);
    const int low = digit_value(text[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    uuid.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
    at += 2;
  }
  return uuid;
}

std::string Uuid::text() const {
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (dash_before(i)) text += '-';
    text += kHexadecimal[bytes[i] >> 4U];
    text += kHexadecimal[bytes[i] & 0x0fU];
  }
  return text;
}

}  // namespace sasrec::base

std::size_t std::hash<sasrec::base::Uuid>::operator()(const sasrec::base::Uuid& uuid) const noexcept {
  // All but two bits of the last eight bytes are random, so they need no further mixing.
  std::uint64_t value = 0;
  std::memcpy(&value, uuid.bytes.data() + 8, sizeof value);
  return static_cast<std::size_t>(value);
}
