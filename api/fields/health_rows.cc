#include "api/fields/health_rows.h"

namespace stemma {
namespace {

constexpr Field<HealthRow> kFields[] = {
    {"status", FieldType::text, Presence::always, "ok, or ready.",
     [](const HealthRow& r) { return Value{r.status}; }},
    {"snapshot", FieldType::integer, Presence::always, "The newest snapshot.",
     [](const HealthRow& r) { return Value{r.snapshot}; }},
};

}  // namespace

FieldList<HealthRow> health_fields() { return FieldList<HealthRow>{kFields}.first(1); }
FieldList<HealthRow> readiness_fields() { return kFields; }

}  // namespace stemma
