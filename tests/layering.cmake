# Checks who includes whom: cmake -DROOT=<source tree> -P tests/layering.cmake
# Lists every #include line that breaks a rule and fails when there is one.

cmake_minimum_required(VERSION 3.25)
if(NOT ROOT)
  message(FATAL_ERROR "give the source tree: cmake -DROOT=... -P layering.cmake")
endif()

# Which folders each folder may include, besides itself.
set(folders schema graph index crawler api tools)
set(may_schema "")
set(may_graph schema)
set(may_index schema graph)
set(may_crawler schema graph index)
set(may_api schema graph index)
set(may_tools schema graph index crawler api)

# A third-party header stays within the files that translate it: how its include begins, and the
# paths of the files.
set(borders
  "<rocksdb/" "^index/(rocks|model_store|prune)\\.(h|cc)$"
  "<sqlite3\\.h>" "^index/sqlite\\.(h|cc)$"
  "<curl/" "^crawler/curl_http_client[^/]*$"
  "<simdjson" "^crawler/(document|page)_[^/]*$"
  "<httplib\\.h>" "^api/http/http_exchange[^/]*$"
  "<boost/asio" "^api/http/(address_set|connection|server)\\.(h|cc)$"
  "<boost/" "^(graph/([^/]*\\.cc|[^/]*_bgl\\.h)|api/http/(address_set|connection|server)\\.(h|cc))$")

set(offences 0)
macro(offence line why)
  message("${file}: ${line}  -- ${why}")
  math(EXPR offences "${offences} + 1")
endmacro()

function(check_file file)
  string(REGEX MATCH "^[^/]+" folder "${file}")
  file(STRINGS "${ROOT}/${file}" lines REGEX "^[ \t]*#[ \t]*include")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "^[ \t]*#[ \t]*include[ \t]*" "" header "${line}")
    if(header MATCHES "^\"([^/\"]*)")
      set(target "${CMAKE_MATCH_1}")
      if(NOT target IN_LIST folders)
        offence("${line}" "includes are written from the repository's root")
      elseif(NOT target STREQUAL folder AND NOT target IN_LIST may_${folder})
        offence("${line}" "${folder} may not include ${target}")
      endif()
    endif()
    set(rest ${borders})
    while(rest)
      list(POP_FRONT rest begin files)
      if(header MATCHES "^${begin}" AND NOT file MATCHES "${files}")
        offence("${line}" "only in ${files}")
      endif()
    endwhile()
  endforeach()
  set(offences ${offences} PARENT_SCOPE)
endfunction()

set(count 0)
foreach(folder IN LISTS folders)
  file(GLOB_RECURSE files RELATIVE "${ROOT}" "${ROOT}/${folder}/*.h" "${ROOT}/${folder}/*.cc"
    "${ROOT}/${folder}/*.h.in" "${ROOT}/${folder}/*.cc.in")
  foreach(file IN LISTS files)
    check_file("${file}")
    math(EXPR count "${count} + 1")
  endforeach()
endforeach()

if(offences GREATER 0)
  message(FATAL_ERROR "${offences} includes break the layering")
elseif(count EQUAL 0)
  # A check that looks at nothing would pass for ever.
  message(FATAL_ERROR "no sources found in ${ROOT}")
endif()
message("${count} files, no include breaks the layering")
