#pragma once

#include <vector>

#include "api/query/alarms.h"
#include "api/web/page.h"

namespace stemma {

/// What is unusual; nothing where nothing is.
void add_alarms(Page& page, const std::vector<Alarm>& alarms);

}  // namespace stemma
