#include "training/pytorch/pickled_tensors.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "training/pytorch/pickle_value.hpp"

namespace sasrec::training {
namespace {

using base::ErrorCode;
using base::fail;
using pickle::Dictionary;
using pickle::Function;
using pickle::Ignored;
using pickle::Item;
using pickle::refuse;
using pickle::Refused;
using pickle::Tuple;

using Value = std::variant<Item, Tuple>;

/// The operations of pickle protocol 2 that a state dict needs, by the names of Python's pickletools.
enum class Opcode : unsigned char {
  kProto = 0x80,
  kStop = '.',
  kMark = '(',
  kEmptyDict = '}',
  kEmptyList = ']',
  kNone = 'N',
  kNewTrue = 0x88,
  kNewFalse = 0x89,
  kBinInt1 = 'K',
  kBinInt2 = 'M',
  kBinInt = 'J',
  kLong1 = 0x8a,
  kBinFloat = 'G',
  kBinUnicode = 'X',
  kGlobal = 'c',
  kEmptyTuple = ')',
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kTuple = 't',
  kBinPut = 'q',
  kLongBinPut = 'r',
  kBinGet = 'h',
  kLongBinGet = 'j',
  kBinPersId = 'Q',
  kReduce = 'R',
  kSetItem = 's',
  kSetItems = 'u',
  kAppend = 'a',
  kAppends = 'e',
  kBuild = 'b',
};

/// A stack machine for the operations above. It refuses every other one, and runs nothing.
class Parser {
 public:
  explicit Parser(std::string_view pickle) : rest_(pickle) {}

  Dictionary parse() {
    while (step(static_cast<Opcode>(static_cast<unsigned char>(take(1)[0])))) {
    }
    auto value = pop_item();
    auto* const dictionary = std::get_if<Dictionary>(&value);
    if (dictionary == nullptr) refuse("it holds no dictionary of tensors");
    return std::move(*dictionary);
  }

 private:
  /// Runs one operation. Returns false at the end.
  bool step(Opcode operation);
  Value value_of(Opcode operation);
  void check_protocol();
  Item call_function();
  void ignore_attributes();

  std::string_view take(std::size_t count) {
    if (count > rest_.size()) refuse("its pickle ends too early");
    const auto taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  std::string_view take_line() {
    const auto line = take(std::min(rest_.find('\n'), rest_.size()));
    take(1);
    return line;
  }
  /// Little-endian and two's complement, of up to 8 bytes.
  std::int64_t take_integer(std::size_t bytes, bool is_signed) {
    const auto taken = take(bytes);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) {
      value |= std::uint64_t{static_cast<unsigned char>(taken[i])} << (8 * i);
    }
    if (is_signed && bytes > 0 && bytes < 8 && (value >> (8 * bytes - 1)) != 0)
      value |= ~std::uint64_t{0} << (8 * bytes);
    return static_cast<std::int64_t>(value);
  }
  std::size_t take_size(std::size_t bytes) { return static_cast<std::size_t>(take_integer(bytes, false)); }

  void push(Value value) { stack_.push_back(std::move(value)); }
  Value pop() {
    if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) refuse("its pickle is malformed");
    auto value = std::move(stack_.back());
    stack_.pop_back();
    return value;
  }
  Item pop_item() {
    auto value = pop();
    if (auto* const tuple = std::get_if<Tuple>(&value)) return pickle::numbers_of(*tuple);
    return std::get<Item>(std::move(value));
  }
  Tuple pop_tuple() {
    auto value = pop();
    auto* const tuple = std::get_if<Tuple>(&value);
    if (tuple == nullptr) refuse("its pickle is malformed");
    return std::move(*tuple);
  }
  Tuple pop_items(std::size_t count) {
    Tuple items(count);
    for (std::size_t i = count; i-- > 0;) items[i] = pop_item();
    return items;
  }
  Tuple pop_to_mark() {
    if (marks_.empty()) refuse("its pickle is malformed");
    auto items = pop_items(stack_.size() - marks_.back());
    marks_.pop_back();
    return items;
  }

  void remember(std::size_t number);
  void recall(std::size_t number);
  void set_items(Tuple items);

