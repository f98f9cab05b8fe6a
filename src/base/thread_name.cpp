#include "base/thread_name.hpp"

#include <pthread.h>

namespace sasrec::base {

void name_this_thread(const std::string& name) {
  constexpr std::size_t kMost = 15;
  ::pthread_setname_np(::pthread_self(), name.substr(0, kMost).c_str());
}

}  // namespace sasrec::base
