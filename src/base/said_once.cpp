#include "base/said_once.hpp"

#include <utility>

namespace sasrec::base {

SaidOnce::News SaidOnce::hear(std::optional<ErrorCode> trouble) {
  const auto before = std::exchange(trouble_, trouble);
  if (before == trouble) return News::kNone;
  return trouble ? News::kTrouble : News::kOver;
}

}  // namespace sasrec::base
