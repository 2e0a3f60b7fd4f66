package dev.qrlogin.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import qrlogin.v1.ErrorReason;
import qrlogin.v1.TicketState;

class QrLoginExceptionTest {
  private static QrLoginException errorOf(Status status, Metadata trailers) {
    return QrLoginException.of(status.asRuntimeException(trailers));
  }

  private static Metadata detailsOf(Any... details) {
    com.google.rpc.Status.Builder status = com.google.rpc.Status.newBuilder();
    for (Any detail : details) status.addDetails(detail);
    return FakeServer.rawTrailers(status.build().toByteArray());
  }

  @Test
  void readsReasonStateAndAttempts() {
    ErrorInfo info =
        ErrorInfo.newBuilder()
            .setDomain("qrlogin.v1")
            .setReason("CHECK_CODE_MISMATCH")
            .putMetadata("current_state", "AWAITING_CHECK_CODE")
            .putMetadata("attempts_left", "2")
            .build();
    QrLoginException error =
        errorOf(Status.INVALID_ARGUMENT.withDescription("wrong"), detailsOf(Any.pack(info)));
    assertEquals(Status.Code.INVALID_ARGUMENT, error.code());
    assertEquals(Optional.of(ErrorReason.ERROR_REASON_CHECK_CODE_MISMATCH), error.reason());
    assertEquals(Optional.of("CHECK_CODE_MISMATCH"), error.rawReason());
    assertEquals(Optional.of(TicketState.TICKET_STATE_AWAITING_CHECK_CODE), error.currentState());
    assertEquals(OptionalInt.of(2), error.attemptsLeft());
    assertEquals("wrong", error.rawMessage());
    assertEquals("INVALID_ARGUMENT: CHECK_CODE_MISMATCH: wrong", error.getMessage());
  }

  @Test
  void readsLimitFieldsAndDelay() {
    QuotaFailure quota =
        QuotaFailure.newBuilder()
            .addViolations(QuotaFailure.Violation.newBuilder().setSubject("screen"))
            .build();
    BadRequest badRequest =
        BadRequest.newBuilder()
            .addFieldViolations(BadRequest.FieldViolation.newBuilder().setField("qr_image.size"))
            .build();
    QrLoginException error =
        errorOf(
            Status.RESOURCE_EXHAUSTED,
            detailsOf(Any.pack(quota), Any.pack(badRequest), Any.pack(FakeServer.retryAfter(3))));
    assertEquals(Optional.of("screen"), error.exceededLimit());
    assertEquals("qr_image.size", error.fieldViolations().get(0).getField());
    assertEquals(Optional.of(Duration.ofSeconds(3)), error.retryDelay());
    assertEquals("RESOURCE_EXHAUSTED", error.getMessage());
  }

  @Test
  void countsAReasonOnlyWithTheDomainOfTheService() {
    QrLoginException error =
        errorOf(
            Status.NOT_FOUND,
            FakeServer.trailers(Status.Code.NOT_FOUND, "example.com", "TICKET_NOT_FOUND"));
    assertEquals(Optional.empty(), error.reason());
    assertEquals(Optional.of("TICKET_NOT_FOUND"), error.rawReason());
  }

  @Test
  void keepsAnUnknownReasonAsText() {
    for (String unknown : new String[] {"MADE_IN_2030", "UNSPECIFIED", "UNRECOGNIZED"}) {
      QrLoginException error =
          errorOf(Status.ABORTED, FakeServer.trailers(Status.Code.ABORTED, "qrlogin.v1", unknown));
      assertEquals(Optional.empty(), error.reason());
      assertEquals(Optional.of(unknown), error.rawReason());
    }
  }

  @Test
  void keepsCodeAndMessageIfDetailsCannotBeRead() {
    Status status = Status.NOT_FOUND.withDescription("gone");
    Any unreadable =
        Any.newBuilder()
            .setTypeUrl("type.googleapis.com/google.rpc.ErrorInfo")
            .setValue(ByteString.copyFrom(new byte[] {(byte) 0xff}))
            .build();
    for (Metadata trailers :
        new Metadata[] {
          new Metadata(), FakeServer.rawTrailers(new byte[] {(byte) 0xff}), detailsOf(unreadable)
        }) {
      QrLoginException error = errorOf(status, trailers);
      assertEquals(Status.Code.NOT_FOUND, error.code());
      assertEquals("NOT_FOUND: gone", error.getMessage());
      assertEquals(Optional.empty(), error.rawReason());
      assertTrue(error.fieldViolations().isEmpty());
    }
  }

  @Test
  void treatsANegativeDelayAsZeroAndOddCountsAsAbsent() {
    ErrorInfo info = ErrorInfo.newBuilder().putMetadata("attempts_left", "-1").build();
    RetryInfo retry = FakeServer.retryAfter(-1);
    QrLoginException error = errorOf(Status.ABORTED, detailsOf(Any.pack(info), Any.pack(retry)));
    assertEquals(Optional.of(Duration.ZERO), error.retryDelay());
    assertEquals(OptionalInt.empty(), error.attemptsLeft());
  }

  @Test
  void limitsADelayOfAges() {
    RetryInfo retry =
        RetryInfo.newBuilder()
            .setRetryDelay(
                com.google.protobuf.Duration.newBuilder()
                    .setSeconds(Long.MAX_VALUE)
                    .setNanos(Integer.MAX_VALUE))
            .build();
    QrLoginException error = errorOf(Status.UNAVAILABLE, detailsOf(Any.pack(retry)));
    assertTrue(error.retryDelay().orElseThrow().toDays() > 3_650_000);
  }

  @Test
  void surroundsAnyOtherThrowable() {
    QrLoginException error = QrLoginException.of(new IllegalStateException("odd"));
    assertEquals(Status.Code.UNKNOWN, error.code());
    assertEquals(Optional.empty(), error.reason());
  }

  @Test
  void distinguishesAStreamThatWasLostFromAFault() {
    for (String text :
        new String[] {
          "RST_STREAM closed stream. HTTP/2 error code: INTERNAL_ERROR",
          "Received unexpected EOS on empty DATA frame from server"
        }) {
      assertTrue(errorOf(Status.INTERNAL.withDescription(text), new Metadata()).endsOnlyTheCall());
    }
    Status fault = Status.INTERNAL.withDescription("Invalid protobuf byte sequence");
    assertFalse(errorOf(fault, new Metadata()).endsOnlyTheCall());
  }
}
