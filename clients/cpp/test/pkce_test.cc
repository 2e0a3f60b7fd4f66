#include "qrlogin/pkce.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace qrlogin {
namespace {

TEST(Pkce, ChallengeIsThatOfRfc7636AppendixB) {
  EXPECT_EQ(CodeChallengeOf("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

TEST(Pkce, VerifierIsNewEachTimeAndAllowed) {
  const std::string verifier = CreateCodeVerifier();
  EXPECT_EQ(verifier.size(), 43U);
  EXPECT_NE(verifier, CreateCodeVerifier());
  EXPECT_EQ(CodeChallengeOf(verifier).size(), 43U);
}

TEST(Pkce, RejectsAVerifierThatRfc7636DoesNotAllow) {
  EXPECT_NO_THROW(CodeChallengeOf(std::string(43, 'a')));
  EXPECT_NO_THROW(CodeChallengeOf(std::string(128, '~')));
  const std::string allowed(42, 'a');
  for (const std::string& verifier :
       {std::string(), allowed, std::string(129, 'a'), allowed + "+", allowed + "=", allowed + " ",
        allowed + std::string(1, '\0'), allowed + "\xC3\xA9"}) {
    try {
      CodeChallengeOf(verifier);
      ADD_FAILURE() << "accepted a verifier of " << verifier.size() << " characters";
    } catch (const std::invalid_argument& error) {
      if (!verifier.empty()) {
        EXPECT_EQ(std::string(error.what()).find(verifier), std::string::npos);
      }
    }
  }
}

}  // namespace
}  // namespace qrlogin
