#pragma once

#include <cstddef>

namespace sasrec::test {

/// How often this program has called operator new, which allocations.cpp replaces by one that counts. For one thread.
std::size_t allocations();

}  // namespace sasrec::test
