#include "training/pytorch/import.hpp"

#include <fmt/ostream.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "training/pytorch/state_dict.hpp"

namespace sasrec::training {
namespace {

using at::Tensor;
using base::ErrorCode;
using base::fail;
using base::Result;
using checkpoint::Padding;

/// Takes tensors out of a state dict by name and checks shape, type and values. It remembers the first problem and
/// returns zeros then, so that the caller can go on and check once at the end.
class Taker {
 public:
  explicit Taker(StateDict state) : state_(std::move(state)) {}

  bool has(const std::string& name) const { return state_.contains(name); }
  std::size_t rows(const std::string& name) const {
    const auto found = state_.find(name);
    return found == state_.end() || found->second.dim() == 0 ? 0 : static_cast<std::size_t>(found->second.size(0));
  }
  std::size_t columns(const std::string& name) const {
    const auto found = state_.find(name);
    return found == state_.end() || found->second.dim() < 2 ? 0 : static_cast<std::size_t>(found->second.size(1));
  }

  Tensor take(const std::string& name, std::vector<std::int64_t> shape) {
    const auto found = state_.find(name);
    if (found == state_.end()) return refuse(fmt::format("tensor {} is missing", name), shape);
    const Tensor tensor = found->second;
    state_.erase(found);
    if (!tensor.is_floating_point()) return refuse(fmt::format("tensor {} does not hold floats", name), shape);
    if (tensor.sizes() != at::IntArrayRef(shape)) {
      return refuse(fmt::format("tensor {} has shape {} instead of {}", name, fmt::streamed(tensor.sizes()),
                                fmt::streamed(at::IntArrayRef(shape))),
                    shape);
    }
    const auto values = tensor.to(at::kFloat).contiguous();
    if (!values.isfinite().all().item<bool>()) return refuse(fmt::format("tensor {} is not finite", name), shape);
    return values;
  }

  /// The first problem; empty if there was none.
  const std::string& problem() const { return problem_; }
  /// The name of a tensor that was not taken; empty if all were.
  std::string left_over() const { return state_.empty() ? std::string() : state_.begin()->first; }

 private:
  Tensor refuse(std::string problem, const std::vector<std::int64_t>& shape) {
    if (problem_.empty()) problem_ = std::move(problem);
    return at::zeros(shape);
  }

