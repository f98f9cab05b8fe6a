#pragma once

#include <boost/json/object.hpp>

namespace sasrec::retraining {
struct TrainingRun;
}

namespace sasrec::http {

/// A training run as GET /v1/training-runs and the stream show it.
boost::json::object run_json(const retraining::TrainingRun& run);

}  // namespace sasrec::http
