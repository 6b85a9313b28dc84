#include "api/export/dump_file.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "schema/error.h"

namespace stemma {
namespace {

constexpr int kZstdLevel = 3;

struct FreeDigest {
  void operator()(EVP_MD_CTX* digest) const { EVP_MD_CTX_free(digest); }
};
struct FreeCompressor {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

}  // namespace

struct DumpFile::Impl {
  std::filesystem::path path, beside;
  std::string name;  ///< Within the dump.
  int descriptor = -1;
  std::uint64_t bytes = 0;
  std::unique_ptr<EVP_MD_CTX, FreeDigest> digest{EVP_MD_CTX_new()};
  std::unique_ptr<ZSTD_CCtx, FreeCompressor> zstd;
  std::vector<char> buffer;

  [[nodiscard]] Error failed(const std::string& what) const {
    return Error{ErrorKind::storage, "writing " + path.string() + ": " + what};
  }

  void put(const char* data, std::size_t size) {
    if (EVP_DigestUpdate(digest.get(), data, size) != 1) throw failed("no SHA-256");
    bytes += size;
    while (size > 0) {
      const ssize_t written = ::write(descriptor, data, size);
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) throw failed(std::strerror(errno));
      data += written;
      size -= static_cast<std::size_t>(written);
    }
  }

  void compress(std::string_view text, ZSTD_EndDirective end) {
    ZSTD_inBuffer in{text.data(), text.size(), 0};
    for (;;) {
      ZSTD_outBuffer out{buffer.data(), buffer.size(), 0};
      const std::size_t left = ZSTD_compressStream2(zstd.get(), &out, &in, end);
      if (ZSTD_isError(left) != 0) throw failed(ZSTD_getErrorName(left));
      put(buffer.data(), out.pos);
      if (end == ZSTD_e_end ? left == 0 : in.pos == in.size) return;
    }
  }
};

DumpFile::DumpFile(const std::filesystem::path& directory, std::string name, bool zstd)
    : impl_{std::make_unique<Impl>()} {
  Impl& impl = *impl_;
  if (zstd) name += ".zst";
  impl.name = name;
  impl.path = directory / name;
  if (name.find('/') != std::string::npos) {
    std::error_code error;
    std::filesystem::create_directories(impl.path.parent_path(), error);
    if (error) throw impl.failed(error.message());
  }
  impl.beside = impl.path.string() + ".new." + std::to_string(::getpid());
  if (zstd) {
    impl.zstd.reset(ZSTD_createCCtx());
    impl.buffer.resize(ZSTD_CStreamOutSize());
    if (!impl.zstd || ZSTD_isError(ZSTD_CCtx_setParameter(impl.zstd.get(), ZSTD_c_compressionLevel,
                                                          kZstdLevel)) != 0)
      throw impl.failed("no memory for compression");
    ZSTD_CCtx_setParameter(impl.zstd.get(), ZSTD_c_checksumFlag, 1);
  }
  if (!impl.digest || EVP_DigestInit_ex(impl.digest.get(), EVP_sha256(), nullptr) != 1)
    throw impl.failed("no SHA-256");
  impl.descriptor = ::open(impl.beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (impl.descriptor < 0) throw impl.failed(std::strerror(errno));
}

DumpFile::~DumpFile() {
  if (impl_->descriptor < 0) return;
  ::close(impl_->descriptor);
  ::unlink(impl_->beside.c_str());
  // Folders that were made for it go, where nothing else is in them.
  auto folder = impl_->path.parent_path();
  for (auto slash = std::count(impl_->name.begin(), impl_->name.end(), '/'); slash > 0; --slash) {
    std::error_code ignored;
    if (!std::filesystem::remove(folder, ignored)) break;
    folder = folder.parent_path();
  }
}

void DumpFile::write(std::string_view bytes) {
  if (impl_->zstd) {
    impl_->compress(bytes, ZSTD_e_continue);
  } else {
    impl_->put(bytes.data(), bytes.size());
  }
}

DumpFileFacts DumpFile::finish(std::uint64_t rows) {
  Impl& impl = *impl_;
  if (impl.zstd) impl.compress({}, ZSTD_e_end);
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
  unsigned size = 0;
  if (EVP_DigestFinal_ex(impl.digest.get(), sum.data(), &size) != 1)
    throw impl.failed("no SHA-256");
  if (::fsync(impl.descriptor) != 0) throw impl.failed(std::strerror(errno));
  const int closed = ::close(impl.descriptor);
  impl.descriptor = -1;
  if (closed != 0 || ::rename(impl.beside.c_str(), impl.path.c_str()) != 0) {
    const int reason = errno;
    ::unlink(impl.beside.c_str());
    throw impl.failed(std::strerror(reason));
  }
  DumpFileFacts facts{.name = impl.name, .bytes = impl.bytes, .rows = rows};
  constexpr std::string_view kHex = "0123456789abcdef";
  for (unsigned i = 0; i < size; ++i) {
    facts.sha256 += kHex[sum[i] >> 4U];
    facts.sha256 += kHex[sum[i] & 15U];
  }
  return facts;
}

}  // namespace stemma
