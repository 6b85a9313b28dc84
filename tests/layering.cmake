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

# Inside api, which rooms each room may include, besides itself and what lies in api itself.
set(rooms query fields render export http endpoints web)
set(may_api_query "")
set(may_api_fields query)
set(may_api_render query fields)
set(may_api_export query fields render)
set(may_api_http "")
set(may_api_web query fields render)
set(may_api_endpoints query fields render export http web)
# The command line asks, renders and exports; only `serve` knows HTTP, and only the step that writes reports knows pages.
set(may_tools_api query fields render export)

# A third-party header stays within the files that translate it: how its include begins, and the
# paths of the files.
set(borders
  "<rocksdb/" "^index/(rocks|model_store|prune)\\.(h|cc)$"
  "<sqlite3\\.h>" "^index/sqlite\\.(h|cc)$"
  "<curl/" "^crawler/curl_http_client[^/]*$"
  "<simdjson" "^crawler/(document|page)_[^/]*$"
  "<re2/" "^graph/family\\.cc$"
  "<(arrow|parquet)/" "^schema/parquet/arrow_"
  "<httplib\\.h>" "^api/http/http_exchange[^/]*$"
  "<boost/asio" "^api/http/(address_set|connection|server)\\.(h|cc)$"
  "<boost/" "^(graph/([^/]*\\.cc|[^/]*_bgl\\.h)|api/http/(address_set|connection|server)\\.(h|cc))$")

set(offences 0)
macro(offence line why)
  message("${file}: ${line}  -- ${why}")
  math(EXPR offences "${offences} + 1")
endmacro()

macro(check_room line target_room)
  if(NOT "${target_room}" IN_LIST rooms)
    offence("${line}" "api has no room ${target_room}")
  elseif(folder STREQUAL "tools")
    if(NOT "${target_room}" IN_LIST may_tools_api AND NOT file STREQUAL "tools/command_serve.cc"
       AND NOT (file STREQUAL "tools/report_step.cc" AND "${target_room}" STREQUAL "web"))
      offence("${line}" "tools may not include api/${target_room}")
    endif()
  elseif(file MATCHES "^api/([^/]+)/")
    set(room "${CMAKE_MATCH_1}")
    if(NOT room STREQUAL "${target_room}" AND NOT "${target_room}" IN_LIST may_api_${room})
      offence("${line}" "api/${room} may not include api/${target_room}")
    endif()
  elseif(file MATCHES "^api/")
    offence("${line}" "what lies in api itself may not include a room")
  endif()
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
      if(header MATCHES "^\"api/([^/\"]+)/")
        check_room("${line}" "${CMAKE_MATCH_1}")
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
