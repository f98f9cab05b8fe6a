#pragma once

#include <cstddef>
#include <string>

namespace sasrec::benchmarks {

/// What this machine can do at best, measured. Results are given as shares of it.
struct MachineLimits {
  std::string cpu;              ///< its name
  std::string instruction_set;  ///< that of kernels::best(), with which all here is measured
  std::size_t threads = 1;      ///< base::default_threads()
  double read_one = 0;          ///< bytes per second read from memory by one thread
  double read_all = 0;          ///< by all threads together
  double multiply_one = 0;      ///< fp32 multiply-adds per second of one thread, all operands in registers
  double multiply_all = 0;      ///< of all threads together
  /// int8 multiply-adds per second of one thread: two products and their sum in an instruction's every 16 bits (AVX2
  /// and AVX-512: vpmaddubsw; what adds those up is not counted), or four and the sum so far in every 32 (vpdpbusd).
  double multiply_int8_one = 0;
  double multiply_int8_all = 0;  ///< of all threads together
};

/// Takes a few seconds and 256 MiB.
MachineLimits measure_limits();

}  // namespace sasrec::benchmarks
