#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "pipeline/bus.hpp"
#include "pipeline/messages.hpp"

namespace sasrec::pipeline {

// The values and headers of the topics, as docs/asyncapi.yaml describes them: JSON values, CloudEvents 1.0 in binary
// mode (ce_specversion, ce_id, ce_source, ce_type, ce_time, content-type), traceparent, deadline. Unknown fields are
// ignored. decode fails with kInvalidInput and the reason, which becomes a header of the dead letter. Thread-safe.

Message encode(const RequestMessage& request);
/// JSON has no infinity: a score that is not finite becomes the nearest number that is, one that is no number 0.
Message encode(const ResultMessage& result);
Message encode(const std::vector<Interaction>& interactions);  ///< at least one, all of one user

/// Keyed "current": of a compacted topic the last one stays.
Message encode(const ModelMessage& model);

base::Result<RequestMessage> decode_request(const Message& message);
base::Result<ResultMessage> decode_result(const Message& message);
/// One object or an array of them, of any users. `now` is the time of those that have none; an event without an id gets
/// one that follows from topic, partition, offset, place and the record's value, so that reading it again adds nothing.
base::Result<std::vector<Interaction>> decode_interactions(const Record& record, base::Time now);

base::Result<ModelMessage> decode_model(const Message& message);

/// `record` for topic sasrec.dead, with reason, topic, partition and offset as headers.
Message dead_letter(const Record& record, std::string_view reason);

}  // namespace sasrec::pipeline
