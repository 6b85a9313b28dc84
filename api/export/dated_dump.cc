#include "api/export/dated_dump.h"

#include <fmt/format.h>
#include <rapidjson/document.h>

#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "schema/error.h"
#include "schema/utc_time.h"

namespace stemma {
namespace {

/// `OUT/2026-11-26`, or with the snapshot's number behind it where another one of that day is
/// there.
std::filesystem::path dump_folder(const std::filesystem::path& out, const SnapshotTotals& totals) {
  std::filesystem::path folder = out / format_utc(totals.observed_at).substr(0, 10);
  std::ifstream manifest{folder / kManifestName};
  const std::string text{std::istreambuf_iterator<char>{manifest}, {}};
  rapidjson::Document there;
  there.Parse(text.data(), text.size());
  const bool own = !there.HasParseError() && there.IsObject() && there.HasMember("snapshot") &&
                   there["snapshot"].IsUint() && there["snapshot"].GetUint() == totals.number;
  if (!text.empty() && !own) folder += fmt::format("-{}", totals.number);
  return folder;
}

}  // namespace

DatedDump write_dated_dump(SnapshotFacts& facts, AdoptionSource* adoption,
                           const FamilySet* families, std::vector<const DumpFormat*> formats,
                           const std::filesystem::path& out) {
  DumpRequest request;
  request.formats = std::move(formats);
  request.adoption = adoption;
  request.families = families;
  request.directory = dump_folder(out, facts.snapshot().total());
  DatedDump dump{write_dump(facts, request), request.directory};
  const std::filesystem::path beside = out / "latest.new";
  std::error_code error;
  std::filesystem::remove(beside, error);
  std::filesystem::create_directory_symlink(request.directory.filename(), beside, error);
  if (!error) std::filesystem::rename(beside, out / "latest", error);
  if (error) {
    throw Error{ErrorKind::storage,
                "linking " + (out / "latest").string() + ": " + error.message()};
  }
  return dump;
}

}  // namespace stemma
