# What every target of ours shares: warnings, include root, sanitizers; and how a proto becomes C++.

add_library(roster_options INTERFACE)
target_include_directories(roster_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/gen)
target_compile_options(roster_options INTERFACE -Wall -Wextra $<$<BOOL:${ROSTER_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(roster_options INTERFACE -Wthread-safety)
endif()
if(ROSTER_SANITIZE)
  target_compile_options(roster_options INTERFACE -fsanitize=${ROSTER_SANITIZE}
    -fno-sanitize-recover=all -fno-omit-frame-pointer
    -fsanitize-ignorelist=${PROJECT_SOURCE_DIR}/cmake/sanitizer_ignore.txt)
  add_link_options(-fsanitize=${ROSTER_SANITIZE})
endif()

# roster_sources(OUT FOLDER...): the .cc files of these folders and below. Found anew at each build, because
# a test that is missing from a list would never run, and nobody would notice.
function(roster_sources out)
  set(patterns)
  foreach(folder ${ARGN})
    list(APPEND patterns ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cc)
  endforeach()
  file(GLOB_RECURSE found CONFIGURE_DEPENDS ${patterns})
  set(${out} ${found} PARENT_SCOPE)
endfunction()

# roster_library(NAME SOURCE...): a static library of ours.
function(roster_library name)
  add_library(${name} STATIC ${ARGN})
  target_link_libraries(${name} PUBLIC roster_options)
endfunction()

# Generates all protos without compiling them: what clang-tidy needs.
add_custom_target(protos)

# roster_protos(TARGET ROOT [GRPC] [LINK LIBRARY...] FILES FILE...): a library of the messages (and with GRPC the
# stubs too) of the given files, which are named relative to ROOT; LINK names the libraries of what they import.
function(roster_protos target root)
  cmake_parse_arguments(arg "GRPC" "" "LINK;FILES" ${ARGN})
  set(gen ${PROJECT_BINARY_DIR}/gen)
  file(MAKE_DIRECTORY ${gen})
  set(sources)
  set(generated)
  foreach(file ${arg_FILES})
    string(REGEX REPLACE "\\.proto$" "" stem ${file})
    set(outputs ${gen}/${stem}.pb.cc ${gen}/${stem}.pb.h)
    set(plugin)
    if(arg_GRPC)
      list(PREPEND outputs ${gen}/${stem}.grpc.pb.cc ${gen}/${stem}.grpc.pb.h)  # as in the depfile
      set(plugin --grpc_out=${gen} --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>)
      list(APPEND sources ${gen}/${stem}.grpc.pb.cc)
    endif()
    list(APPEND sources ${gen}/${stem}.pb.cc)
    list(APPEND generated ${outputs})
    add_custom_command(OUTPUT ${outputs}
      COMMAND protobuf::protoc -I ${root} -I /usr/include --cpp_out=${gen} ${plugin}
        --dependency_out=${gen}/${stem}.d ${file}
      DEPENDS ${root}/${file} DEPFILE ${gen}/${stem}.d VERBATIM)
  endforeach()
  add_custom_target(${target}_generated DEPENDS ${generated})
  add_dependencies(protos ${target}_generated)
  set(library ${target})
  if(arg_GRPC)
    # Nothing refers to the descriptor of a file that holds only a service, so the linker must be told to keep it.
    set(library ${target}_stubs)
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE $<LINK_LIBRARY:WHOLE_ARCHIVE,${library}>)
  endif()
  add_library(${library} STATIC ${sources})
  add_dependencies(${library} ${target}_generated)
  target_include_directories(${library} SYSTEM PUBLIC ${gen})
  target_link_libraries(${library} PUBLIC protobuf::libprotobuf ${arg_LINK})
  if(arg_GRPC)
    target_link_libraries(${library} PUBLIC gRPC::grpc++)
  endif()
  target_compile_options(${library} PRIVATE -w -g0)
  if(ROSTER_SANITIZE_GENERATED)
    target_compile_options(${library} PRIVATE -fsanitize=${ROSTER_SANITIZE_GENERATED})
  endif()
endfunction()
