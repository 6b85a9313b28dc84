#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <system_error>

#include <CLI/CLI.hpp>

#include "tools/genhub_document.h"
#include "tools/genhub_lineage.h"

namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20U;

struct Options {
  std::uint32_t models = 2000;
  std::uint64_t seed = 1;
  std::string out;
};

struct CloseFile {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

/// False, with errno set, when not everything could be written.
bool write_hub(const Options& options, std::FILE* out) {
  const auto lineage = stemma::genhub::grow_lineage(options.models, options.seed);
  stemma::genhub::DocumentWriter writer{lineage};
  std::string block;
  for (stemma::genhub::Index i = 0; i < lineage.size(); ++i) {
    block.append(writer.write(i)).append("\n");
    if (block.size() < kBlock && i + 1 < lineage.size()) continue;
    if (std::fwrite(block.data(), 1, block.size(), out) != block.size()) return false;
    block.clear();
  }
  return std::fflush(out) == 0;
}

int report(const std::string& where) {
  const std::string reason = std::error_code{errno, std::generic_category()}.message();
  std::fprintf(stderr, "stemma-genhub: cannot write %s: %s\n", where.c_str(), reason.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{
      "Writes the model documents of a made-up hub, one a line, in the shape of the Hub's "
      "listing.\n"
      "The same options give the same bytes. Every document carries "
      "\"generated\":\"stemma-genhub\"."};
  app.footer(
      "Example: stemma-genhub --models 20000 | stemma --data ./stemma-data-demo import - "
      "--complete");
  app.add_option("--models", options.models, "How many models")
      ->check(CLI::Range(1U, 16'000'000U))
      ->capture_default_str();
  app.add_option("--seed", options.seed, "Another seed gives another hub")->capture_default_str();
  app.add_option("--out", options.out, "Write to this file instead of stdout");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }

  if (options.out.empty()) return write_hub(options, stdout) ? 0 : report("to stdout");
  std::unique_ptr<std::FILE, CloseFile> file{std::fopen(options.out.c_str(), "wb")};
  if (file == nullptr || !write_hub(options, file.get())) return report(options.out);
  // Closing writes the rest: a full disk may show only here.
  return std::fclose(file.release()) == 0 ? 0 : report(options.out);
}
