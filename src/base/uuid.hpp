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

/// A UUID (RFC 9562): what names a request from its first moment on.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  /// Version 7: 48 bits of Unix milliseconds, then random bits; later ones sort later. Thread-safe.
  static Uuid make();

  /// Sorts before every id that make() gives from `time` on, and after those that it gave in earlier milliseconds.
  static Uuid earliest(Time time);

  /// Version 8: 122 bits of the SHA-256 `digest` (64 hexadecimal digits): the same text names the same thing.
  static Uuid from_digest(std::string_view digest);

  /// Reads the usual form of 36 characters, in upper or lower case. None if it isn't one.
  static std::optional<Uuid> parse(std::string_view text);

  /// 36 characters, lower case.
  std::string text() const;

  friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

}  // namespace sasrec::base

template <>
struct std::hash<sasrec::base::Uuid> {
  std::size_t operator()(const sasrec::base::Uuid& uuid) const noexcept;
};
