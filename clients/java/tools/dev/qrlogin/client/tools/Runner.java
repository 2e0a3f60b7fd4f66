package dev.qrlogin.client.tools;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import dev.qrlogin.client.AppClient;
import dev.qrlogin.client.ApproverClient;
import dev.qrlogin.client.ClientBuilder;
import dev.qrlogin.client.Pkce;
import dev.qrlogin.client.QrLoginException;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import qrlogin.v1.AuthorizeRequest;
import qrlogin.v1.CancelRequest;
import qrlogin.v1.CreateTicketRequest;
import qrlogin.v1.ExchangeUserInfoRequest;
import qrlogin.v1.GetStatusRequest;
import qrlogin.v1.MarkScannedRequest;
import qrlogin.v1.SubmitCheckCodeRequest;
import qrlogin.v1.WatchStatusRequest;
import qrlogin.v1.WithdrawRequest;

/** The runner of the conformance suite. conformance/README.md describes its protocol. */
public final class Runner {
  /** An open client of either kind. */
  private interface Client {
    Message call(String rpc, JsonObject command) throws InvalidProtocolBufferException;

    void close();
  }

  private static final JsonFormat.Printer JSON =
      JsonFormat.printer().omittingInsignificantWhitespace();

  private final PrintStream results = new PrintStream(System.out, false, StandardCharsets.UTF_8);
  private final Map<String, Client> clients = new ConcurrentHashMap<>();
  private final Map<String, AppClient> apps = new ConcurrentHashMap<>();
  private final Map<String, ReadableWatch> watches = new ConcurrentHashMap<>();
  private final ExecutorService waiting = Executors.newCachedThreadPool();

  private Runner() {}