  StateDict state_;
  std::string problem_;
};

using Weights = std::map<std::string, Tensor>;

void take_block(Taker& taker, std::int64_t hidden, std::int64_t width, std::size_t i, Weights& weights) {
  const auto from = [i](std::string_view group, std::string_view rest) {
    return fmt::format("{}.{}.{}", group, i, rest);
  };
  const auto to = [i](std::string_view rest) {
    return fmt::format("blocks.{}.{}", i, rest);
  };
  const auto in_weight = taker.take(from("attention_layers", "in_proj_weight"), {3 * hidden, hidden});
  const auto in_bias = taker.take(from("attention_layers", "in_proj_bias"), {3 * hidden});
  std::int64_t part = 0;
  for (const auto* name : {"query", "key", "value"}) {
    weights[to(fmt::format("attention.{}.weight", name))] = in_weight.narrow(0, part * hidden, hidden);
    weights[to(fmt::format("attention.{}.bias", name))] = in_bias.narrow(0, part * hidden, hidden);
    ++part;
  }
  weights[to("attention.output.weight")] = taker.take(from("attention_layers", "out_proj.weight"), {hidden, hidden});
  weights[to("attention.output.bias")] = taker.take(from("attention_layers", "out_proj.bias"), {hidden});
  for (const auto& [theirs, ours] :
       {std::pair{"attention_layernorms", "attention_norm"}, std::pair{"forward_layernorms", "feed_forward_norm"}}) {
    weights[to(fmt::format("{}.weight", ours))] = taker.take(from(theirs, "weight"), {hidden});
    weights[to(fmt::format("{}.bias", ours))] = taker.take(from(theirs, "bias"), {hidden});
  }
  // A convolution of kernel size 1 is a linear layer at each position.
  weights[to("feed_forward.in.weight")] =
      taker.take(from("forward_layers", "conv1.weight"), {width, hidden, 1}).squeeze(2);
  weights[to("feed_forward.in.bias")] = taker.take(from("forward_layers", "conv1.bias"), {width});
  weights[to("feed_forward.out.weight")] =
      taker.take(from("forward_layers", "conv2.weight"), {hidden, width, 1}).squeeze(2);
  weights[to("feed_forward.out.bias")] = taker.take(from("forward_layers", "conv2.bias"), {hidden});
}

}  // namespace

Result<Sasrec> import_pytorch(const std::filesystem::path& file, const ImportPytorchOptions& options) {
  auto state = read_state_dict(file);
  if (!state) return base::Failure(state.error());
  Taker taker(std::move(*state));
  const auto refuse = [&](std::string_view problem) {
    return fail(ErrorCode::kInvalidInput, "{}: {}", file.string(), problem);
  };
  for (const auto* name : {"item_emb.weight", "pos_emb.weight", "forward_layers.0.conv1.weight"}) {
    if (!taker.has(name)) {
      return refuse(fmt::format("tensor {} is missing: is this a SASRec of the common PyTorch implementation?", name));
    }
  }
  if (taker.rows("item_emb.weight") != options.items + 1) {
    return refuse(fmt::format("item_emb.weight has {} rows, but the vocabulary's {} items need {}",
                              taker.rows("item_emb.weight"), options.items, options.items + 1));
  }
  checkpoint::ModelConfig config{.items = options.items,
                                 .hidden = taker.columns("item_emb.weight"),
                                 .heads = options.heads,
                                 .blocks = 0,
                                 .max_length = 1,
                                 .feed_forward = taker.rows("forward_layers.0.conv1.weight"),
                                 .activation = checkpoint::Activation::kRelu,
                                 .norm = options.norm};
  while (taker.has(fmt::format("attention_layers.{}.in_proj_weight", config.blocks)) ||
         taker.has(fmt::format("forward_layers.{}.conv1.weight", config.blocks))) {
    ++config.blocks;
  }
  const auto hidden = static_cast<std::int64_t>(config.hidden);
  const auto position_rows = static_cast<std::int64_t>(taker.rows("pos_emb.weight"));
  Weights weights;
  auto items = taker.take("item_emb.weight", {static_cast<std::int64_t>(options.items) + 1, hidden});
  auto positions = taker.take("pos_emb.weight", {position_rows, hidden});
  if (!taker.problem().empty()) return refuse(taker.problem());
  const bool first_is_padding = position_rows > 1 && positions[0].eq(0).all().item<bool>();
  if (first_is_padding) positions = positions.narrow(0, 1, position_rows - 1);
  config.max_length = static_cast<std::size_t>(positions.size(0));
  config.padding = options.padding.value_or(first_is_padding ? Padding::kKept : Padding::kZeroed);
  if (const auto valid = checkpoint::validate(config); !valid) return refuse(valid.error().message);
  if (config.padding == Padding::kKept && !items[0].eq(0).all().item<bool>()) {
    return refuse("row 0 of item_emb.weight (padding) is not zero, which --padding kept needs; was it zeroed?");
  }
  weights["item_embedding"] = items;
  weights["position_embedding"] = positions;
  for (std::size_t i = 0; i < config.blocks; ++i) {
    take_block(taker, hidden, static_cast<std::int64_t>(config.feed_forward), i, weights);
  }
  weights["final_norm.weight"] = taker.take("last_layernorm.weight", {hidden});
  weights["final_norm.bias"] = taker.take("last_layernorm.bias", {hidden});
  if (!taker.problem().empty()) return refuse(taker.problem());
  if (const auto name = taker.left_over(); !name.empty()) {
    return refuse(fmt::format("tensor {} is not part of a SASRec", name));
  }

  Sasrec network(config);
  const at::NoGradGuard no_grad;
  for (auto& parameter : network->named_parameters()) parameter.value().copy_(weights.at(parameter.key()));
  network->named_parameters()["item_embedding"][0].zero_();
  network->eval();
  return network;
}

}  // namespace sasrec::training
