package dev.qrlogin.client;

import com.google.rpc.BadRequest;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import qrlogin.v1.ErrorReason;
import qrlogin.v1.TicketState;

/**
 * The error of a call: an error of the service, or a failure on the way.
 *
 * <p>Branch on {@link #reason}, or on {@link #code} if there is none. The message is for people and
 * may change. It contains no secret, token or code.
 */
public final class QrLoginException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The texts by which alone grpc-java identifies a stream that was reset, or has no trailers. */
  private static final Pattern LOST_STREAM = Pattern.compile("RST_STREAM|unexpected EOS");

  private final Status.Code code;
  private final String rawMessage;

  // Like the Status in the cause, which gRPC does not make serializable either.
  @SuppressWarnings("serial")
  private final ErrorDetails details;

  private QrLoginException(
      Status.Code code, String rawMessage, ErrorDetails details, @Nullable Throwable cause) {
    super(
        Stream.of(code.name(), details.rawReason(), rawMessage)
            .filter(text -> text != null && !text.isEmpty())
            .collect(Collectors.joining(": ")),
        cause);
    this.code = code;
    this.rawMessage = rawMessage;
    this.details = details;
  }

  /**
   * Converts the error of a call that was made with a generated stub, such as one over {@link
   * AppClient#channel}. Anything else than a {@link StatusRuntimeException} or a {@link
   * StatusException} becomes an error with the code UNKNOWN.
   */
  public static QrLoginException of(Throwable cause) {
    Status status = Status.fromThrowable(cause);
    String description = status.getDescription();
    return new QrLoginException(
        status.getCode(),
        description == null ? "" : description,
        ErrorDetails.parse(Status.trailersFromThrowable(cause)),
        cause);
  }

  /** Returns the gRPC status code. */
  public Status.Code code() {
    return code;
  }

  /**
   * Returns the reason of the error. Empty if the service did not reply, or sent a reason that this
   * client does not know.
   */
  public Optional<ErrorReason> reason() {
    return Optional.ofNullable(details.reason());
  }

  /** Reports whether the error has this reason. */
  public boolean hasReason(ErrorReason reason) {
    return details.reason() == Objects.requireNonNull(reason);
  }

  /** Returns the reason as it was sent, even if this client does not know it. */
  public Optional<String> rawReason() {
    return Optional.ofNullable(details.rawReason());
  }

  /** Returns the message of the service for people, without code and reason; may be empty. */
  public String rawMessage() {
    return rawMessage;
  }

  /** Returns the state of the ticket that the error depends on. */
  public Optional<TicketState> currentState() {
    return Optional.ofNullable(details.currentState());
  }

  /** Returns the number of attempts that are left, for CHECK_CODE_MISMATCH. */
  public OptionalInt attemptsLeft() {
    Integer attempts = details.attemptsLeft();
    return attempts == null ? OptionalInt.empty() : OptionalInt.of(attempts);
  }

  /** Returns the name of the limit that the call exceeded, such as `screen`, for RATE_LIMITED. */
  public Optional<String> exceededLimit() {
    return Optional.ofNullable(details.exceededLimit());
  }

  /** Returns the faults in the fields of the request. Empty unless the code is INVALID_ARGUMENT. */
  public List<BadRequest.FieldViolation> fieldViolations() {
    return details.fieldViolations();
  }

  /** Returns the delay that the service asks for before another attempt. */
  public Optional<Duration> retryDelay() {
    return Optional.ofNullable(details.retryDelay());
  }

  /**
   * Reports whether a watch may go on: the call was cut off on its way, which says nothing about
   * the ticket, or the limit of watches was reached.
   */
  boolean endsOnlyTheCall() {
    if (hasReason(ErrorReason.ERROR_REASON_TOO_MANY_WATCHES)) return true;
    if (code == Status.Code.UNAVAILABLE) {
      return !hasReason(ErrorReason.ERROR_REASON_OUTCOME_UNKNOWN);
    }
    if (details.rawReason() != null) return false;
    // A watch neither cancels its call nor sets a deadline before it ends, so a proxy did.
    return code == Status.Code.CANCELLED
        || code == Status.Code.DEADLINE_EXCEEDED
        || (code == Status.Code.INTERNAL && LOST_STREAM.matcher(rawMessage).find());
  }
}
