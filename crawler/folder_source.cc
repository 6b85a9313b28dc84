#include "crawler/folder_source.h"

#include <algorithm>
#include <utility>

#include "crawler/document_reader.h"
#include "crawler/parquet_documents.h"
#include "schema/error.h"
#include "schema/model_name.h"
#include "schema/percent.h"

namespace stemma {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 20U;
constexpr std::string_view kScheme = "file://";
static_assert(kLongestDocument == std::size_t{16} << 20U, "read_file names it");

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool holds_documents(const std::filesystem::path& path) {
  std::string name = fold_case(path.filename().string());
  for (const std::string_view packed : {".gz", ".zst"}) {
    if (ends_with(name, packed)) name.resize(name.size() - packed.size());
  }
  return ends_with(name, ".parquet") || ends_with(name, ".json") || ends_with(name, ".ndjson") ||
         ends_with(name, ".jsonl");
}

/// Where a walk is: "search:qwen after 621ffdc036468d709f174330".
struct Position {
  ScopeTerm term;
  HubId at;
  bool begun = false;
};

std::string address_of(const Position& position) {
  const std::string term = scope_text(std::span{&position.term, 1});
  return (term.empty() ? "all" : term) + " after " + (position.begun ? position.at.hex() : "start");
}

Position position_of(const std::string& address) {
  const auto cut = address.rfind(" after ");
  Position position;
  if (cut == std::string::npos) {
    throw PageRefused{ErrorKind::unavailable, "no address of a page in a folder: " + address};
  }
  const std::string term = address.substr(0, cut);
  if (term.rfind("since:", 0) == 0) {
    position.term = {ScopeTerm::Kind::since, term.substr(6)};
  } else {
    position.term = parse_scope(term).front();
  }
  if (const auto id = HubId::parse(address.substr(cut + 7))) {
    position.at = *id;
    position.begun = true;
  }
  return position;
}

bool within(const ScopeTerm& term, std::string_view name) {
  switch (term.kind) {
    case ScopeTerm::Kind::search:
      return fold_case(name).find(fold_case(term.value)) != std::string::npos;
    case ScopeTerm::Kind::author:
      return owner_of(name) == term.value;
    case ScopeTerm::Kind::all:
    case ScopeTerm::Kind::since:
      break;
  }
  return true;
}

}  // namespace

std::optional<std::filesystem::path> FolderSource::folder_of(const std::string& hub) {
  if (hub.rfind(kScheme, 0) == 0) return percent_decode_lenient(hub.substr(kScheme.size()));
  std::error_code error;
  if (std::filesystem::is_directory(hub, error)) return hub;
  return std::nullopt;
}

FolderSource::FolderSource(const std::filesystem::path& folder, std::size_t page_rows)
    : page_rows_{page_rows}, fields_{default_fields()} {
  std::error_code error;
  const std::filesystem::path whole = std::filesystem::canonical(folder, error);
  if (error || !std::filesystem::is_directory(whole, error)) {
    throw Error{ErrorKind::usage, folder.string() + " is no folder that can be read"};
  }
  name_ = std::string{kScheme} + whole.string();
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{whole, error}) {
    if (entry.is_regular_file(error) && holds_documents(entry.path())) {
      files.push_back(entry.path());
    }
  }
  if (files.empty()) {
    throw Error{ErrorKind::usage, folder.string() +
                                      " holds no documents: no file ending in .json, .ndjson, "
                                      ".jsonl (or those with .gz or .zst) or .parquet"};
  }
  std::sort(files.begin(), files.end());
  for (const auto& file : files) read_file(file);
  keep_the_last_of_each();
  for (std::size_t i = 0; i < documents_.size(); ++i) {
    by_name_[fold_case(documents_[i].name)] = i;
  }
}

