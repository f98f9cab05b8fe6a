#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace sasrec::base {

/// A UUID (RFC 9562). Every request has one, made when it is accepted.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  /// Makes a version 7 UUID: 48 bits of Unix milliseconds, then random bits. A later one sorts later. Thread-safe.
  static Uuid make();

  /// Sorts before every id that make() returns from `time` on, and after those of earlier milliseconds.
  static Uuid earliest(Time time);

  /// Makes a version 8 UUID of 122 bits of `digest`, a SHA-256 of 64 hexadecimal digits. Equal digests give equal
  /// UUIDs.
  static Uuid from_digest(std::string_view digest);

  /// Parses the usual form of 36 characters, in upper or lower case. Empty if `text` has another form.
  static std::optional<Uuid> parse(std::string_view text);

  /// The usual form: 36 characters, lower case.
  std::string text() const;

  friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

}  // namespace sasrec::base

template <>
struct std::hash<sasrec::base::Uuid> {
  std::size_t operator()(const sasrec::base::Uuid& uuid) const noexcept;
};
