package dev.qrlogin.examples;

import dev.qrlogin.client.AppClient;
import dev.qrlogin.client.Pkce;
import dev.qrlogin.client.QrLoginException;
import dev.qrlogin.client.TicketWatch;
import java.util.Optional;
import java.util.Scanner;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import qrlogin.v1.CreateTicketRequest;
import qrlogin.v1.CreateTicketResponse;
import qrlogin.v1.CreatorCapability;
import qrlogin.v1.ErrorReason;
import qrlogin.v1.ExchangeUserInfoRequest;
import qrlogin.v1.SubmitCheckCodeRequest;
import qrlogin.v1.TicketStatus;
import qrlogin.v1.UserInfo;
import qrlogin.v1.WatchStatusRequest;

/** A website's back end: shows the code, watches the status, and gets the user. */
public final class Website {
  private Website() {}

  // snippet: sign-in
  /**
   * Signs one user in. Returns nothing if the user declines, takes too long, or types a wrong check
   * code too often.
   *
   * @param draw gets the text of each code to draw
   * @param askForCheckCode returns the number that the user reads on the phone, of so many digits
   */
  static Optional<UserInfo> signIn(
      AppClient client, Consumer<String> draw, IntFunction<String> askForCheckCode) {
    String verifier = Pkce.createVerifier();
    CreateTicketResponse ticket =
        client.createTicket(
            CreateTicketRequest.newBuilder()
                .setCodeChallenge(Pkce.challengeOf(verifier))
                .addCapabilities(CreatorCapability.CREATOR_CAPABILITY_CHECK_CODE)
                .addCapabilities(CreatorCapability.CREATOR_CAPABILITY_QR_CODE_STEPS)
                .build());
    String drawn = ticket.getQrContent();
    draw.accept(drawn);

    WatchStatusRequest request =
        WatchStatusRequest.newBuilder()
            .setTicketId(ticket.getTicketId())
            .setTicketSecret(ticket.getTicketSecret())
            .build();
    try (TicketWatch watch = client.watchStatus(request)) {
      for (TicketStatus status : watch) {
        switch (status.getState()) {
          case TICKET_STATE_PENDING:
            if (status.hasQrCodeStep() && !status.getQrCodeStep().getQrContent().equals(drawn)) {
              drawn = status.getQrCodeStep().getQrContent();
              draw.accept(drawn);
            }
            break;
          case TICKET_STATE_AWAITING_CHECK_CODE:
            submit(client, ticket, askForCheckCode.apply(status.getCheckCodeDigits()));
            break;
          case TICKET_STATE_AUTHORIZED:
            ExchangeUserInfoRequest exchange =
                ExchangeUserInfoRequest.newBuilder()
                    .setExchangeTicket(status.getExchangeTicket())
                    .setCodeVerifier(verifier)
                    .build();
            return Optional.of(client.exchangeUserInfo(exchange).getUser());
          default:
            break;
        }
      }
    }
    return Optional.empty();
  }

  // end snippet

  // snippet: errors
  /** Submits a check code. After a wrong one, the watch sends the new status. */
  private static void submit(AppClient client, CreateTicketResponse ticket, String checkCode) {
    try {
      client.submitCheckCode(
          SubmitCheckCodeRequest.newBuilder()
              .setTicketId(ticket.getTicketId())
              .setTicketSecret(ticket.getTicketSecret())
              .setCheckCode(checkCode)
              .build());
    } catch (QrLoginException e) {
      if (!e.hasReason(ErrorReason.ERROR_REASON_CHECK_CODE_MISMATCH)) throw e;
      System.out.println("Wrong. Attempts left: " + e.attemptsLeft().orElse(0));
    }
  }

  // end snippet

  /** Runs one sign-in on the terminal. */
  public static void main(String[] arguments) {
    Scanner terminal = new Scanner(System.in, "UTF-8");
    String address = environment("QRLOGIN_ADDRESS", "127.0.0.1:50051");
    String appId = environment("QRLOGIN_APP_ID", "demo-app");
    String appSecret = environment("QRLOGIN_APP_SECRET", "demo-secret");
    try (AppClient client = AppClient.builder(address, appId, appSecret).build()) {
      Optional<UserInfo> signedIn =
          signIn(
              client,
              System.out::println,
              digits -> {
                System.out.printf("Type the %d digits that the phone shows:%n", digits);
                return terminal.nextLine().strip();
              });
      if (signedIn.isEmpty()) {
        System.out.println("No user signed in.");
        System.exit(1);
      }
      UserInfo user = signedIn.get();
      System.out.printf("Hello, %s (%s)%n", user.getNickname(), user.getUserId());
    } catch (QrLoginException | IllegalArgumentException e) {
      System.err.println("Failed: " + e.getMessage());
      System.exit(1);
    }
  }

  private static String environment(String name, String fallback) {
    return Optional.ofNullable(System.getenv(name)).orElse(fallback);
  }
}
