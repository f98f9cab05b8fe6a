#include "catalogue/typos.hpp"

#include <algorithm>
#include <vector>

#include "catalogue/code_points.hpp"

namespace sasrec::catalogue {
namespace {

using Word = std::u32string;

/// The words of a folded text, as code points: a typo is one letter, however many bytes the letter has.
std::vector<Word> words_of(std::string_view folded) {
  std::vector<Word> words;
  bool within = false;  // a word
  while (!folded.empty()) {
    const auto c = take_code_point(folded).value_or(U' ');
    if (c != U' ') {
      if (!within) words.emplace_back();
      words.back().push_back(c);
    }
    within = c != U' ';
  }
  return words;
}

std::size_t allowed_typos(const Word& word) {
  if (word.size() < 4) return 0;
  return word.size() < 8 ? 1 : 2;
}

/// The distance (optimal string alignment) of `word` to the beginning of `other` that is nearest; more than `max`
/// where it is more.
std::size_t distance_to_beginning(const Word& word, const Word& other, std::size_t max) {
  if (word.front() != other.front()) return max + 1;
  const std::size_t width = std::min(other.size(), word.size() + max) + 1;
  std::vector<std::size_t> before(width);
  std::vector<std::size_t> last(width);
  std::vector<std::size_t> now(width);
  for (std::size_t j = 0; j < width; ++j) last[j] = j;
  for (std::size_t i = 1; i <= word.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j < width; ++j) {
      const bool same = word[i - 1] == other[j - 1];
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && word[i - 1] == other[j - 2] && word[i - 2] == other[j - 1];
      if (swapped) now[j] = std::min(now[j], before[j - 2] + 1);
    }
    if (*std::ranges::min_element(now) > max) return max + 1;
    before.swap(last);
    last.swap(now);
  }
  return *std::ranges::min_element(last);
}

}  // namespace

std::optional<std::size_t> typos_between(std::string_view query, std::string_view title) {
  const auto wanted = words_of(query);
  const auto words = words_of(title);
  if (wanted.empty()) return std::nullopt;
  std::size_t typos = 0;
  for (const auto& word : wanted) {
    const auto max = allowed_typos(word);
    auto nearest = max + 1;
    for (const auto& other : words) nearest = std::min(nearest, distance_to_beginning(word, other, max));
    if (nearest > max) return std::nullopt;
    typos += nearest;
  }
  return typos;
}

}  // namespace sasrec::catalogue
