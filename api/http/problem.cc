#include "api/http/problem.h"

#include "api/json.h"
#include "schema/text.h"

namespace stemma {

std::string_view status_title(int status) noexcept {
  switch (status) {
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 410:
      return "Gone";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 416:
      return "Range Not Satisfiable";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Error";
  }
}

Response problem(int status, std::string_view detail, std::string_view parameter) {
  JsonWriter json;
  json.begin_object();
  json.key("type");
  json.text("about:blank");
  json.key("title");
  json.text(status_title(status));
  json.key("status");
  json.number(static_cast<std::uint64_t>(status));
  json.key("detail");
  json.text(valid_utf8(detail));
  if (!parameter.empty()) {
    json.key("parameter");
    json.text(valid_utf8(parameter));
  }
  json.end_object();
  Response response;
  response.status = status;
  response.headers = {{"Content-Type", "application/problem+json"}};
  response.body = json.take();
  return response;
}

}  // namespace stemma
