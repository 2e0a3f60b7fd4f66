package example;

import com.google.gson.Gson;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.grpc.ChannelCredentials;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import qrlogin.v1.CreateTicketRequest;
import qrlogin.v1.CreateTicketResponse;
import qrlogin.v1.ExchangeUserInfoRequest;
import qrlogin.v1.QrLoginServiceGrpc;
import qrlogin.v1.QrLoginServiceGrpc.QrLoginServiceBlockingStub;
import qrlogin.v1.TicketState;
import qrlogin.v1.TicketStatus;
import qrlogin.v1.UserInfo;
import qrlogin.v1.WatchStatusRequest;
import qrlogin.v1.WatchStatusResponse;

/** Signs a user in with code that is generated from the proto. */
final class SignIn {
  // snippet: connect
  /**
   * Opens a channel. It uses plain text, which is for loopback alone, or TLS with these root
   * certificates.
   */
  static ManagedChannel connect(String address, Optional<File> rootCertificates)
      throws IOException {
    ChannelCredentials credentials = InsecureChannelCredentials.create();
    if (rootCertificates.isPresent()) {
      credentials = TlsChannelCredentials.newBuilder().trustManager(rootCertificates.get()).build();
    }
    Map<String, ?> serviceConfig =
        new Gson().fromJson(Files.readString(Path.of("service_config.json")), Map.class);
    return Grpc.newChannelBuilder(address, credentials)
        .defaultServiceConfig(serviceConfig)
        // A service config in the DNS could have exchanges repeated.
        .disableServiceConfigLookUp()
        .keepAliveTime(30, TimeUnit.SECONDS)
        .keepAliveTimeout(10, TimeUnit.SECONDS)
        .keepAliveWithoutCalls(true)
        .build();
  }

  // end snippet

  // snippet: sign-in
  /** Returns the user who has scanned the code and approved, or nothing if nobody has in time. */
  static Optional<UserInfo> signIn(ManagedChannel channel, String appId, String appSecret) {
    byte[] credential = (appId + ":" + appSecret).getBytes(StandardCharsets.UTF_8);
    Metadata metadata = new Metadata();
    metadata.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
        "Basic " + Base64.getEncoder().encodeToString(credential));
    QrLoginServiceBlockingStub service =
        QrLoginServiceGrpc.newBlockingStub(channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));

    CreateTicketResponse ticket =
        service
            .withDeadlineAfter(10, TimeUnit.SECONDS)
            .createTicket(CreateTicketRequest.getDefaultInstance());
    System.out.println(ticket.getQrContent()); // the text to draw
    WatchStatusRequest request =
        WatchStatusRequest.newBuilder()
            .setTicketId(ticket.getTicketId())
            .setTicketSecret(ticket.getTicketSecret())
            .build();
    // Cancels the watch at the end of the block. It has no deadline: it lasts as long as its ticket.
    try (Context.CancellableContext context = Context.current().withCancellation()) {
      Context outer = context.attach();
      Iterator<WatchStatusResponse> watch;
      try {
        watch = service.watchStatus(request);
      } finally {
        context.detach(outer);
      }
      while (watch.hasNext()) {
        TicketStatus status = watch.next().getStatus();
        if (status.getState() != TicketState.TICKET_STATE_AUTHORIZED) continue;
        ExchangeUserInfoRequest exchange =
            ExchangeUserInfoRequest.newBuilder()
                .setExchangeTicket(status.getExchangeTicket())
                .build();
        return Optional.of(
            service.withDeadlineAfter(10, TimeUnit.SECONDS).exchangeUserInfo(exchange).getUser());
      }
      return Optional.empty(); // cancelled or expired
    }
  }

  // end snippet

  // snippet: errors
  /**
   * Returns the reason of an error, such as TICKET_EXPIRED, or the status code if the error has
   * none.
   */
  static String reasonOf(StatusRuntimeException error) {
    Status status = StatusProto.fromThrowable(error); // never null for this exception
    try {
      for (Any detail : status.getDetailsList()) {
        if (!detail.is(ErrorInfo.class)) continue;
        ErrorInfo info = detail.unpack(ErrorInfo.class);
        if (info.getDomain().equals("qrlogin.v1")) return info.getReason();
      }
    } catch (InvalidProtocolBufferException unreadable) {
      // The code says as much as can be known.
    }
    return error.getStatus().getCode().name();
  }

  // end snippet

  public static void main(String[] args) throws IOException {
    Map<String, String> environment = System.getenv();
    Optional<File> rootCertificates =
        Optional.ofNullable(environment.get("QRLOGIN_ROOT_CERTIFICATES")).map(File::new);
    ManagedChannel channel = connect(environment.get("QRLOGIN_ADDRESS"), rootCertificates);
    try {
      String appSecret = environment.get("QRLOGIN_APP_SECRET");
      System.out.println(
          signIn(channel, environment.get("QRLOGIN_APP_ID"), appSecret)
              .map(UserInfo::getUserId)
              .orElse("nobody"));
    } catch (StatusRuntimeException error) {
      System.err.println(reasonOf(error));
      System.exit(1);
    } finally {
      channel.shutdownNow();
    }
  }
}
