#include "support/reference_encoder.hpp"

#include <cmath>
#include <cstddef>

namespace sasrec::test {
namespace {

using Row = std::vector<double>;
using Rows = std::vector<Row>;
using Lookup = std::function<std::span<const float>(std::string_view)>;

class Reference {
 public:
  Reference(const checkpoint::ModelConfig& config, const Lookup& tensor) : config_(config), tensor_(tensor) {}

  Row layer_norm(const std::string& name, const Row& in) const {
    const auto weight = tensor_(name + ".weight");
    const auto bias = tensor_(name + ".bias");
    const auto size = static_cast<double>(in.size());
    double mean = 0;
    for (const double value : in) {
      mean += value / size;
    }
    double variance = 0;
    for (const double value : in) {
      variance += (value - mean) * (value - mean) / size;
    }
    Row out(in.size());
    for (std::size_t c = 0; c < in.size(); ++c) {
      const double normal = (in[c] - mean) / std::sqrt(variance + double{checkpoint::kNormEpsilon});
      out[c] = normal * double{weight[c]} + double{bias[c]};
    }
    return out;
  }

  Row linear(const std::string& name, const Row& in) const {
    const auto weight = tensor_(name + ".weight");
    const auto bias = tensor_(name + ".bias");
    Row out(bias.size());
    for (std::size_t o = 0; o < out.size(); ++o) {
      out[o] = double{bias[o]};
      for (std::size_t i = 0; i < in.size(); ++i) {
        out[o] += double{weight[o * in.size() + i]} * in[i];
      }
    }
    return out;
  }

  /// Causal attention of all heads and its output projection.
  Rows attention(const std::string& name, const Rows& query_input, const Rows& key_input) const {
    Rows queries;
    Rows keys;
    Rows values;
    for (std::size_t t = 0; t < key_input.size(); ++t) {
      queries.push_back(linear(name + ".query", query_input[t]));
      keys.push_back(linear(name + ".key", key_input[t]));
      values.push_back(linear(name + ".value", key_input[t]));
    }
    const std::size_t head = config_.hidden / config_.heads;
    Rows out;
    for (std::size_t t = 0; t < keys.size(); ++t) {
      Row context(config_.hidden, 0.0);
      for (std::size_t first = 0; first < config_.hidden; first += head) {
        Row weights;
        double total = 0;
        for (std::size_t j = 0; j <= t; ++j) {
          double logit = 0;
          for (std::size_t c = first; c < first + head; ++c) {
            logit += queries[t][c] * keys[j][c];
          }
          weights.push_back(std::exp(logit / std::sqrt(static_cast<double>(head))));
          total += weights.back();
        }
        for (std::size_t j = 0; j <= t; ++j) {
          for (std::size_t c = first; c < first + head; ++c) {
            context[c] += weights[j] / total * values[j][c];
          }
        }
      }
      out.push_back(linear(name + ".output", context));
    }
    return out;
  }

  Row feed_forward(const std::string& name, const Row& in) const {
    Row inner = linear(name + ".in", in);
    for (double& value : inner) {
      if (config_.activation == checkpoint::Activation::kGelu) {
        value = value * 0.5 * (1.0 + std::erf(value / std::sqrt(2.0)));
      } else {
        value = value > 0 ? value : 0;
      }
    }
    return linear(name + ".out", inner);
  }

  Rows block(std::size_t index, const Rows& x) const {
    const std::string name = "blocks." + std::to_string(index);
    const auto norm1 = [&](const Row& row) {
      return layer_norm(name + ".attention_norm", row);
    };
    const auto norm2 = [&](const Row& row) {
      return layer_norm(name + ".feed_forward_norm", row);
    };
    Rows normed;
    for (const Row& row : x) {
      normed.push_back(norm1(row));
    }
    Rows out;
    switch (config_.norm) {
      case checkpoint::Norm::kPaper: {
        const Rows attended = attention(name + ".attention", normed, x);
        for (std::size_t t = 0; t < x.size(); ++t) {
          const Row y = norm2(sum(normed[t], attended[t]));
          out.push_back(sum(y, feed_forward(name + ".feed_forward", y)));
        }
        break;
      }
      case checkpoint::Norm::kPre: {
        const Rows attended = attention(name + ".attention", normed, normed);
        for (std::size_t t = 0; t < x.size(); ++t) {
          const Row h = sum(x[t], attended[t]);
          out.push_back(sum(h, feed_forward(name + ".feed_forward", norm2(h))));
        }
        break;
      }
      case checkpoint::Norm::kPost: {
        const Rows attended = attention(name + ".attention", x, x);
        for (std::size_t t = 0; t < x.size(); ++t) {
          const Row h = norm1(sum(x[t], attended[t]));
          out.push_back(norm2(sum(h, feed_forward(name + ".feed_forward", h))));
        }
        break;
      }
    }
    return out;
  }

 private:
  static Row sum(Row a, const Row& b) {
    for (std::size_t c = 0; c < a.size(); ++c) {
      a[c] += b[c];
    }
    return a;
  }

  const checkpoint::ModelConfig& config_;
  const Lookup& tensor_;
};

}  // namespace

std::vector<double> reference_encode(const checkpoint::ModelConfig& config, const Lookup& tensor,
                                     std::span<const base::ItemIndex> history) {
  if (history.size() > config.max_length) {
    history = history.last(config.max_length);
  }
  const std::size_t missing = config.max_length - history.size();
  const std::size_t padding = config.padding == checkpoint::Padding::kIgnored ? 0 : missing;
  const auto items = tensor("item_embedding");
  const auto positions = tensor("position_embedding");
  Rows x(padding, Row(config.hidden, 0.0));
  for (std::size_t t = 0; t < history.size(); ++t) {
    Row row(config.hidden);
    for (std::size_t c = 0; c < config.hidden; ++c) {
      row[c] = double{items[history[t].value * config.hidden + c]} * std::sqrt(static_cast<double>(config.hidden)) +
               double{positions[(missing + t) * config.hidden + c]};
    }
    x.push_back(row);
  }
  const Reference reference(config, tensor);
  for (std::size_t i = 0; i < config.blocks; ++i) {
    x = reference.block(i, x);
    if (config.padding == checkpoint::Padding::kZeroed) {
      for (std::size_t t = 0; t < padding; ++t) {
        x[t].assign(config.hidden, 0.0);
      }
    }
  }
  return reference.layer_norm("final_norm", x.back());
}

}  // namespace sasrec::test
