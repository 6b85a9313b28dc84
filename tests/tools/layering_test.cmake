# Runs the layering check over a small tree with known offences:
# cmake -DSOURCE=<source tree> -P layering_test.cmake
# A check that never fails would look the same as one that holds.

set(expected
  "schema/upward.h: #include \"graph/walk.h\""
  "graph/leaks_boost.h: #include <boost/graph/graph_traits.hpp>"
  "index/rocks.cc: #  include \"api/routes.h\""
  "crawler/stores.cc: #include <sqlite3.h>"
  "crawler/stores.cc: #include <rocksdb/db.h>"
  "api/sideways.cc: #include \"crawler/crawl.h\""
  "api/sideways.cc: #include <curl/curl.h>"
  "api/query/upward.cc: #include \"api/http/request.h\""
  "tools/asks.cc: #include \"api/http/server.h\""
  "tools/main.cc: #include \"main.h\"")
list(LENGTH expected count)

execute_process(
  COMMAND "${CMAKE_COMMAND}" "-DROOT=${SOURCE}/tests/tools/fixtures/layering"
    -P "${SOURCE}/tests/layering.cmake"
  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(result EQUAL 0)
  message(FATAL_ERROR "the check passed a tree with ${count} offences")
endif()
foreach(line IN LISTS expected)
  string(FIND "${output}" "${line}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "not reported: ${line}\n${output}")
  endif()
endforeach()
if(NOT output MATCHES "[^0-9]${count} includes break the layering")
  message(FATAL_ERROR "reported more than the ${count} offences\n${output}")
endif()
