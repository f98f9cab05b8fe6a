#include "dataset/sequences.hpp"

#include <algorithm>
#include <utility>

namespace sasrec::dataset {

LogSequences build_sequences(const InteractionLog& log) {
  LogSequences sequences;
  sequences.users = log.users;
  sequences.offsets.assign(log.users.size() + 1, 0);
  for (const auto& interaction : log.interactions) ++sequences.offsets[interaction.user + 1];
  for (std::size_t user = 0; user < log.users.size(); ++user) sequences.offsets[user + 1] += sequences.offsets[user];

  sequences.items.resize(log.interactions.size());
  sequences.times.resize(log.interactions.size());
  auto next = sequences.offsets;  // where each user's next interaction goes: a counting sort by user
  for (const auto& interaction : log.interactions) {
    const auto at = next[interaction.user]++;
    sequences.items[at] = interaction.item;
    sequences.times[at] = interaction.time;
  }

  // Most logs are ordered by time already, so most users need no sorting.
  std::vector<std::pair<std::int64_t, LogItem>> unordered;
  for (std::size_t user = 0; user < log.users.size(); ++user) {
    const auto begin = sequences.offsets[user];
    const auto times = std::span(sequences.times).subspan(begin, sequences.length(user));
    if (std::ranges::is_sorted(times)) continue;
    unordered.clear();
    for (std::size_t i = 0; i < times.size(); ++i) unordered.emplace_back(times[i], sequences.items[begin + i]);
    std::ranges::stable_sort(unordered, {}, &std::pair<std::int64_t, LogItem>::first);
    for (std::size_t i = 0; i < times.size(); ++i) {
      times[i] = unordered[i].first;
      sequences.items[begin + i] = unordered[i].second;
    }
  }
  return sequences;
}

Sequences index_sequences(const LogSequences& sequences, const InteractionLog& log,
                          const base::Vocabulary& vocabulary) {
  std::vector<base::ItemIndex> index_of;  // by LogItem
  index_of.reserve(log.items.size());
  for (const auto& id : log.items) index_of.push_back(vocabulary.find(id));

  Sequences indexed{.users = sequences.users, .offsets = sequences.offsets, .items = {}, .times = sequences.times};
  indexed.items.reserve(sequences.items.size());
  for (const auto item : sequences.items) indexed.items.push_back(index_of[item.value]);
  return indexed;
}

}  // namespace sasrec::dataset
