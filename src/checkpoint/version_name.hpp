#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace sasrec::checkpoint {

/// The parts of a version's name, "20261122T153000Z-000007". Orders by age.
struct VersionName {
  std::string time;  ///< "20261122T153000Z", UTC
  std::uint32_t counter = 0;

  /// Six to nine digits of counter; nothing if `text` is no version's name.
  static std::optional<VersionName> parse(std::string_view text);
  /// The same for a name that a user gave. kNotFound says what names look like.
  static base::Result<VersionName> read(std::string_view text);
  std::string text() const;
  /// When the version was saved, to the second. The beginning of 1970 if the name holds no date ("20269999T…").
  base::Time created() const;
  friend auto operator<=>(const VersionName&, const VersionName&) = default;
};

/// The name that follows `newest` at `now`: a counter one higher, and no earlier time even if the clock was set back,
/// so that the order of names stays the order of saving.
VersionName next_version(const std::optional<VersionName>& newest, std::uint32_t highest_counter,
                         std::chrono::system_clock::time_point now);

}  // namespace sasrec::checkpoint
