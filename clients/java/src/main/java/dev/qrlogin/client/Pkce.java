package dev.qrlogin.client;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;

/** PKCE (RFC 7636) with the method S256: ties the exchange of a ticket to its creation. */
public final class Pkce {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();
  private static final Pattern VERIFIER = Pattern.compile("[A-Za-z0-9\\-._~]{43,128}");

  private Pkce() {}

  /**
   * Returns a new code verifier: 256 random bits, 43 characters of base64url. Keep it where the
   * sign-in began, and pass it to {@link AppClient#exchangeUserInfo}. Pass only its {@link
   * #challengeOf challenge} to {@link AppClient#createTicket}.
   */
  public static String createVerifier() {
    byte[] bits = new byte[32];
    RANDOM.nextBytes(bits);
    return BASE64URL.encodeToString(bits);
  }

  /**
   * Returns the S256 code challenge of a verifier: 43 characters of base64url.
   *
   * @throws IllegalArgumentException if the verifier does not consist of 43 to 128 characters that
   *     RFC 7636 allows
   */
  public static String challengeOf(String verifier) {
    if (!VERIFIER.matcher(verifier).matches()) {
      throw new IllegalArgumentException(
          "A code verifier must have 43 to 128 characters of A-Z, a-z, 0-9, '-', '.', '_' and '~'"
              + " (RFC 7636)");
    }
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return BASE64URL.encodeToString(sha256.digest(verifier.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("Every Java platform has SHA-256", e);
    }
  }
}
