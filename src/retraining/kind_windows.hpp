#pragma once

#include <span>

#include "base/result.hpp"
#include "dataset/sequences.hpp"
#include "monitoring/reference.hpp"
#include "monitoring/window_store.hpp"

namespace sasrec::retraining {

/// The reference windows of Feature::kKind, which a log in memory doesn't hold: up to 30 stretches of about equally
/// many of the interactions, by time. No windows where all have one time. kUnavailable: the database can't be reached.
base::Result<monitoring::ReferenceWindows> kind_windows(monitoring::WindowStore& store,
                                                        const dataset::LogSequences& sequences);

}  // namespace sasrec::retraining
