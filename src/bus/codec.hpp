#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "bus/bus.hpp"
#include "bus/item.hpp"
#include "bus/record_map.hpp"
#include "bus/records.hpp"

namespace sasrec::bus {

// The values and headers of the topics, as docs/asyncapi.yaml describes them: JSON values, CloudEvents 1.0 in binary
// mode (ce_specversion, ce_id, ce_source, ce_type, ce_time, content-type), traceparent, deadline. Unknown fields are
// ignored. decode fails with kInvalidInput and the reason, which becomes a header of the dead letter. Thread-safe.

Message encode(const RequestRecord& request);
/// JSON has no infinity: a score that is not finite becomes the nearest number that is, one that is no number 0.
Message encode(const ResultRecord& result);
Message encode(const std::vector<Interaction>& interactions);  ///< at least one, all of one user

/// Keyed "current": of a compacted topic the last one stays.
Message encode(const ModelAnnouncement& model);

base::Result<RequestRecord> decode_request(const Message& message);
base::Result<ResultRecord> decode_result(const Message& message);

/// What a record from outside holds.
template <class Row>
struct RowsRead {
  std::vector<Row> rows;
  std::size_t skipped = 0;  ///< elements that `map` leaves out
};

/// One object or an array of them, of any users, as `map` reads it. `now` is the time of those that have none, and none
/// may be later by more than base::kMaxAhead; an event without an id gets one that follows from topic, partition,
/// offset, place and the record's value, so that reading it again adds nothing.
base::Result<RowsRead<Interaction>> decode_interactions(const Record& record, base::Time now,
                                                        const RecordMap& map = {});

/// One item or an array of them, in the form and with the limits of PUT /v1/items, as `map` reads it; a single one
/// without an id has that of the record's key. A record without a value withdraws the item that its key names.
base::Result<RowsRead<ItemChange>> decode_items(const Record& record, const RecordMap& map = {});

base::Result<ModelAnnouncement> decode_model(const Message& message);

/// `record` for topic sasrec.dead, with reason, topic, partition and offset as headers.
Message dead_letter(const Record& record, std::string_view reason);

}  // namespace sasrec::bus
