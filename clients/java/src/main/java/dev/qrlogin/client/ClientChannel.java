package dev.qrlogin.client;

import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Sends each call over its connection, with the credential and the deadline of the client. */
final class ClientChannel extends Channel {
  private final Connection connection;
  private final Supplier<? extends CallCredentials> credentials;
  private final Duration deadline;

  /**
   * @param credentials returns the credential of each call
   * @param deadline time limit of a unary call that has none
   * @throws IllegalArgumentException if the deadline is not above zero
   */
  ClientChannel(
      Connection connection, Supplier<? extends CallCredentials> credentials, Duration deadline) {
    this.connection = connection;
    this.credentials = credentials;
    this.deadline = requirePositive(deadline);
  }

  /** Returns the deadline. Throws an IllegalArgumentException if it is not above zero. */
  static Duration requirePositive(Duration deadline) {
    if (deadline.isZero() || deadline.isNegative()) {
      throw new IllegalArgumentException("The deadline must be above zero");
    }
    return deadline;
  }

  ClientChannel withCredentials(Supplier<? extends CallCredentials> others) {
    return new ClientChannel(connection, others, deadline);
  }

  ClientChannel withDeadline(Duration other) {
    return new ClientChannel(connection, credentials, other);
  }

  @Override
  public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
    CallOptions completed = options;
    if (options.getCredentials() == null) {
      completed = completed.withCallCredentials(credentials.get());
    }
    if (method.getType() != MethodType.UNARY) {
      return new Call<>(connection.watches.newCall(method, completed));
    }
    if (options.getDeadline() == null) {
      // A deadline of ages becomes the longest one that there is.
      long nanoseconds = TimeUnit.NANOSECONDS.convert(deadline);
      completed = completed.withDeadlineAfter(nanoseconds, TimeUnit.NANOSECONDS);
    }
    return new Call<>(connection.calls.newCall(method, completed));
  }

  @Override
  public String authority() {
    return connection.calls.authority();
  }

  /**
   * A call that fails with CANCELLED if the client is closed; UNAVAILABLE would ask for a retry.
   */
  private final class Call<Q, R> extends SimpleForwardingClientCall<Q, R> {
    Call(ClientCall<Q, R> call) {
      super(call);
    }

    @Override
    public void start(Listener<R> listener, Metadata headers) {
      super.start(
          new SimpleForwardingClientCallListener<>(listener) {
            @Override
            public void onClose(Status status, Metadata trailers) {
              boolean isFailure = !status.isOk() && connection.isClosed();
              super.onClose(
                  isFailure ? Connection.CLOSED.withCause(status.getCause()) : status, trailers);
            }
          },
          headers);
    }
  }
}
