// AES-256-GCM against the vectors of its authors, and against every change of a bit.

#include "storage/crypto/aead.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/strings/escaping.h"

namespace roster::storage {
namespace {

std::string Hex(const std::string& digits) { return absl::HexStringToBytes(digits); }

struct Vector {
  std::string name, key, nonce, context, text, ciphertext, tag;
};

// McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B, test cases 13, 14 and 16.
const Vector kVectors[] = {
    {"Empty", std::string(64, '0'), std::string(24, '0'), "", "", "",
     "530f8afbc74536b9a963b4f1c4cb738b"},
    {"OneBlock", std::string(64, '0'), std::string(24, '0'), "", std::string(32, '0'),
     "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919"},
    {"WithContext", "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
     "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
     "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
     "76fc6ece0f4e1768cddf8853bb2d551b"},
};

class AeadVectorTest : public testing::TestWithParam<Vector> {};

TEST_P(AeadVectorTest, IsOpened) {
  const Vector& row = GetParam();
  EXPECT_EQ(Open(SecretKey(Hex(row.key)), Hex(row.context),
                 Hex(row.nonce) + Hex(row.ciphertext) + Hex(row.tag)),
            Hex(row.text));
}
INSTANTIATE_TEST_SUITE_P(Vectors, AeadVectorTest, testing::ValuesIn(kVectors),
                         [](const auto& row) { return row.param.name; });

class AeadTest : public testing::Test {
 protected:
  const SecretKey key_ = SecretKey::Random();
  const std::string text_ = "Ann Example";
  const std::string sealed_ = Seal(key_, "context", text_);
};

TEST_F(AeadTest, OpensWhatItSealed) {
  for (const size_t size : {0, 1, 15, 16, 17, 1000, 400'000}) {
    const std::string text(size, 'x');
    const std::string sealed = Seal(key_, "context", text);
    EXPECT_EQ(sealed.size(), size + kSealBytes);
    EXPECT_EQ(Open(key_, "context", sealed), text);
    if (size > 16) {
      EXPECT_EQ(sealed.find(text.substr(0, 16)), std::string::npos);
    }
  }
  EXPECT_EQ(Open(key_, "", Seal(key_, "", "")), "");
}

TEST_F(AeadTest, UsesEachNonceOnce) {
  std::set<std::string> nonces;
  for (int i = 0; i < 1'000; ++i) nonces.insert(Seal(key_, "", "").substr(0, kNonceBytes));
  EXPECT_EQ(nonces.size(), 1'000u);
}

TEST_F(AeadTest, OpensNothingThatWasChanged) {
  for (size_t bit = 0; bit < 8 * sealed_.size(); ++bit) {
    std::string changed = sealed_;
    changed[bit / 8] ^= static_cast<char>(1 << bit % 8);
    ASSERT_EQ(Open(key_, "context", changed), std::nullopt) << "bit " << bit;
  }
  for (size_t size = 0; size < sealed_.size(); ++size) {
    ASSERT_EQ(Open(key_, "context", sealed_.substr(0, size)), std::nullopt) << size;
    ASSERT_EQ(Open(key_, "context", sealed_.substr(sealed_.size() - size)), std::nullopt) << size;
  }
  EXPECT_EQ(Open(key_, "context", sealed_ + '\0'), std::nullopt);
}

TEST_F(AeadTest, OpensNothingOfAnotherKeyOrContext) {
  for (const char* other : {"", "contex", "context ", "Context"}) {
    EXPECT_EQ(Open(key_, other, sealed_), std::nullopt) << other;
  }
  EXPECT_EQ(Open(key_, std::string("context\0", 8), sealed_), std::nullopt);
  for (size_t bit = 0; bit < 8 * kSecretKeyBytes; ++bit) {
    std::string other(key_.bytes());
    other[bit / 8] ^= static_cast<char>(1 << bit % 8);
    ASSERT_EQ(Open(SecretKey(other), "context", sealed_), std::nullopt) << "bit " << bit;
  }
  EXPECT_EQ(Open(key_, "context", sealed_), text_) << "after all that failed";
}

}  // namespace
}  // namespace roster::storage
