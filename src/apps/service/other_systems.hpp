#pragma once

#include "apps/service/service_options.hpp"
#include "base/result.hpp"
#include "http/cross_origin.hpp"
#include "serving/writer.hpp"

namespace sasrec::apps {

/// What other systems may do here: how their records on Kafka are read, and which origins' web pages may call.
struct OtherSystems {
  /// From the settings interactions-map, items-map and cors-origins. kInvalidInput names the one that is wrong.
  static base::Result<OtherSystems> read(const ServiceOptions& options);

  serving::Writer::Options writer;
  http::CrossOrigin cross_origin;
};

}  // namespace sasrec::apps
