#include "schema/parquet/arrow_library.h"

#include <arrow/config.h>

namespace stemma {
namespace {

class ArrowLibrary final : public ParquetLibrary {
 public:
  [[nodiscard]] std::string version() const override { return ARROW_VERSION_STRING; }
  [[nodiscard]] std::unique_ptr<ParquetWriter> writer(const std::vector<ParquetColumn>& columns,
                                                      const ParquetOptions& options,
                                                      ParquetSink sink) const override {
    return make_arrow_writer(columns, options, std::move(sink));
  }
  [[nodiscard]] std::unique_ptr<ParquetReader> reader(
      const std::string& file, const ParquetDocument& document) const override {
    return make_arrow_reader(file, document);
  }
};

}  // namespace
}  // namespace stemma

extern "C" __attribute__((visibility("default"))) const stemma::ParquetLibrary*
stemma_parquet_library() {
  static const stemma::ArrowLibrary kLibrary;
  return &kLibrary;
}
