#pragma once

#include <string>

namespace sasrec::base {

/// Sets the name under which `top -H`, debuggers and profilers show the calling thread. Linux keeps its first 15 bytes.
void name_this_thread(const std::string& name);

}  // namespace sasrec::base