void FolderSource::read_file(const std::filesystem::path& file) {
  const auto add = [this](DocumentChunk&& chunk) {
    // A JSON string is no document: it is refused where all are, and its text is listed.
    if (chunk.overlong_line != 0) unreadable_.emplace_back(R"("a document longer than 16 MiB")");
    std::string_view rest = chunk.text;
    while (!rest.empty()) {
      const auto end = std::min(rest.find('\n'), rest.size());
      std::string line{rest.substr(0, end)};
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
      // A comma of its own would make two rows of a line.
      std::vector<std::string_view> elements;
      const std::string row = "[" + line + "]";
      if (!split_array(row, elements) || elements.size() != 1) {
        unreadable_.push_back("null");
        continue;
      }
      const PageIds ids = scan_page_ids(row);
      if (auto document = scan_document(line)) {
        documents_.push_back({document->id, std::move(document->name), std::move(line)});
      } else if (ids.readable == 1) {
        documents_.push_back({ids.first, "", std::move(line)});  // refused later, but in its place
      } else {
        unreadable_.push_back(std::move(line));
      }
    }
  };
  if (is_parquet(file.string())) {
    each_parquet_chunk(file.string(), kChunkBytes, add);
  } else {
    const auto source = ByteSource::open(file.string());
    each_chunk(*source, file.string(), kChunkBytes, add);
  }
}

void FolderSource::keep_the_last_of_each() {
  std::stable_sort(documents_.begin(), documents_.end(),
                   [](const Document& a, const Document& b) { return a.id < b.id; });
  std::vector<Document> kept;
  kept.reserve(documents_.size());
  for (Document& document : documents_) {
    if (!kept.empty() && kept.back().id == document.id) {
      kept.back() = std::move(document);
    } else {
      kept.push_back(std::move(document));
    }
  }
  documents_ = std::move(kept);
}

std::string FolderSource::first_page(const ScopeTerm& term) const {
  return address_of({term, {}, false});
}

HubPage FolderSource::fetch_page(const std::string& address) {
  Position position = position_of(address);
  const bool down = position.term.kind == ScopeTerm::Kind::since;
  std::string body = "[";
  std::size_t rows = 0;
  const auto add = [&](const std::string& text) {
    if (rows++ > 0) body += ",\n";
    body += text;
  };
  if (!position.begun && position.term.kind == ScopeTerm::Kind::all) {
    for (const std::string& line : unreadable_) add(line);
  }
  const auto below = [](const Document& document, const HubId& id) { return document.id < id; };
  std::string next;
  auto at = std::lower_bound(documents_.begin(), documents_.end(), position.at, below);
  if (!down) {
    if (position.begun && at != documents_.end() && at->id == position.at) ++at;
    std::size_t taken = 0;
    for (; at != documents_.end() && taken < page_rows_; ++at) {
      if (!within(position.term, at->name)) continue;
      add(at->text);
      ++taken;
      position.at = at->id;
    }
    position.begun = true;
    if (at != documents_.end()) next = address_of(position);
  } else {
    if (!position.begun) at = documents_.end();
    std::size_t taken = 0;
    while (at != documents_.begin() && taken < page_rows_) {
      --at;
      add(at->text);
      ++taken;
      position.at = at->id;
    }
    position.begun = true;
    if (at != documents_.begin()) next = address_of(position);
  }
  body += "]";
  ++stats_.requests;
  stats_.bytes += static_cast<std::int64_t>(body.size());
  PageIds ids = scan_page_ids(body);
  return {std::move(body), std::move(ids), std::move(next)};
}

std::optional<HubId> FolderSource::newest(const ScopeTerm& term) {
  for (auto at = documents_.rbegin(); at != documents_.rend(); ++at) {
    if (within(term, at->name)) return at->id;
  }
  return std::nullopt;
}

LookupAnswer FolderSource::lookup_model(std::string_view name) {
  ++stats_.requests;
  LookupAnswer answer;
  const auto found = by_name_.find(fold_case(name));
  if (found == by_name_.end()) {
    answer.result = LookupAnswer::Result::absent;
    answer.reason = "no document of that name";
    return answer;
  }
  const Document& document = documents_[found->second];
  answer.result = LookupAnswer::Result::found;
  answer.body = document.text;
  answer.document = {document.id, document.name};
  answer.redirected = document.name != name;
  return answer;
}

}  // namespace stemma
