package dev.qrlogin.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Iterator;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import qrlogin.v1.AuthorizeRequest;
import qrlogin.v1.CreateTicketRequest;
import qrlogin.v1.CreateTicketResponse;
import qrlogin.v1.ErrorReason;
import qrlogin.v1.ExchangeUserInfoRequest;
import qrlogin.v1.ExchangeUserInfoResponse;
import qrlogin.v1.MarkScannedRequest;
import qrlogin.v1.TicketState;
import qrlogin.v1.TicketStatus;
import qrlogin.v1.WatchStatusRequest;

/** Runs beside a server in development mode: {@code clients/with-server}. */
@Timeout(30)
class SignInTest {
  private static String environment(String name) {
    return Objects.requireNonNull(
        System.getenv(name), name + " is missing: run the tests with clients/with-server");
  }

  @Test
  void signsAliceInOnceAndOnlyWithTheVerifier() {
    String address = environment("QRLOGIN_ADDRESS");
    try (AppClient app = AppClient.builder(address, "demo-app", "demo-secret").build();
        ApproverClient phone =
            ApproverClient.builder(address, environment("QRLOGIN_USER_TOKEN")).build()) {
      String verifier = Pkce.createVerifier();
      CreateTicketResponse ticket =
          app.createTicket(
              CreateTicketRequest.newBuilder()
                  .setCodeChallenge(Pkce.challengeOf(verifier))
                  .build());
      WatchStatusRequest request =
          WatchStatusRequest.newBuilder()
              .setTicketId(ticket.getTicketId())
              .setTicketSecret(ticket.getTicketSecret())
              .build();
      try (TicketWatch watch = app.watchStatus(request)) {
        Iterator<TicketStatus> statuses = watch.iterator();
        assertEquals(TicketState.TICKET_STATE_PENDING, statuses.next().getState());

        phone.markScanned(
            MarkScannedRequest.newBuilder().setQrContent(ticket.getQrContent()).build());
        assertEquals(TicketState.TICKET_STATE_SCANNED, statuses.next().getState());

        phone.authorize(AuthorizeRequest.newBuilder().setTicketId(ticket.getTicketId()).build());
        TicketStatus authorized = statuses.next();
        assertEquals(TicketState.TICKET_STATE_AUTHORIZED, authorized.getState());

        ExchangeUserInfoRequest.Builder exchange =
            ExchangeUserInfoRequest.newBuilder().setExchangeTicket(authorized.getExchangeTicket());
        QrLoginException noProof =
            assertThrows(QrLoginException.class, () -> app.exchangeUserInfo(exchange.build()));
        assertTrue(noProof.hasReason(ErrorReason.ERROR_REASON_PROOF_INVALID));

        exchange.setCodeVerifier(verifier);
        ExchangeUserInfoResponse signedIn = app.exchangeUserInfo(exchange.build());
        assertEquals("alice", signedIn.getUser().getUserId());
        QrLoginException second =
            assertThrows(QrLoginException.class, () -> app.exchangeUserInfo(exchange.build()));
        assertTrue(second.hasReason(ErrorReason.ERROR_REASON_TICKET_ALREADY_EXCHANGED));
        assertEquals(TicketState.TICKET_STATE_EXCHANGED, second.currentState().orElseThrow());

        assertEquals(TicketState.TICKET_STATE_EXCHANGED, statuses.next().getState());
        assertFalse(statuses.hasNext());
      }
    }
  }
}
