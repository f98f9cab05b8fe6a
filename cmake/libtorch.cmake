# The target libtorch, from the wheels that tools/setup.sh unpacked.
need_folder(SASREC_LIBTORCH libtorch-2.15.0 "Folder with torch/ and nvidia/ of the LibTorch wheels")
if(NOT EXISTS ${SASREC_LIBTORCH}/torch/lib/libtorch_cpu.so)
  message(FATAL_ERROR "LibTorch is not in ${SASREC_LIBTORCH}. Run tools/setup.sh training, or build without the trainer: -DSASREC_TRAINING=OFF")
endif()
# The wheel's own TorchConfig.cmake asks for a CUDA toolkit; linking needs no more than this.
add_library(libtorch INTERFACE)
# After the system's own folders: the wheel brings an fmt of its own, whose headers must not stand in for the system's.
target_compile_options(libtorch INTERFACE "SHELL:-idirafter ${SASREC_LIBTORCH}/torch/include"
                       "SHELL:-idirafter ${SASREC_LIBTORCH}/torch/include/torch/csrc/api/include")
# at::parallel_for is a loop on one thread wherever its header is compiled without OpenMP. The wheel brings the library.
target_compile_options(libtorch INTERFACE $<$<CXX_COMPILER_ID:GNU>:-fopenmp>)
target_link_directories(libtorch INTERFACE ${SASREC_LIBTORCH}/torch/lib)
target_link_options(libtorch INTERFACE -Wl,--unresolved-symbols=ignore-in-shared-libs
                    -Wl,-rpath,${SASREC_LIBTORCH}/torch/lib:${SASREC_LIBTORCH}/nvidia/cu13/lib)
# tools/setup.sh leaves this mark once the CUDA libraries are whole.
if(EXISTS ${SASREC_LIBTORCH}/cuda-complete)
  set(libtorch_cuda torch_cuda c10_cuda)
endif()
target_link_libraries(libtorch INTERFACE -Wl,--no-as-needed torch_cpu ${libtorch_cuda} c10 -Wl,--as-needed
                      ${SASREC_LIBTORCH}/torch/lib/libgomp.so.1)
