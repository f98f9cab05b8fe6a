#pragma once

#include <functional>

#include "base/result.hpp"

namespace sasrec::base {

// How the ports to the database behave. Two kinds of methods:
//  - with a Done: never block; `done` is called exactly once, on a thread of the store, and must not block. Calls that
//    wait together are written in one transaction. kOverloaded at once if too many wait. kUnavailable if the database
//    could not be reached within the store's patience (some seconds): the effect may have happened or not.
//  - returning a Result: block until done. kUnavailable: the database can't be reached or asks to try again (SQLSTATE
//    classes 08, 40, 53, 57): nothing happened or all did, and the caller may repeat it. kInvalidInput or kInternal:
//    trying the same again will not help.
// All methods are thread-safe.

/// Takes the result of an operation that does not block. Called exactly once, on a thread of whoever completes it; must
/// not block.
template <class T>
using Done = std::function<void(Result<T>)>;

}  // namespace sasrec::base
