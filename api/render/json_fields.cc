#include "api/render/json_fields.h"

#include "api/render/overloaded.h"

namespace stemma {

void write_value(JsonWriter& json, const Value& value) {
  // Nearly all values are texts, numbers or nothing.
  if (const auto* text = std::get_if<std::string_view>(&value)) return json.text(*text);
  if (const auto* number = std::get_if<std::int64_t>(&value)) return json.sum(*number);
  if (std::holds_alternative<std::monostate>(value)) return json.null();
  std::visit(Overloaded{[&](std::monostate) { json.null(); }, [&](LeftOut) { json.null(); },
                        [&](std::string_view text) { json.text(text); },
                        [&](const std::string& text) { json.text(text); },
                        [&](TimeValue time) { json.time(time.seconds); },
                        [&](const HubId& id) { json.text(id.hex()); },
                        [&](std::int64_t number) { json.sum(number); },
                        [&](float share) { json.confidence(share); },
                        [&](double number) { json.real(number); },
                        [&](RoundedValue rounded) { json.share(rounded.number); },
                        [&](bool flag) { json.boolean(flag); },
                        [&](const TextList& list) {
                          json.begin_array();
                          for (const std::string_view text : list) json.text(text);
                          json.end_array();
                        }},
             value);
}

}  // namespace stemma
