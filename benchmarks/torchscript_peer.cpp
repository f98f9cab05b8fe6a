#include "benchmarks/torchscript_peer.hpp"

#include <ATen/ops/from_blob.h>
#include <ATen/ops/tensor.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace sasrec::benchmarks {
namespace {

// A module's attribute can't have a dot in its name.
std::string attribute_name(std::string name) {
  std::ranges::replace(name, '.', '_');
  return name;
}

constexpr std::string_view kStart = R"(
def forward(self, items: Tensor, k: int) -> Tuple[Tensor, Tensor]:
    length = items.size(0)
    positions = torch.narrow(self.position_embedding, 0, {max_length} - length, length)
    x = (torch.embedding(self.item_embedding, items, 0) * {scale} + positions).unsqueeze(0)
)";

constexpr std::string_view kBlock = R"(
    query = torch.layer_norm(x, [{hidden}], self.{block}attention_norm_weight, self.{block}attention_norm_bias, {epsilon})
    q = torch.linear(query, self.{block}attention_query_weight, self.{block}attention_query_bias)
    key = torch.linear(x, self.{block}attention_key_weight, self.{block}attention_key_bias)
    value = torch.linear(x, self.{block}attention_value_weight, self.{block}attention_value_bias)
    attended = torch.scaled_dot_product_attention(q.unsqueeze(1), key.unsqueeze(1), value.unsqueeze(1), None, 0.0, True).squeeze(1)
    attended = torch.linear(attended, self.{block}attention_output_weight, self.{block}attention_output_bias)
    y = torch.layer_norm(query + attended, [{hidden}], self.{block}feed_forward_norm_weight, self.{block}feed_forward_norm_bias, {epsilon})
    inner = torch.relu(torch.linear(y, self.{block}feed_forward_in_weight, self.{block}feed_forward_in_bias))
    x = y + torch.linear(inner, self.{block}feed_forward_out_weight, self.{block}feed_forward_out_bias)
)";

constexpr std::string_view kEnd = R"(
    states = torch.layer_norm(x, [{hidden}], self.final_norm_weight, self.final_norm_bias, {epsilon})
    scores = torch.mv(self.item_embedding, states[0, -1])
    scores.index_fill_(0, items, float("-inf"))
    scores[0].fill_(float("-inf"))
    return torch.topk(scores, k)
)";

std::string source(const checkpoint::ModelConfig& config) {
  std::string text;
  const auto add = [&](std::string_view part, const std::string& block) {
    text += fmt::format(fmt::runtime(part), fmt::arg("hidden", config.hidden), fmt::arg("block", block),
                        fmt::arg("epsilon", checkpoint::kNormEpsilon), fmt::arg("max_length", config.max_length),
                        fmt::arg("scale", std::sqrt(static_cast<double>(config.hidden))));
  };
  add(kStart, "");
  for (std::size_t i = 0; i < config.blocks; ++i) add(kBlock, fmt::format("blocks_{}_", i));
  add(kEnd, "");
  return text;
}

}  // namespace

TorchscriptPeer::TorchscriptPeer(const checkpoint::ModelConfig& config,
                                 const std::function<std::span<const float>(std::string_view name)>& weights)
    : module_("sasrec") {
  for (const auto& spec : checkpoint::tensor_specs(config)) {
    // from_blob wants a mutable pointer; the tensor is only read, and cloned at once.
    auto* const values = const_cast<float*>(weights(spec.name).data());  // NOLINT
    module_.register_parameter(attribute_name(spec.name), at::from_blob(values, spec.shape, at::kFloat).clone(), false);
  }
  module_.register_attribute("training", c10::BoolType::get(), false);
  module_.define(source(config));
  module_ = torch::jit::freeze(module_);
  module_ = torch::jit::optimize_for_inference(module_);
}

PeerBest TorchscriptPeer::top_k(std::span<const base::ItemIndex> history, std::int64_t k) {
  const c10::InferenceMode inference;
  std::vector<std::int64_t> ids;
  for (const auto item : history) ids.push_back(item.value);
  const auto best = module_.forward({at::tensor(ids), k}).toTuple();
  return {best->elements()[0].toTensor(), best->elements()[1].toTensor()};
}

}  // namespace sasrec::benchmarks
