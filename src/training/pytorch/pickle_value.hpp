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

/// The values that the pickle of a dictionary of tensors can contain. Used by pickled_tensors.cpp only.
namespace sasrec::training::pickle {

/// Ends the parsing. parse_pickled_tensors catches it and returns an error.
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

/// The tensors of a dictionary, and the name of one of its other values, for the error message.
struct Dictionary {
  std::map<std::string, PickledTensor> tensors;
  std::optional<std::string> other;
};

enum class Function { kDictionary, kTensor, kParameter };

/// A value that may occur beside tensors and is never read: a float, a list or None.
struct Ignored {};

/// A value in a tuple. The types limit the nesting: a tuple of tuples of tuples can't be represented. Text refers to
/// the pickle's memory.
using Item = std::variant<Ignored, std::int64_t, std::string_view, std::vector<std::int64_t>, Storage, at::ScalarType,
                          Function, PickledTensor, Dictionary>;
using Tuple = std::vector<Item>;

/// Returns the value of a Python name. It knows the few names that tensors need and refuses all others.
Item resolve(std::string_view module, std::string_view name);

/// Returns the result of a function.
Item call(Function function, const Tuple& arguments);

/// Reads the tuple ("storage", type, key, device, number of elements). It ignores the device: all tensors are read to
/// the CPU.
Storage storage_of(const Tuple& tuple);

/// Reads a tuple inside a tuple: a shape or strides.
std::vector<std::int64_t> numbers_of(const Tuple& tuple);

}  // namespace sasrec::training::pickle
