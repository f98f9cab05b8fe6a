#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "base/result.hpp"
#include "base/vocabulary.hpp"
#include "checkpoint/metrics.hpp"
#include "kernels/kernels.hpp"
#include "model/encoder.hpp"
#include "retrieval/code_table.hpp"
#include "retrieval/item_table.hpp"

namespace sasrec::recommend {

/// Everything that is needed to serve one model version: weights, item table, vocabulary, popularity. Immutable. A
/// request holds one shared_ptr to it and so uses one version from start to end, also while another one is activated.
class Model {
 public:
  /// Opens, verifies and warms up the version in `folder` (see checkpoint::resolve for a checkpoints folder). Each
  /// golden history must give its golden answer, see compare_golden(); kCorrupt names the answer that differs.
  static base::Result<std::shared_ptr<const Model>> load(const std::filesystem::path& folder,
                                                         const kernels::Kernels& kernels = kernels::best());

  const std::string& version() const { return version_; }
  const base::Vocabulary& vocabulary() const { return vocabulary_; }
  const checkpoint::Metrics& metrics() const { return metrics_; }
  const model::Encoder& encoder() const { return encoder_; }
  const retrieval::ItemTable& table() const { return table_; }
  const retrieval::CodeTable& codes() const { return codes_; }  ///< of table()
  /// All items by falling training count (from reference.json), equal counts by rising ItemIndex.
  const std::vector<retrieval::ScoredItem>& popular() const { return popular_; }
  /// [items + 1], 1 / length of each item's embedding, for cosines; 0 if the embedding is all zeros.
  const std::vector<float>& inverse_norms() const { return inverse_norms_; }

 private:
  Model(std::string version, checkpoint::Metrics metrics, base::Vocabulary vocabulary, model::Encoder encoder,
        retrieval::ItemTable table, retrieval::CodeTable codes, std::vector<retrieval::ScoredItem> popular);
  std::string version_;
  checkpoint::Metrics metrics_;
  base::Vocabulary vocabulary_;
  model::Encoder encoder_;
  retrieval::ItemTable table_;
  retrieval::CodeTable codes_;
  std::vector<retrieval::ScoredItem> popular_;
  std::vector<float> inverse_norms_;
};

}  // namespace sasrec::recommend
