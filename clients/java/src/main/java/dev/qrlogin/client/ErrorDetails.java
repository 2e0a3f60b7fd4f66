package dev.qrlogin.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.Metadata;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qrlogin.v1.ErrorReason;
import qrlogin.v1.TicketState;

/** The error details in the trailer `grpc-status-details-bin`. */
final class ErrorDetails {
  static final ErrorDetails NONE = new ErrorDetails(List.of());

  private static final String DOMAIN = "qrlogin.v1";
  private static final Metadata.Key<byte[]> TRAILER =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

  /** 10,000 years, the limit of google.protobuf.Duration. */
  private static final long MAX_DELAY_SECONDS = 315_576_000_000L;

  private final @Nullable String rawReason;
  private final @Nullable ErrorReason reason;
  private final @Nullable TicketState currentState;
  private final @Nullable Integer attemptsLeft;
  private final @Nullable String exceededLimit;
  private final List<BadRequest.FieldViolation> fieldViolations;
  private final @Nullable Duration retryDelay;

  private ErrorDetails(List<Any> details) {
    ErrorInfo info = find(details, ErrorInfo.getDefaultInstance());
    BadRequest badRequest = find(details, BadRequest.getDefaultInstance());
    QuotaFailure quota = find(details, QuotaFailure.getDefaultInstance());
    RetryInfo retry = find(details, RetryInfo.getDefaultInstance());
    rawReason = info == null ? null : emptyToNull(info.getReason());
    // Another service on the way can have reasons and keys of the same names.
    boolean isOurs = info != null && info.getDomain().equals(DOMAIN);
    reason = isOurs ? toReason(info.getReason()) : null;
    currentState = isOurs ? toState(info.getMetadataMap().get("current_state")) : null;
    attemptsLeft = isOurs ? toCount(info.getMetadataMap().get("attempts_left")) : null;
    exceededLimit =
        quota == null || quota.getViolationsCount() == 0
            ? null
            : emptyToNull(quota.getViolations(0).getSubject());
    fieldViolations =
        badRequest == null ? List.of() : List.copyOf(badRequest.getFieldViolationsList());
    retryDelay = retry == null || !retry.hasRetryDelay() ? null : toDuration(retry.getRetryDelay());
  }

  /**
   * Returns the details in the trailers of a call. Leaves out whatever is missing or cannot be
   * read, since any proxy on the way can write this trailer. The status code counts without it.
   */
  static ErrorDetails parse(@Nullable Metadata trailers) {
    byte[] packed = trailers == null ? null : trailers.get(TRAILER);
    if (packed == null) return NONE;
    try {
      return new ErrorDetails(Status.parseFrom(packed).getDetailsList());
    } catch (InvalidProtocolBufferException unreadable) {
      return NONE;
    }
  }

  @Nullable String rawReason() {
    return rawReason;
  }

  @Nullable ErrorReason reason() {
    return reason;
  }

  @Nullable TicketState currentState() {
    return currentState;
  }

  @Nullable Integer attemptsLeft() {
    return attemptsLeft;
  }

  @Nullable String exceededLimit() {
    return exceededLimit;
  }

  List<BadRequest.FieldViolation> fieldViolations() {
    return fieldViolations;
  }

  @Nullable Duration retryDelay() {
    return retryDelay;
  }

  private static <T extends Message> @Nullable T find(List<Any> details, T type) {
    @SuppressWarnings("unchecked")
    Class<T> messageClass = (Class<T>) type.getClass();
    for (Any detail : details) {
      if (!detail.is(messageClass)) continue;
      try {
        return detail.unpack(messageClass);
      } catch (InvalidProtocolBufferException unreadable) {
        return null;
      }
    }
    return null;
  }

  private static @Nullable ErrorReason toReason(String text) {
    var value = ErrorReason.getDescriptor().findValueByName("ERROR_REASON_" + text);
    return value == null || value.getNumber() == 0 ? null : ErrorReason.valueOf(value);
  }

  private static @Nullable TicketState toState(@Nullable String text) {
    var value = TicketState.getDescriptor().findValueByName("TICKET_STATE_" + text);
    return value == null || value.getNumber() == 0 ? null : TicketState.valueOf(value);
  }

  private static @Nullable Integer toCount(@Nullable String text) {
    return text != null && text.matches("[0-9]{1,9}") ? Integer.valueOf(text) : null;
  }

  /** Returns the delay, or zero if it is negative. It is at most the longest one that is valid. */
  private static Duration toDuration(com.google.protobuf.Duration delay) {
    if (delay.getSeconds() < 0 || delay.getNanos() < 0) return Duration.ZERO;
    return Duration.ofSeconds(Math.min(delay.getSeconds(), MAX_DELAY_SECONDS), delay.getNanos());
  }

  private static @Nullable String emptyToNull(String text) {
    return text.isEmpty() ? null : text;
  }
}
