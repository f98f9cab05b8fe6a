#include "training/pytorch/pickle_value.hpp"

#include <algorithm>
#include <array>

namespace sasrec::training::pickle {
namespace {

constexpr std::array kStorages{std::pair{"FloatStorage", at::kFloat},       std::pair{"HalfStorage", at::kHalf},
                               std::pair{"BFloat16Storage", at::kBFloat16}, std::pair{"DoubleStorage", at::kDouble},
                               std::pair{"LongStorage", at::kLong},         std::pair{"IntStorage", at::kInt},
                               std::pair{"ShortStorage", at::kShort},       std::pair{"CharStorage", at::kChar},
                               std::pair{"ByteStorage", at::kByte},         std::pair{"BoolStorage", at::kBool}};

/// The value at `index`, which must have this type: a file decides what is in the tuple.
template <class T>
const T& as(const Tuple& tuple, std::size_t index) {
  const auto* const item = index < tuple.size() ? std::get_if<T>(&tuple[index]) : nullptr;
  if (item == nullptr) refuse("a tensor is described in an unknown way");
  return *item;
}

/// The arguments of torch._utils._rebuild_tensor_v2: storage, offset, sizes, strides, and more that is ignored.
PickledTensor tensor_of(const Tuple& arguments) {
  constexpr std::size_t kMaxDimensions = 8;
  const auto& storage = as<Storage>(arguments, 0);
  const auto& sizes = as<std::vector<std::int64_t>>(arguments, 2);
  const auto& strides = as<std::vector<std::int64_t>>(arguments, 3);
  if (std::max(sizes.size(), strides.size()) > kMaxDimensions) refuse("a tensor has more than 8 dimensions");
  return {.type = storage.type,
          .storage = std::string(storage.key),
          .offset = as<std::int64_t>(arguments, 1),
          .sizes = sizes,
          .strides = strides};
}

}  // namespace

// A list of what is allowed, never of what is dangerous: a pickle can name any function of any Python module.
Item resolve(std::string_view module, std::string_view name) {
  if (module == "collections" && name == "OrderedDict") return Function::kDictionary;
  if (module == "torch._utils" && name == "_rebuild_tensor_v2") return Function::kTensor;
  if (module == "torch._utils" && name == "_rebuild_parameter") return Function::kParameter;
  const auto* const storage =
      std::ranges::find(kStorages, name, [](const auto& known) { return std::string_view(known.first); });
  if (module == "torch" && storage != kStorages.end()) return storage->second;
  refuse("it needs the Python name {}.{}, and only tensors are read (nothing was run)", module, name);
}

Item call(Function function, const Tuple& arguments) {
  switch (function) {
    case Function::kDictionary:
      if (!arguments.empty()) refuse("a dictionary is described in an unknown way");
      return Dictionary{};
    case Function::kTensor:
      return tensor_of(arguments);
    case Function::kParameter:
      return as<PickledTensor>(arguments, 0);
  }
  refuse("unknown function");
}

Storage storage_of(const Tuple& tuple) {
  constexpr std::size_t kMaxKey = 20;
  const auto key = as<std::string_view>(tuple, 2);
  if (as<std::string_view>(tuple, 0) != "storage" || key.size() > kMaxKey) {
    refuse("a tensor is described in an unknown way");
  }
  return {as<at::ScalarType>(tuple, 1), key};
}

std::vector<std::int64_t> numbers_of(const Tuple& tuple) {
  std::vector<std::int64_t> numbers;
  numbers.reserve(tuple.size());
  for (std::size_t i = 0; i < tuple.size(); ++i) numbers.push_back(as<std::int64_t>(tuple, i));
  return numbers;
}

}  // namespace sasrec::training::pickle
