# Libraries from the system's packages, and what tools/setup.sh put into its cache.
need_package(fmt)
find_package(Threads REQUIRED)  # of the compiler
need_package(ZLIB)
need_package(OpenSSL COMPONENTS Crypto SSL)
need_package(Boost 1.81 COMPONENTS json)
need_package(PostgreSQL)
need_package(spdlog)
need_package(tomlplusplus)
need_package(PkgConfig)
# Its CMake package asks for what its parts that we don't use need: civetweb, curl.
need_module(prometheus-cpp::core prometheus-cpp-core)
need_module(utf8proc libutf8proc)
if(SASREC_TESTS)
  need_package(GTest)
endif()

include(librdkafka)
if(SASREC_TRAINING)
  include(libtorch)
endif()
