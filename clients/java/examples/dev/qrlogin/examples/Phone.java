package dev.qrlogin.examples;

import dev.qrlogin.client.ApproverClient;
import dev.qrlogin.client.QrLoginException;
import java.util.Map;
import java.util.Scanner;
import qrlogin.v1.AuthorizeRequest;
import qrlogin.v1.AuthorizeResponse;
import qrlogin.v1.CancelRequest;
import qrlogin.v1.ContextSource;
import qrlogin.v1.MarkScannedRequest;
import qrlogin.v1.MarkScannedResponse;
import qrlogin.v1.PhoneCapability;
import qrlogin.v1.RequesterContext;

/** The phone: shows who is asking for the scanned code, asks for consent, and approves. */
public final class Phone {
  private Phone() {}

  /** Handles one code, whose text is the argument. */
  public static void main(String[] arguments) {
    String token = System.getenv("QRLOGIN_USER_TOKEN");
    if (arguments.length != 1 || token == null) {
      System.err.println("usage: QRLOGIN_USER_TOKEN=TOKEN example-phone TEXT");
      System.exit(2);
    }
    Map<String, String> environment = System.getenv();
    String address = environment.getOrDefault("QRLOGIN_ADDRESS", "127.0.0.1:50051");
    Scanner terminal = new Scanner(System.in, "UTF-8");
    try (ApproverClient client = ApproverClient.builder(address, token).build()) {
      approve(client, arguments[0], terminal);
    } catch (QrLoginException | IllegalArgumentException e) {
      System.err.println("Failed: " + e.getMessage());
      System.exit(1);
    }
  }

  private static void approve(ApproverClient client, String scannedText, Scanner terminal) {
    MarkScannedResponse scanned =
        client.markScanned(
            MarkScannedRequest.newBuilder()
                .setQrContent(scannedText)
                .addCapabilities(PhoneCapability.PHONE_CAPABILITY_CHECK_CODE)
                .build());
    System.out.printf("Sign in to %s?%n", scanned.getApp().getName());
    show(scanned.getRequester());
    System.out.println(
        "Is the code on a screen in front of you, on a page that you opened yourself just now?"
            + " [y/N]");
    String reply = terminal.hasNextLine() ? terminal.nextLine().strip() : "";
    if (!reply.equalsIgnoreCase("y") && !reply.equalsIgnoreCase("yes")) {
      client.cancel(CancelRequest.newBuilder().setTicketId(scanned.getTicketId()).build());
      System.out.println("Declined.");
      return;
    }
    AuthorizeResponse approval =
        client.authorize(AuthorizeRequest.newBuilder().setTicketId(scanned.getTicketId()).build());
    if (approval.getCheckCode().isEmpty()) {
      System.out.println("Approved.");
      return;
    }
    System.out.printf(
        "Type this number on %s only: %s%n", scanned.getApp().getName(), approval.getCheckCode());
    System.out.println("Never tell it to anybody, not by phone, chat or mail.");
  }

  /** Prints what the service knows of the requesting screen, each item with its source. */
  private static void show(RequesterContext requester) {
    show("address", requester.getIpAddress(), requester.getIpAddressSource());
    show("browser", requester.getUserAgent(), requester.getUserAgentSource());
    show("device", requester.getDeviceName(), requester.getDeviceNameSource());
    show("location", requester.getLocation(), requester.getLocationSource());
  }

  private static void show(String name, String value, ContextSource source) {
    if (value.isEmpty()) return;
    switch (source) {
      case CONTEXT_SOURCE_STATED_BY_APP:
        System.out.printf("  %s: %s (stated by the website)%n", name, value);
        break;
      case CONTEXT_SOURCE_OBSERVED_BY_GATEWAY:
        System.out.printf("  %s: %s (observed)%n", name, value);
        break;
      default:
        System.out.printf("  %s: \"%s\" (claimed by the page, not checked)%n", name, value);
    }
  }
}
