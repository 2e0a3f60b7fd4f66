package dev.qrlogin.client.tools;

import dev.qrlogin.client.AppClient;
import dev.qrlogin.client.QrLoginException;
import dev.qrlogin.client.TicketWatch;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import java.util.Iterator;
import java.util.Optional;
import qrlogin.v1.QrLoginServiceGrpc;
import qrlogin.v1.TicketStatus;
import qrlogin.v1.WatchStatusRequest;
import qrlogin.v1.WatchStatusResponse;

/** A watch of the runner: the layer's own, or one call of the generated client. */
interface ReadableWatch {
  /** Waits for the next status. Returns nothing after the last one. */
  Optional<TicketStatus> next();

  void cancel();

  /** Starts a watch of the layer. */
  static ReadableWatch of(AppClient client, WatchStatusRequest request) {
    TicketWatch watch = client.watchStatus(request);
    Iterator<TicketStatus> statuses = watch.iterator();
    return new ReadableWatch() {
      @Override
      public Optional<TicketStatus> next() {
        return statuses.hasNext() ? Optional.of(statuses.next()) : Optional.empty();
      }

      @Override
      public void cancel() {
        watch.close();
      }
    };
  }

  /** Starts one call, all of whose messages are passed on. */
  static ReadableWatch raw(AppClient client, WatchStatusRequest request) {
    var stub = QrLoginServiceGrpc.newBlockingStub(client.channel());
    Context.CancellableContext context = Context.current().withCancellation();
    Context previous = context.attach();
    Iterator<WatchStatusResponse> messages;
    try {
      messages = stub.watchStatus(request);
    } finally {
      context.detach(previous);
    }
    return new ReadableWatch() {
      @Override
      public Optional<TicketStatus> next() {
        try {
          return messages.hasNext() ? Optional.of(messages.next().getStatus()) : Optional.empty();
        } catch (StatusRuntimeException e) {
          throw QrLoginException.of(e);
        }
      }

      @Override
      public void cancel() {
        context.cancel(null);
      }
    };
  }
}
