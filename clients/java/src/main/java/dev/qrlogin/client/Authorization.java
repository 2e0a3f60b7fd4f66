package dev.qrlogin.client;

import io.grpc.CallCredentials;
import io.grpc.Metadata;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The credential of one call in the metadata key `authorization`. */
final class Authorization extends CallCredentials {
  private static final Metadata.Key<String> KEY =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Pattern BEARER_TOKEN = Pattern.compile("[A-Za-z0-9\\-._~+/]+=*");

  private final Supplier<String> source;
  private @Nullable String value;

  private Authorization(String value) {
    this(() -> value);
    this.value = value;
  }

  private Authorization(Supplier<String> source) {
    this.source = source;
  }

  /**
   * Returns the credential of an app (RFC 7617).
   *
   * @throws IllegalArgumentException if the id is empty or has a colon, or the secret is empty
   */
  static Authorization basic(String appId, String appSecret) {
    if (appId.isEmpty() || appId.contains(":")) {
      throw new IllegalArgumentException("appId must not be empty or have a colon");
    }
    if (appSecret.isEmpty()) throw new IllegalArgumentException("appSecret must not be empty");
    byte[] pair = (appId + ":" + appSecret).getBytes(StandardCharsets.UTF_8);
    return new Authorization("Basic " + Base64.getEncoder().encodeToString(pair));
  }

  /**
   * Returns the credential of a user (RFC 6750).
   *
   * @throws IllegalArgumentException if the token is empty or malformed
   */
  static Authorization bearer(String token) {
    return new Authorization(bearerHeader(token));
  }

  /** Returns the credential of a user for one call, for which the source is called once. */
  static Authorization bearer(Supplier<String> tokenSource) {
    return new Authorization(() -> bearerHeader(tokenSource.get()));
  }

  /**
   * Adds the credential to an attempt; gRPC calls this for each one. Calls the source in the
   * executor, since it may block. A known value needs no other thread.
   */
  @Override
  public void applyRequestMetadata(
      RequestInfo requestInfo, Executor executor, MetadataApplier applier) {
    if (isKnown()) apply(applier);
    else executor.execute(() -> apply(applier));
  }

  private void apply(MetadataApplier applier) {
    Metadata headers = new Metadata();
    try {
      headers.put(KEY, value());
    } catch (Throwable e) {
      // Whatever it is: the call would wait until its deadline otherwise.
      applier.fail(Status.UNAUTHENTICATED.withDescription("The token source failed").withCause(e));
      return;
    }
    applier.apply(headers);
  }

  private synchronized boolean isKnown() {
    return value != null;
  }

  private synchronized String value() {
    if (value == null) value = source.get();
    return value;
  }

  /** Checks the token here, since an error of the transport might quote it. */
  private static String bearerHeader(String token) {
    if (!BEARER_TOKEN.matcher(token).matches()) {
      throw new IllegalArgumentException(
          "The user token is empty or has a character that a bearer token must not have (RFC 6750)");
    }
    return "Bearer " + token;
  }
}