  /** Plays commands until standard input ends. */
  public static void main(String[] arguments) throws IOException {
    new Runner().play(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)));
    // Calls of closed clients may still have threads.
    System.exit(0);
  }

  private void play(BufferedReader commands) throws IOException {
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      JsonObject command = JsonParser.parseString(line).getAsJsonObject();
      switch (text(command, "command")) {
        case "call":
        case "next":
          waiting.execute(() -> respond(command));
          break;
        default:
          respond(command);
      }
    }
    clients.values().forEach(Client::close);
  }

  private void respond(JsonObject command) {
    JsonObject response = new JsonObject();
    response.add("id", command.get("id"));
    try {
      response.add("result", run(command));
    } catch (QrLoginException e) {
      response.add("error", describe(e));
    } catch (IllegalArgumentException e) {
      JsonObject error = new JsonObject();
      error.addProperty("code", "REJECTED_BY_CLIENT");
      error.addProperty("message", e.getMessage());
      response.add("error", error);
    } catch (Exception | Error fault) {
      fault.printStackTrace();
      System.exit(1);
    }
    synchronized (results) {
      results.println(response);
      results.flush();
    }
  }

  private JsonObject run(JsonObject command) throws Exception {
    JsonObject result = new JsonObject();
    switch (text(command, "command")) {
      case "open":
        open(command);
        return result;
      case "call":
        Client client = find(clients, text(command, "client"));
        result.add("response", json(client.call(text(command, "rpc"), command)));
        return result;
      case "watch":
        AppClient app = find(apps, text(command, "client"));
        WatchStatusRequest request = parse(command, WatchStatusRequest.newBuilder()).build();
        boolean raw = command.has("raw") && command.get("raw").getAsBoolean();
        watches.put(
            text(command, "watch"),
            raw ? ReadableWatch.raw(app, request) : ReadableWatch.of(app, request));
        return result;
      case "next":
        var status = find(watches, text(command, "watch")).next();
        if (status.isPresent()) result.add("status", json(status.get()));
        else result.addProperty("end", true);
        return result;
      case "cancel":
        find(watches, text(command, "watch")).cancel();
        return result;
      case "close":
        find(clients, text(command, "client")).close();
        return result;
      case "pkce":
        String verifier =
            command.has("codeVerifier") ? text(command, "codeVerifier") : Pkce.createVerifier();
        result.addProperty("codeVerifier", verifier);
        result.addProperty("codeChallenge", Pkce.challengeOf(verifier));
        return result;
      default:
        throw new IllegalStateException("unknown command " + command.get("command"));
    }
  }

  private void open(JsonObject command) throws IOException {
    String name = text(command, "client");
    String address = text(command, "address");
    if (text(command, "kind").equals("approver")) {
      ApproverClient.Builder builder = ApproverClient.builder(address, text(command, "token"));
      configure(builder, command);
      clients.put(name, approver(builder.build()));
      return;
    }
    AppClient.Builder builder =
        AppClient.builder(address, text(command, "appId"), text(command, "appSecret"));
    configure(builder, command);
    AppClient client = builder.build();
    apps.put(name, client);
    clients.put(name, app(client));
  }

  private static void configure(ClientBuilder<?> builder, JsonObject command) throws IOException {
    if (command.has("deadlineMs")) builder.deadline(deadline(command));
    if (command.has("rootCertificates")) {
      try (InputStream pem = new FileInputStream(text(command, "rootCertificates"))) {
        builder.rootCertificates(pem);
      }
    }
  }

  private static Client app(AppClient client) {
    return new Client() {
      @Override
      public Message call(String rpc, JsonObject command) throws InvalidProtocolBufferException {
        AppClient limited =
            command.has("deadlineMs") ? client.withDeadline(deadline(command)) : client;
        switch (rpc) {
          case "CreateTicket":
            return limited.createTicket(parse(command, CreateTicketRequest.newBuilder()).build());
          case "GetStatus":
            return limited.getStatus(parse(command, GetStatusRequest.newBuilder()).build());
          case "SubmitCheckCode":
            return limited.submitCheckCode(
                parse(command, SubmitCheckCodeRequest.newBuilder()).build());
          case "Withdraw":
            return limited.withdraw(parse(command, WithdrawRequest.newBuilder()).build());
          case "ExchangeUserInfo":
            return limited.exchangeUserInfo(
                parse(command, ExchangeUserInfoRequest.newBuilder()).build());
          case "GetSigningKeys":
            return limited.getSigningKeys();
          default:
            throw new IllegalStateException("an app does not call " + rpc);
        }
      }

      @Override
      public void close() {
        client.close();
      }
    };
  }

  private static Client approver(ApproverClient client) {
    return new Client() {
      @Override
      public Message call(String rpc, JsonObject command) throws InvalidProtocolBufferException {
        ApproverClient limited =
            command.has("deadlineMs") ? client.withDeadline(deadline(command)) : client;
        switch (rpc) {
          case "MarkScanned":
            return limited.markScanned(parse(command, MarkScannedRequest.newBuilder()).build());
          case "Authorize":
            return limited.authorize(parse(command, AuthorizeRequest.newBuilder()).build());
          case "Cancel":
            return limited.cancel(parse(command, CancelRequest.newBuilder()).build());
          default:
            throw new IllegalStateException("an approver does not call " + rpc);
        }
      }

      @Override
      public void close() {
        client.close();
      }
    };
  }

  private static JsonObject describe(QrLoginException e) {
    JsonObject error = new JsonObject();
    error.addProperty("code", e.code().name());
    e.reason().ifPresent(reason -> error.addProperty("reason", suffix(reason, "ERROR_REASON_")));
    e.rawReason().ifPresent(reason -> error.addProperty("rawReason", reason));
    error.addProperty("message", e.getMessage());
    e.currentState()
        .ifPresent(state -> error.addProperty("currentState", suffix(state, "TICKET_STATE_")));
    e.attemptsLeft().ifPresent(attempts -> error.addProperty("attemptsLeft", attempts));
    e.exceededLimit().ifPresent(limit -> error.addProperty("exceededLimit", limit));
    e.retryDelay().ifPresent(delay -> error.addProperty("retryAfterMs", delay.toNanos() / 1e6));
    if (!e.fieldViolations().isEmpty()) {
      JsonArray violations = new JsonArray();
      e.fieldViolations()
          .forEach(
              violation -> {
                JsonObject entry = new JsonObject();
                entry.addProperty("field", violation.getField());
                violations.add(entry);
              });
      error.add("fieldViolations", violations);
    }
    return error;
  }

  private static String suffix(Enum<?> value, String prefix) {
    return value.name().substring(prefix.length());
  }

  private static JsonElement json(MessageOrBuilder message) throws InvalidProtocolBufferException {
    return JsonParser.parseString(JSON.print(message));
  }

  private static <B extends Message.Builder> B parse(JsonObject command, B builder)
      throws InvalidProtocolBufferException {
    JsonFormat.parser().merge(command.get("request").toString(), builder);
    return builder;
  }

  private static Duration deadline(JsonObject command) {
    return Duration.ofMillis(command.get("deadlineMs").getAsLong());
  }

  private static String text(JsonObject command, String field) {
    return command.get(field).getAsString();
  }

  /** Returns the named value. The player knows what it has created, so anything else is a fault. */
  private static <T> T find(Map<String, T> values, String name) {
    T value = values.get(name);
    if (value == null) throw new IllegalStateException("there is no " + name);
    return value;
  }
}
