package dev.qrlogin.client;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import qrlogin.v1.QrLoginServiceGrpc;

/** A gRPC server on a free port that plays prepared replies, in order, whatever is called. */
final class FakeServer implements AutoCloseable {
  /** One request that has arrived. */
  static final class Request {
    final String rpc;
    final String authorization;
    final String timeout;
    final long nanoTime = System.nanoTime();

    private Request(MethodDescriptor<?, ?> method, Metadata headers) {
      rpc = method.getBareMethodName();
      authorization = headers.get(key("authorization"));
      timeout = headers.get(key("grpc-timeout"));
    }
  }

  /** What the server does with a call. */
  interface Reply {
    void send(ServerCall<Message, Message> call);
  }

  final List<Request> requests = new CopyOnWriteArrayList<>();
  final BlockingQueue<String> arrived = new LinkedBlockingQueue<>();
  final BlockingQueue<String> cancelled = new LinkedBlockingQueue<>();
  private final BlockingQueue<Reply> replies = new LinkedBlockingQueue<>();
  private final Server server;

  FakeServer() throws IOException {
    ServerServiceDefinition.Builder service =
        ServerServiceDefinition.builder(QrLoginServiceGrpc.getServiceDescriptor());
    for (MethodDescriptor<?, ?> method : QrLoginServiceGrpc.getServiceDescriptor().getMethods()) {
      add(service, method);
    }
    server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(service.build())
            .build()
            .start();
  }

  String address() {
    return "127.0.0.1:" + server.getPort();
  }

  /** Adds replies, one for each further call. A call without one fails with UNIMPLEMENTED. */
  FakeServer reply(Reply... more) {
    replies.addAll(List.of(more));
    return this;
  }

  /** Waits for an event of a queue above. */
  static String await(BlockingQueue<String> events) throws InterruptedException {
    String event = events.poll(10, TimeUnit.SECONDS);
    if (event == null) throw new AssertionError("there was no event in time");
    return event;
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  /** Sends messages and ends the call with OK. */
  static Reply ok(Message... messages) {
    return call -> {
      write(call, messages);
      call.close(Status.OK, new Metadata());
    };
  }

  /** Sends messages and leaves the call open. */
  static Reply open(Message... messages) {
    return call -> write(call, messages);
  }

  /** Ends the call with an error as the service sends it. */
  static Reply error(Status.Code code, String reason, Message... details) {
    return call -> call.close(code.toStatus(), trailers(code, "qrlogin.v1", reason, details));
  }

  /** Ends the call with an error without details, after these messages. */
  static Reply bareError(Status status, Message... messages) {
    return call -> {
      if (messages.length > 0) write(call, messages);
      call.close(status, new Metadata());
    };
  }

  /** Adds the header with which gRPC's own retries wait, as the service sends it. */
  static Reply pushback(Status.Code code, String milliseconds) {
    return call -> {
      Metadata trailers = new Metadata();
      trailers.put(key("grpc-retry-pushback-ms"), milliseconds);
      call.close(code.toStatus(), trailers);
    };
  }

  /** Returns the trailers of an error of the service. */
  static Metadata trailers(Status.Code code, String domain, String reason, Message... details) {
    com.google.rpc.Status.Builder status =
        com.google.rpc.Status.newBuilder()
            .setCode(code.value())
            .addDetails(
                Any.pack(ErrorInfo.newBuilder().setDomain(domain).setReason(reason).build()));
    for (Message detail : details) status.addDetails(Any.pack(detail));
    return rawTrailers(status.build().toByteArray());
  }

  static Metadata rawTrailers(byte[] details) {
    Metadata trailers = new Metadata();
    trailers.put(
        Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER), details);
    return trailers;
  }

  static RetryInfo retryAfter(long seconds) {
    return RetryInfo.newBuilder()
        .setRetryDelay(com.google.protobuf.Duration.newBuilder().setSeconds(seconds))
        .build();
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  private static void write(ServerCall<Message, Message> call, Message... messages) {
    call.sendHeaders(new Metadata());
    for (Message message : messages) call.sendMessage(message);
  }

  @SuppressWarnings("unchecked")
  private void add(ServerServiceDefinition.Builder service, MethodDescriptor<?, ?> method) {
    ServerCallHandler<Message, Message> handler =
        (call, headers) -> {
          call.request(2);
          return new ServerCall.Listener<>() {
            @Override
            public void onHalfClose() {
              requests.add(new Request(method, headers));
              arrived.add(method.getBareMethodName());
              Reply reply = replies.poll();
              if (reply == null) call.close(Status.UNIMPLEMENTED, new Metadata());
              else reply.send(call);
            }

            @Override
            public void onCancel() {
              cancelled.add(method.getBareMethodName());
            }
          };
        };
    service.addMethod((MethodDescriptor<Message, Message>) method, handler);
  }
}
