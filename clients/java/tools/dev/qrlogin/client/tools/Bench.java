package dev.qrlogin.client.tools;

import com.google.protobuf.Duration;
import dev.qrlogin.client.AppClient;
import dev.qrlogin.client.TicketWatch;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;
import java.util.function.Consumer;
import qrlogin.v1.CreateTicketRequest;
import qrlogin.v1.CreateTicketResponse;
import qrlogin.v1.GetSigningKeysRequest;
import qrlogin.v1.QrLoginServiceGrpc;
import qrlogin.v1.QrLoginServiceGrpc.QrLoginServiceBlockingStub;
import qrlogin.v1.WatchStatusRequest;

/** Compares the layer with the bare generated client, in rounds that alternate. */
public final class Bench {
  private static final String APP = "demo-app";
  private static final String SECRET = "demo-secret";

  private final AppClient layer;
  private final QrLoginServiceBlockingStub bare;

  private Bench(AppClient layer, QrLoginServiceBlockingStub bare) {
    this.layer = layer;
    this.bare = bare;
  }

  /** Measures against the server at QRLOGIN_ADDRESS. */
  public static void main(String[] arguments) {
    String address = Objects.requireNonNull(System.getenv("QRLOGIN_ADDRESS"), "QRLOGIN_ADDRESS");
    ManagedChannel channel =
        Grpc.newChannelBuilder(address, InsecureChannelCredentials.create()).build();
    Metadata headers = new Metadata();
    byte[] credential = (APP + ":" + SECRET).getBytes(StandardCharsets.UTF_8);
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
        "Basic " + Base64.getEncoder().encodeToString(credential));
    try (AppClient client = AppClient.builder(address, APP, SECRET).build()) {
      new Bench(
              client,
              QrLoginServiceGrpc.newBlockingStub(channel)
                  .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers)))
          .run();
    } finally {
      channel.shutdownNow();
    }
  }

  private void run() {
    compare("GetSigningKeys", 1_000, this::callLayer, this::callBare);
    compare("watch until its first status", 300, this::watchLayer, this::watchBare);
  }

  /** Measures {@code count} operations of each in rounds of 100, after one round that warms up. */
  private void compare(
      String name,
      int count,
      Consumer<WatchStatusRequest> layerOperation,
      Consumer<WatchStatusRequest> bareOperation) {
    round(layerOperation);
    round(bareOperation);
    long layerNanos = 0;
    long bareNanos = 0;
    for (int done = 0; done < count; done += 100) {
      layerNanos += round(layerOperation);
      bareNanos += round(bareOperation);
    }
    System.out.printf(
        "%s: layer %.3f ms, bare %.3f ms, ratio %.2f%n",
        name, layerNanos / 1e6 / count, bareNanos / 1e6 / count, (double) layerNanos / bareNanos);
  }

  /** Returns the time of 100 operations on a new ticket, in nanoseconds. */
  private long round(Consumer<WatchStatusRequest> operation) {
    CreateTicketResponse ticket =
        layer.createTicket(
            CreateTicketRequest.newBuilder().setTtl(Duration.newBuilder().setSeconds(60)).build());
    WatchStatusRequest request =
        WatchStatusRequest.newBuilder()
            .setTicketId(ticket.getTicketId())
            .setTicketSecret(ticket.getTicketSecret())
            .build();
    long start = System.nanoTime();
    for (int i = 0; i < 100; i++) operation.accept(request);
    return System.nanoTime() - start;
  }

  private void callLayer(WatchStatusRequest unused) {
    layer.getSigningKeys();
  }

  private void callBare(WatchStatusRequest unused) {
    bare.getSigningKeys(GetSigningKeysRequest.getDefaultInstance());
  }

  private void watchLayer(WatchStatusRequest request) {
    try (TicketWatch watch = layer.watchStatus(request)) {
      watch.iterator().next();
    }
  }

  private void watchBare(WatchStatusRequest request) {
    try (Context.CancellableContext context = Context.current().withCancellation()) {
      context.run(() -> bare.watchStatus(request).next());
    }
  }
}
