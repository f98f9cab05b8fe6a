#pragma once

#include <boost/json/object.hpp>

#include "dataset/sequences.hpp"
#include "dataset/split.hpp"
#include "evaluation/report.hpp"
#include "training/settings.hpp"
#include "training/trainer.hpp"

namespace sasrec::apps {

/// metrics.json of a trained model: "data", "validation", "test" and "training". "data" holds the size of the training
/// part; "events", all interactions of the log; the log's window of time and "learned_until" (the newest interaction
/// that the model has learned from), Unix seconds; and "held", which says what the model has not learned from.
/// held   as pipeline/held_back.hpp makes it
boost::json::object metrics_of(const dataset::Sequences& sequences, const dataset::Split& split,
                               const training::DataShape& shape, const training::Trained& trained,
                               const evaluation::Report& report, boost::json::object held);

}  // namespace sasrec::apps
