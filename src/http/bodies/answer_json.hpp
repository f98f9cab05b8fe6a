#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "bus/item.hpp"
#include "bus/records.hpp"
#include "catalogue/catalogue.hpp"
#include "serving/interaction_store.hpp"

namespace sasrec::http {

// Bodies of answers. Each appends one JSON value; titles come from the catalogue, and are left out where it has none.

/// [{"item","score","title"}, ...]
void append_scored_items(std::string& json, std::span<const base::ScoredId> items,
                         const catalogue::Catalogue& catalogue);

/// {"id","status",...} of a request, pending or final. `notice`: what its reader should know, or nothing.
void append_recommendation(std::string& json, const bus::ResultRecord& result, const catalogue::Catalogue& catalogue,
                           std::string_view notice = {});

/// {"model","source","items","unknown_items"} of an answer that was asked of one version, with its explanation if it
/// has one.
void append_version_answer(std::string& json, const bus::ResultRecord& result, const catalogue::Catalogue& catalogue);

/// {"id","title","categories","attributes","available"}
void append_catalogue_item(std::string& json, const bus::CatalogueItem& item);

/// [{"item","title","time","kind"}, ...]
void append_history(std::string& json, std::span<const serving::StoredInteraction> history,
                    const catalogue::Catalogue& catalogue);

}  // namespace sasrec::http
