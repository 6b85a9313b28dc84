#include "index/file_digest.h"

#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <memory>
#include <vector>

#include "schema/error.h"

namespace stemma {
namespace {

struct FreeDigest {
  void operator()(EVP_MD_CTX* digest) const { EVP_MD_CTX_free(digest); }
};

}  // namespace

std::string sha256_of(const std::filesystem::path& file) {
  const std::unique_ptr<EVP_MD_CTX, FreeDigest> digest{EVP_MD_CTX_new()};
  std::ifstream in{file, std::ios::binary};
  std::vector<char> buffer(std::size_t{1} << 20U);
  bool ok = digest && EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr) == 1;
  while (ok && in) {
    in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    ok = EVP_DigestUpdate(digest.get(), buffer.data(), static_cast<std::size_t>(in.gcount())) == 1;
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
  unsigned size = 0;
  if (!ok || EVP_DigestFinal_ex(digest.get(), sum.data(), &size) != 1)
    throw Error{ErrorKind::storage, "reading " + file.string()};
  std::string hex;
  for (unsigned i = 0; i < size; ++i) {
    hex += "0123456789abcdef"[sum[i] >> 4U];
    hex += "0123456789abcdef"[sum[i] & 15U];
  }
  return hex;
}

}  // namespace stemma
