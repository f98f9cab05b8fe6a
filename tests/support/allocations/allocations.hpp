#pragma once

#include <cstddef>

namespace sasrec::test {

/// How often this thread has called operator new, which allocations.cpp replaces by one that counts.
std::size_t allocations();

}  // namespace sasrec::test
