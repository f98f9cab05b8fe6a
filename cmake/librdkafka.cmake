# The target librdkafka: the static one that tools/setup.sh built, else the system's if it is new enough.
need_folder(SASREC_LIBRDKAFKA librdkafka-2.15.1 "Folder with include/ and lib/ of a static librdkafka")
if(EXISTS ${SASREC_LIBRDKAFKA}/lib/librdkafka.a)
  need_library(zstd_library zstd)
  add_library(librdkafka STATIC IMPORTED GLOBAL)
  set_target_properties(librdkafka PROPERTIES IMPORTED_LOCATION ${SASREC_LIBRDKAFKA}/lib/librdkafka.a
                        INTERFACE_INCLUDE_DIRECTORIES ${SASREC_LIBRDKAFKA}/include)
  target_link_libraries(librdkafka INTERFACE OpenSSL::SSL OpenSSL::Crypto ${zstd_library} ZLIB::ZLIB ${CMAKE_DL_LIBS}
                        Threads::Threads m)
else()
  message(STATUS "librdkafka is not in ${SASREC_LIBRDKAFKA}, which tools/setup.sh build fills unless the system has one from 2.12 on")
  need_module(librdkafka rdkafka >=2.12)
endif()
