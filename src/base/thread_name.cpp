#include "base/thread_name.hpp"

#include <pthread.h>

namespace sasrec::base {

void name_this_thread(const std::string& name) {
  constexpr std::size_t kMaxLength = 15;  // Linux refuses a longer name instead of cutting it
  ::pthread_setname_np(::pthread_self(), name.substr(0, kMaxLength).c_str());
}

}  // namespace sasrec::base
