# The target librdkafka: the static one that tools/setup.sh built, else the system's if it is new enough.
cache_folder(SASREC_LIBRDKAFKA librdkafka-2.15.1 default_librdkafka)
set(SASREC_LIBRDKAFKA ${default_librdkafka} CACHE PATH "Folder with include/ and lib/ of a static librdkafka")
if(EXISTS ${SASREC_LIBRDKAFKA}/lib/librdkafka.a)
  find_library(zstd_library zstd REQUIRED)
  add_library(librdkafka STATIC IMPORTED GLOBAL)
  set_target_properties(librdkafka PROPERTIES IMPORTED_LOCATION ${SASREC_LIBRDKAFKA}/lib/librdkafka.a
                        INTERFACE_INCLUDE_DIRECTORIES ${SASREC_LIBRDKAFKA}/include)
  target_link_libraries(librdkafka INTERFACE OpenSSL::SSL OpenSSL::Crypto ${zstd_library} ZLIB::ZLIB ${CMAKE_DL_LIBS}
                        Threads::Threads m)
else()
  pkg_check_modules(rdkafka IMPORTED_TARGET GLOBAL rdkafka>=2.12)
  if(NOT rdkafka_FOUND)
    message(FATAL_ERROR "librdkafka is not in ${SASREC_LIBRDKAFKA}, and the system has none from 2.12 on. Run tools/setup.sh build.")
  endif()
  add_library(librdkafka ALIAS PkgConfig::rdkafka)
endif()
