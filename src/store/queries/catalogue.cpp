#include "store/queries/catalogue.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "store/text_check.hpp"

namespace sasrec::store {
namespace {

using bus::CatalogueItem;

const Statement kPut{"put", R"(
INSERT INTO items (item_id, title, categories, attributes, available)
SELECT item_id, title, string_to_array(categories, E'\x1f'), attributes::jsonb, available
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[])
  AS n(item_id, title, categories, attributes, available)
ON CONFLICT (item_id) DO UPDATE
SET title = excluded.title, categories = excluded.categories, attributes = excluded.attributes,
    available = excluded.available, updated = clock_timestamp()
WHERE (items.title, items.categories, items.attributes, items.available)
   IS DISTINCT FROM (excluded.title, excluded.categories, excluded.attributes, excluded.available))"};

// An item that a model may know, but the catalogue not, has to be there to be kept back.
const Statement kWithdraw{"withdraw_items", R"(
INSERT INTO items (item_id, title, categories, attributes, available)
SELECT item_id, '', '{}'::text[], '{}'::jsonb, false FROM unnest($1::text[]) AS n(item_id)
ON CONFLICT (item_id) DO UPDATE SET available = false, updated = clock_timestamp() WHERE items.available)"};

const Statement kChanged{"changed", R"(
SELECT item_id, title, categories, attributes::text, available, updated FROM items
WHERE updated >= $1::timestamptz ORDER BY updated, item_id LIMIT $2::bigint)"};

using ById = std::map<std::string_view, const CatalogueItem*>;  // in the order in which rows are locked

Parameters put_parameters(const ById& items) {
  Array ids(Array::Of::kText);
  Array titles(Array::Of::kText);
  Array categories(Array::Of::kText);
  Array attributes(Array::Of::kText);
  Array available(Array::Of::kBoolean);
  for (const auto& [id, item] : items) {
    ids.add_text(id);
    titles.add_text(item->title);
    categories.add_text(join(item->categories));
    attributes.add_text(item->attributes.empty() ? "{}" : item->attributes);
    available.add_flag(item->available);
  }
  Parameters parameters;
  parameters.add(std::move(ids)).add(std::move(titles)).add(std::move(categories)).add(std::move(attributes));
  parameters.add(std::move(available));
  return parameters;
}

using Lists = std::span<const std::span<const CatalogueItem>>;

base::Result<std::vector<std::size_t>> put_lists(Connection& connection, Lists lists, Deadline deadline) {
  std::vector<std::size_t> counts;
  ById last;  // transactions that write the same items lock them in the same order
  for (const auto list : lists) {
    std::unordered_set<std::string_view> distinct;
    for (const auto& item : list) {
      last[item.id] = &item;
      distinct.insert(item.id);
    }
    counts.push_back(distinct.size());
  }
  if (last.empty()) return counts;
  if (auto rows = connection.run(kPut, put_parameters(last), deadline); !rows) {
    return base::Failure(std::move(rows.error()));
  }
  return counts;
}

}  // namespace

base::Result<void> check_item(const CatalogueItem& item) {
  for (const auto& [field, text] :
       {std::pair("id", &item.id), std::pair("title", &item.title), std::pair("attributes", &item.attributes)}) {
    if (auto checked = check_text(field, *text); !checked) return checked;
  }
  return check_list("categories", item.categories);
}

base::Result<void> check_items(const std::vector<CatalogueItem>& items) {
  for (const auto& item : items) {
    if (auto checked = check_item(item); !checked) return checked;
  }
  return {};
}

base::Result<std::vector<base::Result<std::size_t>>> put_items(
    Connection& connection, std::span<const Attempt<std::vector<CatalogueItem>>> calls, Deadline deadline) {
  std::vector<std::span<const CatalogueItem>> lists;
  lists.reserve(calls.size());
  for (const auto& call : calls) lists.emplace_back(*call.request);
  const auto counts = put_lists(connection, lists, deadline);
  if (!counts) return base::Failure(counts.error());
  return std::vector<base::Result<std::size_t>>(counts->begin(), counts->end());
}

base::Result<std::size_t> put_items(Connection& connection, std::span<const CatalogueItem> items, Deadline deadline) {
  for (const auto& item : items) {
    if (auto checked = check_item(item); !checked) return base::Failure(std::move(checked.error()));
  }
  const auto counts = put_lists(connection, {&items, 1}, deadline);
  if (!counts) return base::Failure(counts.error());
  return counts->front();
}

base::Result<std::size_t> change_items(Connection& connection, std::span<const bus::ItemChange> changes,
                                       Deadline deadline) {
  // An item that is put and then withdrawn is both: what was said of it stays.
  ById put;
  std::set<std::string_view> withdrawn;
  std::set<std::string_view> ids;
  for (const auto& [item, is_withdrawn] : changes) {
    if (auto checked = check_item(item); !checked) return base::Failure(std::move(checked.error()));
    ids.insert(item.id);
    if (is_withdrawn) {
      withdrawn.insert(item.id);
    } else {
      put[item.id] = &item;
      withdrawn.erase(item.id);
    }
  }
  std::vector<Query> queries;
  if (!put.empty()) queries.push_back({&kPut, put_parameters(put)});
  if (!withdrawn.empty()) {
    Array array(Array::Of::kText);
    for (const auto id : withdrawn) array.add_text(id);
    queries.push_back({&kWithdraw, Parameters().add(std::move(array))});
  }
  if (queries.empty()) return 0;
  if (auto rows = connection.run_together(queries, deadline); !rows) return base::Failure(std::move(rows.error()));
  return ids.size();
}

base::Result<std::vector<CatalogueItem>> changed_items(Connection& connection, base::Time since, std::size_t max_count,
                                                       Deadline deadline) {
  Parameters parameters;
  parameters.add_time(since).add_bigint(static_cast<std::int64_t>(max_count));
  const auto rows = connection.run(kChanged, parameters, deadline);
  if (!rows) return base::Failure(rows.error());
  std::vector<CatalogueItem> items(rows->size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i] = {.id = std::string(rows->text(i, 0)),
                .title = std::string(rows->text(i, 1)),
                .categories = rows->texts(i, 2),
                .attributes = std::string(rows->text(i, 3)),
                .available = rows->flag(i, 4),
                .updated = rows->time(i, 5)};
  }
  return items;
}

}  // namespace sasrec::store
