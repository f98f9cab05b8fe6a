#include "evaluation/baselines.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace sasrec::evaluation {
namespace {

/// The items that a baseline may learn from.
std::span<const base::ItemIndex> training_part(const dataset::Sequences& sequences, const dataset::Split& split,
                                               std::size_t user) {
  return sequences.of(user).first(split.train_length[user]);
}

/// How often each item directly followed each other one, as a sparse matrix: the followers of item i are the entries
/// [offsets[i], offsets[i + 1]).
struct Followers {
  std::vector<std::size_t> offsets;
  std::vector<base::ItemIndex> items;
  std::vector<float> counts;
};

Followers count_followers(const dataset::Sequences& sequences, const dataset::Split& split, std::size_t items) {
  std::vector<std::pair<base::ItemIndex, base::ItemIndex>> pairs;
  for (std::size_t user = 0; user < sequences.user_count(); ++user) {
    const auto part = training_part(sequences, split, user);
    for (std::size_t i = 1; i < part.size(); ++i) {
      if (part[i - 1] != base::kPadding && part[i] != base::kPadding) pairs.emplace_back(part[i - 1], part[i]);
    }
  }
  std::ranges::sort(pairs);

  Followers followers;
  followers.offsets.assign(items + 2, 0);
  for (std::size_t begin = 0; begin < pairs.size();) {
    std::size_t end = begin;
    while (end < pairs.size() && pairs[end] == pairs[begin]) ++end;
    followers.items.push_back(pairs[begin].second);
    followers.counts.push_back(static_cast<float>(end - begin));
    followers.offsets[pairs[begin].first.value + 1] = followers.items.size();
    begin = end;
  }
  // So far only items with followers have an end. The others are empty: they end where the item before them ends.
  for (std::size_t i = 1; i < followers.offsets.size(); ++i) {
    followers.offsets[i] = std::max(followers.offsets[i], followers.offsets[i - 1]);
  }
  return followers;
}

std::vector<float> scaled(const std::vector<std::uint32_t>& counts, double factor) {
  std::vector<float> scores;
  scores.reserve(counts.size());
  for (const auto count : counts) scores.push_back(static_cast<float>(factor * count));
  return scores;
}

}  // namespace

std::vector<std::uint32_t> count_items(const dataset::Sequences& sequences, const dataset::Split& split,
                                       std::size_t items) {
  std::vector<std::uint32_t> counts(items + 1, 0);
  for (std::size_t user = 0; user < sequences.user_count(); ++user) {
    for (const auto item : training_part(sequences, split, user)) ++counts[item.value];
  }
  counts[base::kPadding.value] = 0;
  return counts;
}

Ranker popularity_ranker(const std::vector<std::uint32_t>& item_counts) {
  return [scores_of_all = scaled(item_counts, 1)](std::span<const History> histories, std::span<float> scores) {
    for (std::size_t i = 0; i < histories.size(); ++i) {
      std::ranges::copy(scores_of_all, scores.subspan(i * scores_of_all.size()).begin());
    }
  };
}

Ranker bigram_ranker(const dataset::Sequences& sequences, const dataset::Split& split,
                     const std::vector<std::uint32_t>& item_counts) {
  // Popularity is scaled below 1, the smallest count of a follower, so that it only decides between equal counts.
  const double factor = 1 / (1.0 + *std::ranges::max_element(item_counts));
  return
      [popularity = scaled(item_counts, factor), followers = count_followers(sequences, split, item_counts.size() - 1)](
          std::span<const History> histories, std::span<float> scores) {
        for (std::size_t i = 0; i < histories.size(); ++i) {
          const auto row = scores.subspan(i * popularity.size(), popularity.size());
          std::ranges::copy(popularity, row.begin());
          auto newest_first = std::views::reverse(histories[i]);
          const auto last = std::ranges::find_if(newest_first, [](auto item) { return item != base::kPadding; });
          if (last == newest_first.end()) continue;
          for (auto at = followers.offsets[last->value]; at < followers.offsets[last->value + 1]; ++at) {
            row[followers.items[at].value] += followers.counts[at];
          }
        }
      };
}

}  // namespace sasrec::evaluation
