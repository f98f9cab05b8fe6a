#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "bus/explanation.hpp"

namespace sasrec::bus {

/// What happened to an asked-for recommendation. The last three are final: a request gets exactly one of them.
enum class Status : std::uint8_t { kPending, kDone, kFailed, kExpired };
std::string_view to_string(Status status);  ///< "pending", "done", "failed", "expired"
std::optional<Status> parse_status(std::string_view text);

/// Whether items of the history may come back.
enum class Seen : std::uint8_t { kExclude, kInclude };
std::string_view to_string(Seen seen);  ///< "exclude", "include"
std::optional<Seen> parse_seen(std::string_view text);

/// Most items of a request's history; of a stored one the newest are taken along.
inline constexpr std::size_t kMaxHistory = 3000;
inline constexpr std::size_t kMaxExclude = 3000;
inline constexpr std::size_t kMaxCategories = 100;
inline constexpr std::size_t kMaxK = 1000;
inline constexpr std::size_t kMaxKindBytes = 64;  ///< bytes of an interaction's kind

/// A request on its way to a worker: the value of topic sasrec.requests.
struct RequestRecord {
  base::Uuid id;
  std::string user;                     ///< empty: nobody in particular
  std::vector<std::string> history;     ///< item ids, oldest first
  std::size_t k = 10;                   ///< 1 to 1,000
  std::vector<std::string> exclude;     ///< item ids never to be returned
  std::vector<std::string> categories;  ///< only items in one of these; empty: all
  Seen seen = Seen::kExclude;
  bool explain = false;
  base::Time created;         ///< when the api took it
  base::Time stored;          ///< when the database had it
  base::Time deadline;        ///< an answer after this is of no use
  std::uint32_t attempt = 1;  ///< counts how often it was published
  std::string traceparent;    ///< W3C trace context of the HTTP request; empty: none. A header on the bus
  friend bool operator==(const RequestRecord&, const RequestRecord&) = default;
};

/// Whether a request keeps to what is said above: ids by base::id_problem, k, the limits. kInvalidInput names the field
/// and what is allowed. Intake refuses what breaks it, so that no stored request is one that no worker can read.
base::Result<void> check(const RequestRecord& request);

/// Where the time of a request went, in milliseconds.
struct Timings {
  float database_ms = 0;   ///< taken by the api to stored
  float bus_ms = 0;        ///< stored to taken by a worker
  float queue_ms = 0;      ///< taken by the worker to the start of its computation
  float inference_ms = 0;  ///< computing
  friend bool operator==(const Timings&, const Timings&) = default;
};

/// A final answer: the value of topic sasrec.results.
struct ResultRecord {
  base::Uuid id;
  std::string user;
  Status status = Status::kDone;      ///< on the bus never kPending
  std::string model;                  ///< the version that made it; empty if none took part
  std::string source;                 ///< "model" or "popular"; empty unless done
  std::vector<base::ScoredId> items;  ///< best first; empty unless done
  std::size_t unknown_items = 0;      ///< of the history, to the model
  std::string error;                  ///< why, unless done
  base::Time created;                 ///< of the request
  base::Time deadline;                ///< of the request
  base::Time finished;
  Timings timings;
  std::optional<Explanation> explanation;  ///< where one was asked for and the model answered
  std::string traceparent;                 ///< as in the request
  friend bool operator==(const ResultRecord&, const ResultRecord&) = default;
};

/// About what a result takes in memory.
std::size_t bytes_of(const ResultRecord& result);

/// One thing a user did, as the service keeps it; also the value of topic sasrec.interactions (one or an array).
struct Interaction {
  std::string id;  ///< the event's id, unique over all; given by the caller, else made by the api
  std::string user;
  std::string item;
  base::Time time;
  std::string kind;            ///< "view", "purchase", ...; 1 to 64 bytes; default "interaction"
  std::string recommendation;  ///< id of the request that led to it, a UUID; empty: none
  friend bool operator==(const Interaction&, const Interaction&) = default;
};

/// The model that was made active: the value of topic sasrec.models. A hint: the volume is the truth.
struct ModelAnnouncement {
  std::string version;   ///< the folder's name under checkpoints/
  std::string manifest;  ///< SHA-256 of its manifest.json, hexadecimal; empty: not said
  std::string metrics;   ///< a JSON object as text; empty: not said
  base::Time time{};     ///< when it was announced; not read back
  friend bool operator==(const ModelAnnouncement&, const ModelAnnouncement&) = default;
};

/// Whether an interaction keeps to what is said above. kInvalidInput names the field and what is allowed.
base::Result<void> check(const Interaction& interaction);

}  // namespace sasrec::bus
