// Secret keys: HMAC-SHA-256, what is derived by it, and randomness.

#include "storage/crypto/secret_key.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/strings/escaping.h"

namespace roster::storage {
namespace {

std::string Hex(const std::string& digits) { return absl::HexStringToBytes(digits); }

// HMAC fills a short key up with zeros, so those of the vectors may be written in 32 bytes.
SecretKey KeyOf(std::string bytes) {
  bytes.resize(kSecretKeyBytes, '\0');
  return SecretKey(bytes);
}

TEST(SecretKeyTest, Authenticates_Rfc4231) {
  const struct {
    std::string key, message, code;
  } kCases[] = {
      {std::string(20, '\x0b'), "Hi There",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {"Jefe", "what do ya want for nothing?",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {std::string(20, '\xaa'), std::string(50, '\xdd'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {Hex("0102030405060708090a0b0c0d0e0f10111213141516171819"), std::string(50, '\xcd'),
       "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
  };
  for (const auto& row : kCases) EXPECT_EQ(KeyOf(row.key).Authenticate(row.message), Hex(row.code));
}

// The first block of test case 1 there.
TEST(SecretKeyTest, Derives_Rfc5869) {
  const SecretKey key(Hex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5"));
  EXPECT_EQ(key.DeriveFor(Hex("f0f1f2f3f4f5f6f7f8f9")).bytes(),
            Hex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"));
  EXPECT_NE(key.DeriveFor("a").bytes(), key.DeriveFor("b").bytes());
}

TEST(SecretKeyTest, IsRandom) {
  std::set<std::string> keys;
  for (int i = 0; i < 100; ++i) keys.emplace(SecretKey::Random().bytes());
  EXPECT_EQ(keys.size(), 100u);
  EXPECT_EQ(RandomBytes(0), "");
  EXPECT_EQ(RandomBytes(1000).size(), 1000u);
}

TEST(SecretKeyTest, IsOfOneSize) {
  EXPECT_DEATH(SecretKey(std::string(31, 'x')), "");
  EXPECT_DEATH(SecretKey(std::string(33, 'x')), "");
}

TEST(SecretKeyTest, ComparesInConstantTime) {
  EXPECT_TRUE(EqualInConstantTime("", ""));
  EXPECT_TRUE(EqualInConstantTime("secret", "secret"));
  for (const char* other : {"", "secre", "secrets", "Secret", "secreT"}) {
    EXPECT_FALSE(EqualInConstantTime("secret", other)) << other;
  }
}

}  // namespace
}  // namespace roster::storage
