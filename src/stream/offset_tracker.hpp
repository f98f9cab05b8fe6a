#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>

#include "bus/bus.hpp"

namespace sasrec::stream {

/// How far one partition's records are acknowledged without a gap, under one assignment: a record may only be forgotten
/// once all before it are done. Not thread-safe. Acknowledging costs a binary search in what is held.
class OffsetTracker {
 public:
  /// `assignment` distinguishes the times that a partition was assigned: acknowledgements of an earlier one are
  /// ignored.
  explicit OffsetTracker(std::uint64_t assignment) : assignment_(assignment) {}

  std::uint64_t assignment() const { return assignment_; }

  enum class Order : std::uint8_t {
    kNext,  ///< after all that were taken; gaps are fine (compacted topics)
    kHeld,  ///< was taken already and is held
    kBack,  ///< before what is held: the partition is read again from there, which is another assignment
  };
  Order order(std::int64_t offset) const;

  /// A record is handed out; its order must be kNext.
  void take(std::int64_t offset);

  /// True if it was counted. False: of another assignment, never taken, or acknowledged before.
  bool acknowledge(const bus::Position& position);

  /// The offset to begin again from: the one after the last record up to which all are acknowledged. None as long as
  /// the first record taken is not.
  std::optional<std::int64_t> committable() const { return committable_; }

  /// Records taken that committable() does not cover yet.
  std::size_t held() const { return records_.size(); }

 private:
  struct Taken {
    std::int64_t offset;
    bool acknowledged;
  };

  std::uint64_t assignment_;
  std::deque<Taken> records_;                                     // by rising offset; the first is not acknowledged
  std::int64_t last_ = std::numeric_limits<std::int64_t>::min();  // taken
  std::optional<std::int64_t> committable_;
};

}  // namespace sasrec::stream
