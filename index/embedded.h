#pragma once

namespace stemma {

/// Files of schema/ that are compiled in, so that the binary is whole without its source tree.
extern const char* const kShippedFamilies;  ///< schema/families.toml
extern const char* const kShippedCurated;   ///< schema/curated.toml
extern const char* const kLedgerSql;        ///< schema/ledger.sql
extern const char* const kRollupsSql;       ///< schema/rollups.sql

}  // namespace stemma
