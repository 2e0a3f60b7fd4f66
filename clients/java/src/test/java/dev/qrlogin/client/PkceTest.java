package dev.qrlogin.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PkceTest {
  @Test
  void derivesTheChallengeOfRfc7636() {
    assertEquals(
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        Pkce.challengeOf("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
  }

  @Test
  void createsVerifiersOf43CharactersThatDiffer() {
    String verifier = Pkce.createVerifier();
    assertTrue(verifier.matches("[A-Za-z0-9_-]{43}"));
    assertNotEquals(verifier, Pkce.createVerifier());
    assertEquals(43, Pkce.challengeOf(verifier).length());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX",
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX+",
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk\n",
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjé"
      })
  void rejectsVerifiersThatRfc7636DoesNotAllow(String verifier) {
    var error = assertThrows(IllegalArgumentException.class, () -> Pkce.challengeOf(verifier));
    assertTrue(verifier.isEmpty() || !error.getMessage().contains(verifier));
  }

  @Test
  void acceptsNoMoreThan128Characters() {
    assertEquals(43, Pkce.challengeOf("a".repeat(128)).length());
    assertThrows(IllegalArgumentException.class, () -> Pkce.challengeOf("a".repeat(129)));
  }
}