  std::string_view rest_;
  std::vector<Value> stack_;
  std::vector<std::size_t> marks_;      // sizes of the stack where a mark was set
  std::map<std::size_t, Item> memory_;  // strings, names and tensors only: their copies do not multiply memory
};

bool Parser::step(Opcode operation) {
  switch (operation) {
    case Opcode::kStop:
      return false;
    case Opcode::kProto:
      check_protocol();
      break;
    case Opcode::kMark:
      marks_.push_back(stack_.size());
      break;
    case Opcode::kBinPut:
      remember(take_size(1));
      break;
    case Opcode::kLongBinPut:
      remember(take_size(4));
      break;
    case Opcode::kBinGet:
      recall(take_size(1));
      break;
    case Opcode::kLongBinGet:
      recall(take_size(4));
      break;
    case Opcode::kSetItem:
      set_items(pop_items(2));
      break;
    case Opcode::kSetItems:
      set_items(pop_to_mark());
      break;
    case Opcode::kAppend:  // to a list, whose contents are ignored
      pop_items(1);
      break;
    case Opcode::kAppends:
      pop_to_mark();
      break;
    case Opcode::kBuild:
      ignore_attributes();
      break;
    default:
      push(value_of(operation));
  }
  return true;
}

/// The value that an operation puts on the stack.
Value Parser::value_of(Opcode operation) {
  switch (operation) {
    case Opcode::kEmptyDict:
      return Dictionary{};
    case Opcode::kEmptyList:
    case Opcode::kNone:
      return Ignored{};
    case Opcode::kNewTrue:
      return std::int64_t{1};
    case Opcode::kNewFalse:
      return std::int64_t{0};
    case Opcode::kBinInt1:
      return take_integer(1, false);
    case Opcode::kBinInt2:
      return take_integer(2, false);
    case Opcode::kBinInt:
      return take_integer(4, true);
    case Opcode::kLong1: {
      const auto bytes = take_size(1);
      if (bytes > 8) refuse("it holds a number beyond 64 bits");
      return take_integer(bytes, true);
    }
    case Opcode::kBinFloat:
      take(8);
      return Ignored{};
    case Opcode::kBinUnicode:
      return take(take_size(4));
    case Opcode::kGlobal: {
      const auto module = take_line();
      return pickle::resolve(module, take_line());
    }
    case Opcode::kEmptyTuple:
      return Tuple{};
    case Opcode::kTuple1:
      return pop_items(1);
    case Opcode::kTuple2:
      return pop_items(2);
    case Opcode::kTuple3:
      return pop_items(3);
    case Opcode::kTuple:
      return pop_to_mark();
    case Opcode::kBinPersId:
      return pickle::storage_of(pop_tuple());
    case Opcode::kReduce:
      return call_function();
    default:
      refuse("its pickle has the operation {:#04x}, which no dictionary of tensors needs",
             static_cast<unsigned>(operation));
  }
}

void Parser::check_protocol() {
  if (const auto protocol = take_size(1); protocol != 2) {
    refuse("its pickle has protocol {}; torch.save writes 2 by default", protocol);
  }
}

Item Parser::call_function() {
  const auto arguments = pop_tuple();
  const auto function = pop_item();
  if (!std::holds_alternative<Function>(function)) refuse("its pickle calls what is no function");
  return pickle::call(std::get<Function>(function), arguments);
}

/// A state dict has one attribute: _metadata, the versions of its modules.
void Parser::ignore_attributes() {
  pop_item();
  auto target = pop_item();
  if (!std::holds_alternative<Dictionary>(target)) refuse("it sets attributes of what is no dictionary");
  push(std::move(target));
}

void Parser::remember(std::size_t number) {
  auto value = pop();
  if (const auto* const item = std::get_if<Item>(&value);
      item != nullptr && !std::holds_alternative<Dictionary>(*item) && !std::holds_alternative<Ignored>(*item)) {
    memory_.insert_or_assign(number, *item);
  }
  push(std::move(value));
}

void Parser::recall(std::size_t number) {
  const auto found = memory_.find(number);
  if (found == memory_.end()) refuse("it refers to a container twice, which no dictionary of tensors does");
  push(found->second);
}

void Parser::set_items(Tuple items) {
  auto target = pop_item();
  auto* const dictionary = std::get_if<Dictionary>(&target);
  if (dictionary == nullptr || items.size() % 2 != 0) refuse("its pickle is malformed");
  for (std::size_t i = 0; i < items.size(); i += 2) {
    const auto* const name = std::get_if<std::string_view>(&items[i]);
    auto* const tensor = std::get_if<PickledTensor>(&items[i + 1]);
    if (name != nullptr && tensor != nullptr) {
      dictionary->tensors.insert_or_assign(std::string(*name), std::move(*tensor));
    } else if (!dictionary->other) {
      dictionary->other = name != nullptr ? std::string(*name) : "a key that is no string";
    }
  }
  push(std::move(target));
}

}  // namespace

base::Result<std::map<std::string, PickledTensor>> parse_pickled_tensors(std::string_view pickle) {
  try {
    auto dictionary = Parser(pickle).parse();
    if (dictionary.other) {
      return fail(ErrorCode::kInvalidInput,
                  "it holds something that is not a tensor ({}); only a plain state dict is read", *dictionary.other);
    }
    return std::move(dictionary.tensors);
  } catch (const Refused& refused) {
    return fail(ErrorCode::kInvalidInput, "{}", refused.what());
  }
}

}  // namespace sasrec::training
