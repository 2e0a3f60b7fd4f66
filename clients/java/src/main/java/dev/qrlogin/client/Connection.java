package dev.qrlogin.client;

import com.google.gson.Gson;
import com.google.gson.reflect.TypeToken;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import qrlogin.v1.TicketStatus;
import qrlogin.v1.WatchStatusRequest;

/** The two connections of a client, for calls and for watches. Thread-safe. */
final class Connection {
  /** The status of a call that ended because its client was closed. */
  static final Status CLOSED = Status.CANCELLED.withDescription("The client is closed");

  private static final Map<String, ?> SERVICE_CONFIG = readServiceConfig();

  /** For short calls. Long streams must not use up the streams of this connection. */
  final ManagedChannel calls;

  final ManagedChannel watches;
  private final ScheduledExecutorService executor = newExecutor();
  private final Timer timer = timerOf(executor);
  private final Set<StatusWatch> running = new HashSet<>();
  private boolean closed;

  Connection(String address, ChannelCredentials credentials) {
    calls = channelBuilder(address, credentials).build();
    // There is no call between two attempts of a watch, and the connection must not break
    // unnoticed.
    watches = channelBuilder(address, credentials).keepAliveWithoutCalls(true).build();
    Reconnector.attach(calls, timer);
    Reconnector.attach(watches, timer);
  }

  /** Makes a unary call and waits for its response. */
  <Q, R> R call(Channel channel, MethodDescriptor<Q, R> method, Q request) {
    Objects.requireNonNull(request);
    try {
      return ClientCalls.blockingUnaryCall(channel, method, CallOptions.DEFAULT, request);
    } catch (StatusRuntimeException e) {
      throw QrLoginException.of(e);
    }
  }

  /** Starts a watch. Its observer gets the error of a closed client if this one is closed. */
  StatusWatch watch(
      Channel channel, WatchStatusRequest request, StreamObserver<TicketStatus> observer) {
    Backoff backoff = new Backoff(() -> ThreadLocalRandom.current().nextDouble());
    StatusWatch watch = new StatusWatch(channel, request, observer, timer, backoff, this::remove);
    synchronized (this) {
      if (!closed) running.add(watch);
    }
    if (isClosed()) watch.fail(QrLoginException.of(CLOSED.asRuntimeException()));
    else watch.start();
    return watch;
  }

  /** Ends all calls and watches. Has no effect when called again. */
  void close() {
    List<StatusWatch> ended;
    synchronized (this) {
      closed = true;
      ended = new ArrayList<>(running);
      running.clear();
    }
    for (StatusWatch watch : ended) watch.fail(QrLoginException.of(CLOSED.asRuntimeException()));
    calls.shutdownNow();
    watches.shutdownNow();
    executor.shutdownNow();
  }

  synchronized boolean isClosed() {
    return closed;
  }

  private synchronized void remove(StatusWatch watch) {
    running.remove(watch);
  }

  private static ManagedChannelBuilder<?> channelBuilder(
      String address, ChannelCredentials credentials) {
    ManagedChannelBuilder<?> builder =
        Grpc.newChannelBuilder(address, credentials)
            // A connection that broke without notice is detected within 40 seconds.
            .keepAliveTime(30, TimeUnit.SECONDS)
            .keepAliveTimeout(10, TimeUnit.SECONDS)
            .defaultServiceConfig(SERVICE_CONFIG)
            // Otherwise a DNS TXT record could replace the service config and have exchanges
            // retried.
            .disableServiceConfigLookUp()
            .enableRetry();
    if (credentials instanceof InsecureChannelCredentials) {
      // A proxy of the Java platform would carry plain text that is meant for this machine
      // elsewhere.
      builder.proxyDetector(target -> null);
    }
    return builder;
  }

  private static Map<String, ?> readServiceConfig() {
    try (InputStream json = Connection.class.getResourceAsStream("service_config.json")) {
      return new Gson()
          .fromJson(
              new InputStreamReader(Objects.requireNonNull(json), StandardCharsets.UTF_8),
              new TypeToken<Map<String, Object>>() {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ScheduledExecutorService newExecutor() {
    ScheduledThreadPoolExecutor executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "qrlogin-timer");
              thread.setDaemon(true);
              return thread;
            },
            // After the client has been closed, there is nothing left to do.
            new ScheduledThreadPoolExecutor.DiscardPolicy());
    executor.setRemoveOnCancelPolicy(true);
    return executor;
  }

  private static Timer timerOf(ScheduledExecutorService executor) {
    return new Timer() {
      @Override
      public Handle schedule(Runnable task, Duration delay) {
        // A delay of ages becomes the longest one that there is.
        long nanoseconds = TimeUnit.NANOSECONDS.convert(delay);
        ScheduledFuture<?> future = executor.schedule(task, nanoseconds, TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
      }

      @Override
      public Duration now() {
        return Duration.ofNanos(System.nanoTime());
      }
    };
  }
}
