#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "pipeline/messages.hpp"

namespace sasrec::pipeline {

// What the roles need of a database. Two kinds of methods:
//  - with a Done: never block; `done` is called exactly once, on a thread of the store, and must not block. Calls that
//    wait together are written in one transaction. kOverloaded at once if too many wait. kUnavailable if the database
//    could not be reached within the store's patience (some seconds): the effect may have happened or not.
//  - returning a Result: block until done. kUnavailable: the database can't be reached or asks to try again (SQLSTATE
//    classes 08, 40, 53, 57): nothing happened or all did, and the caller may repeat it. kInvalidInput or kInternal:
//    trying the same again will not help.
// All methods are thread-safe.

template <class T>
using Done = std::function<void(base::Result<T>)>;

/// A request as it comes in, before it is anywhere.
struct NewRequest {
  RequestMessage message;     ///< history empty and `stored` unset if it is to be read
  bool read_history = false;  ///< put the user's newest kHistoryLimit items into the row
  std::string fingerprint;    ///< SHA-256 of the request's content if it came with an Idempotency-Key, else empty
};

struct Accepted {
  bool created = true;               ///< false: a request of this id was there already; nothing was written
  std::string fingerprint;           ///< of the request that is there
  std::vector<std::string> history;  ///< as it stands in the row, oldest first
  base::Time stored;
};

/// A request and what became of it.
struct Recommendation {
  base::Uuid id;
  Status status = Status::kPending;
  ResultMessage result;  ///< all but id, user and created only if final
};

class RecommendationStore {
 public:
  RecommendationStore() = default;
  RecommendationStore(const RecommendationStore&) = delete;
  RecommendationStore& operator=(const RecommendationStore&) = delete;
  virtual ~RecommendationStore() = default;

  /// Writes the request's row, pending. After success nothing can lose it.
  virtual void accept(NewRequest request, Done<Accepted> done) = 0;

  /// kNotFound if there is none.
  virtual void find(const base::Uuid& id, Done<Recommendation> done) = 0;

  /// Requests that ended at `since` or later, the newest `most`, oldest first: for those who were not told when it
  /// happened. Of requests that took longer than a minute, or whose id is the caller's, some may be missing.
  virtual void ended_since(base::Time since, std::size_t most, Done<std::vector<ResultMessage>> done) = 0;

  /// Writes final states. A row that is final already stays as it is; ids without a row are ignored (a deleted user's).
  /// Ids may stand twice: the first counts. Returns how many rows became final.
  virtual base::Result<std::size_t> finish(std::span<const ResultMessage> results) = 0;

  /// Pending rows whose next attempt is due, oldest first, at most `most`; counts an attempt and sets the next one
  /// `again_after` * 2^(attempts - 1) later, at most a minute. Rows past their deadline are left out. Two sweepers
  /// never get the same row.
  virtual base::Result<std::vector<RequestMessage>> take_due(base::Time now, std::chrono::milliseconds again_after,
                                                             std::size_t most) = 0;

  /// Pending rows whose deadline is before `before` become expired, at most `most`. Returns them as results.
  virtual base::Result<std::vector<ResultMessage>> expire(base::Time before, std::size_t most) = 0;
};

struct AddedInteractions {
  std::size_t added = 0;
  std::size_t duplicates = 0;  ///< event ids that were there already, or stand twice
};

struct StoredInteraction {
  std::string item;
  base::Time time;
  std::string kind;
};

struct UserSummary {
  std::string user;
};

class InteractionStore {
 public:
  InteractionStore() = default;
  InteractionStore(const InteractionStore&) = delete;
  InteractionStore& operator=(const InteractionStore&) = delete;
  virtual ~InteractionStore() = default;

  /// All or none.
  virtual void add(std::vector<Interaction> interactions, Done<AddedInteractions> done) = 0;
  /// The same for the writer.
  virtual base::Result<AddedInteractions> add_now(std::span<const Interaction> interactions) = 0;

  /// A user's newest `most` interactions, newest first; empty for an unknown user.
  virtual void history(std::string user, std::size_t most, Done<std::vector<StoredInteraction>> done) = 0;

  /// Users with interactions whose id begins with `prefix` and comes after `after`, in byte order, at most `most`.
  virtual void users(std::string prefix, std::string after, std::size_t most, Done<std::vector<UserSummary>> done) = 0;

  /// Removes a user's interactions and requests; returns how many interactions. 0 for an unknown user.
  virtual void remove_user(std::string user, Done<std::size_t> done) = 0;

  /// The `most` items with the most interactions of late: within `window` before the newest interaction of all. Score:
  /// their number. Falling, equal ones by id.
  virtual base::Result<std::vector<ScoredId>> popular(std::chrono::hours window, std::size_t most) = 0;
};

inline constexpr std::size_t kTitleLimit = 1024;                ///< bytes
inline constexpr std::size_t kItemCategoriesLimit = 100;        ///< of one item
inline constexpr std::size_t kCategoryBytes = 256;              ///< of a category's name
inline constexpr std::size_t kAttributesLimit = 16UL * 1024UL;  ///< bytes

struct CatalogueItem {
  std::string id;
  std::string title;                    ///< may be empty
  std::vector<std::string> categories;  ///< none empty
  std::string attributes;               ///< a JSON object as text
  bool available = true;
  base::Time updated{};  ///< set by the store
  friend bool operator==(const CatalogueItem&, const CatalogueItem&) = default;
};

/// What a record of topic sasrec.items asks for.
struct ItemChange {
  CatalogueItem item;      ///< only the id counts where it is withdrawn
  bool withdrawn = false;  ///< no longer available; what else is known of it stays
  friend bool operator==(const ItemChange&, const ItemChange&) = default;
};

class CatalogueStore {
 public:
  CatalogueStore() = default;
  CatalogueStore(const CatalogueStore&) = delete;
  CatalogueStore& operator=(const CatalogueStore&) = delete;
  virtual ~CatalogueStore() = default;

  /// Adds or replaces, all or none; of an id that stands twice the last counts. Returns how many ids.
  virtual void put(std::vector<CatalogueItem> items, Done<std::size_t> done) = 0;

  /// Applies the changes as if one after the other, all or none, for the writer. An item that is withdrawn and was not
  /// in the catalogue is put there without a title: a model may know it. Returns how many ids.
  virtual base::Result<std::size_t> change(std::span<const ItemChange> changes) = 0;

  /// Items changed at `since` or later, by rising `updated`, at most `most`.
  virtual base::Result<std::vector<CatalogueItem>> changed(base::Time since, std::size_t most) = 0;
};

enum class Scope : unsigned char { kRead, kPredict, kIngest, kAdmin, kMetrics };
std::string_view to_string(Scope scope);  ///< "read", ...
std::optional<Scope> parse_scope(std::string_view text);

struct ApiKey {
  std::string name;
  std::string hash;  ///< SHA-256 of the key, hexadecimal: keys are random, so a plain hash is enough
  std::vector<Scope> scopes;
  double rate = 0;  ///< requests a second; 0: the server's default
};

class KeyStore {
 public:
  KeyStore() = default;
  KeyStore(const KeyStore&) = delete;
  KeyStore& operator=(const KeyStore&) = delete;
  virtual ~KeyStore() = default;

  virtual base::Result<std::vector<ApiKey>> keys() = 0;
  /// kInvalidInput if the name is taken.
  virtual base::Result<void> add_key(const ApiKey& key) = 0;
  /// kNotFound if there is none.
  virtual base::Result<void> remove_key(std::string_view name) = 0;
};

}  // namespace sasrec::pipeline
