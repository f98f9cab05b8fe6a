#pragma once

namespace sasrec::base {

/// Lowers the priority of the calling thread, for work that must not delay requests. A thread cannot raise it again. On
/// Linux this concerns one thread only. Async-signal-safe. Without the permission nothing changes.
void enter_background();

}  // namespace sasrec::base
