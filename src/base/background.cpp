#include "base/background.hpp"

#include <sys/resource.h>

namespace sasrec::base {

void enter_background() {
  constexpr int kNice = 10;
  static_cast<void>(::setpriority(PRIO_PROCESS, 0, kNice));
}

}  // namespace sasrec::base
