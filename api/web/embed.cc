// Writes files as C++ that compiles them into the library: stemma-embed OUT.cc NAME=FILE...
// Each is kept compressed (gzip at its best level), as it is sent.

#include <zlib.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace {

std::string compressed(const std::string& text) {
  z_stream stream{};
  constexpr int kGzipWindow = 15 + 16;
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindow, 9, Z_DEFAULT_STRATEGY) !=
      Z_OK)
    return {};
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return result == Z_STREAM_END ? out : std::string{};
}

/// As string literals of some lines: octal escapes end after three digits, whatever follows.
void write_literal(std::ostream& out, const std::string& bytes) {
  constexpr std::size_t kBytesALine = 64;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i % kBytesALine == 0) out << (i == 0 ? "    \"" : "\"\n    \"");
    char escape[5];
    std::snprintf(escape, sizeof escape, "\\%03o", static_cast<unsigned char>(bytes[i]));
    out << escape;
  }
  out << "\"";
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return std::fputs("stemma-embed OUT.cc NAME=FILE...\n", stderr), 2;
  std::ofstream out{arguments[1], std::ios::binary};
  out << "#include \"api/web/assets.h\"\n\nnamespace stemma {\nnamespace {\n\n"
         "constexpr Asset kAssets[] = {\n";
  for (int i = 2; i < count; ++i) {
    const std::string_view argument{arguments[i]};
    const auto equals = argument.find('=');
    const std::string path{argument.substr(equals + 1)};
    std::ifstream in{path, std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    const std::string packed = compressed(text);
    if (!in || packed.empty()) return std::fprintf(stderr, "cannot embed %s\n", path.c_str()), 1;
    out << "    {\"" << argument.substr(0, equals) << "\", {\n";
    write_literal(out, packed);
    out << ",\n     " << packed.size() << "}, " << text.size() << "},\n";
  }
  out << "};\n\n}  // namespace\n\nstd::span<const Asset> assets() noexcept { return kAssets; }\n\n"
         "}  // namespace stemma\n";
  out.flush();
  return out ? 0 : 1;
}
