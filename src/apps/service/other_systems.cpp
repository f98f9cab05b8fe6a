#include "apps/service/other_systems.hpp"

#include <utility>

namespace sasrec::apps {

base::Result<OtherSystems> OtherSystems::read(const ServiceOptions& options) {
  using bus::RecordMap;
  auto interactions = RecordMap::parse(RecordMap::Rows::kInteractions, options.interactions_map);
  if (!interactions) return base::Failure(interactions.error());
  auto items = RecordMap::parse(RecordMap::Rows::kItems, options.items_map);
  if (!items) return base::Failure(items.error());
  auto cross_origin = http::CrossOrigin::parse(options.cors_origins);
  if (!cross_origin) return base::Failure(cross_origin.error());
  OtherSystems read;
  read.writer.interactions_map = *std::move(interactions);
  read.writer.items_map = *std::move(items);
  read.cross_origin = *std::move(cross_origin);
  return read;
}

}  // namespace sasrec::apps
