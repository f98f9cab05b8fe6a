#pragma once

#include <boost/json/object.hpp>

#include "dataset/sequences.hpp"
#include "dataset/split.hpp"
#include "evaluation/report.hpp"
#include "training/settings.hpp"
#include "training/trainer.hpp"

namespace sasrec::apps {

/// metrics.json of a trained model: "data" with its size, window of time and "learned_until" (the newest interaction
/// that the model has learned from, Unix seconds), "validation", "test" and "training".
boost::json::object metrics_of(const dataset::Sequences& sequences, const dataset::Split& split,
                               const training::DataShape& shape, const training::Trained& trained,
                               const evaluation::Report& report);

}  // namespace sasrec::apps
