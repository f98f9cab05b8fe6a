#pragma once

#include "evaluation/ranker.hpp"
#include "training/network.hpp"

namespace sasrec::training {

/// Ranks with the network's present weights, on its device. Histories without a known item score 0 everywhere. The
/// network must outlive the ranker and be in evaluation mode. Not thread-safe: torch's own threads do the work.
evaluation::Ranker network_ranker(Sasrec network);

}  // namespace sasrec::training
