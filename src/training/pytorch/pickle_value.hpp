#pragma once

#include <c10/core/ScalarType.h>
#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "training/pytorch/pickled_tensors.hpp"

/// What the pickle of a dictionary of tensors can consist of, and nothing else. For pickled_tensors.cpp.
namespace sasrec::training::pickle {

/// Ends the parsing; parse_pickled_tensors makes an error of it.
struct Refused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class... Arguments>
[[noreturn]] void refuse(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  throw Refused(fmt::format(format, std::forward<Arguments>(arguments)...));
}

struct Storage {
  at::ScalarType type;
  std::string_view key;
};

/// A dictionary's tensors; of its other values only one name is kept, to speak of it.
struct Dictionary {
  std::map<std::string, PickledTensor> tensors;
  std::optional<std::string> other;
};

enum class Function { kDictionary, kTensor, kParameter };

/// Numbers that are no integers, lists, None: what may stand around tensors and is never looked at.
struct Ignored {};

/// What a tuple may hold. Tuples of tuples of tuples are not needed, so nothing nests without end. Text points into the
/// pickle.
using Item = std::variant<Ignored, std::int64_t, std::string_view, std::vector<std::int64_t>, Storage, at::ScalarType,
                          Function, PickledTensor, Dictionary>;
using Tuple = std::vector<Item>;

/// What a name of Python's stands for. Refuses all but the few that tensors need.
Item resolve(std::string_view module, std::string_view name);

/// The function's result.
Item call(Function function, const Tuple& arguments);

/// ("storage", type, key, device, number of elements). The device doesn't matter: tensors come to the CPU.
Storage storage_of(const Tuple& tuple);

/// A tuple inside a tuple: a shape or strides.
std::vector<std::int64_t> numbers_of(const Tuple& tuple);

}  // namespace sasrec::training::pickle
