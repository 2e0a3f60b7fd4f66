package dev.qrlogin.kotlin

import dev.qrlogin.client.ApproverClient as JavaClient
import io.grpc.Status
import java.util.function.Supplier
import kotlin.time.Duration
import kotlin.time.TimeSource
import kotlin.time.toJavaDuration
import kotlinx.coroutines.withTimeoutOrNull
import qrlogin.v1.AuthorizeRequest
import qrlogin.v1.AuthorizeResponse
import qrlogin.v1.CancelRequest
import qrlogin.v1.CancelResponse
import qrlogin.v1.MarkScannedRequest
import qrlogin.v1.MarkScannedResponse
import qrlogin.v1.QrLoginServiceGrpcKt.QrLoginServiceCoroutineStub

/**
 * Creates the client of the user with this token. The default is plain text to loopback addresses
 * and TLS with the root certificates of the Java platform to all others.
 *
 * @param address address of the service; see [AppClient]
 * @throws IllegalArgumentException if the address is empty, the token is empty or malformed, or an
 *   option is invalid
 */
public fun ApproverClient(
    address: String,
    token: String,
    configure: ClientOptions.() -> Unit = {},
): ApproverClient = create(JavaClient.builder(address, token), configure) { token }

/**
 * Creates the client of the user whose token this function returns. It is called once per call,
 * within the deadline of the call, which throws any exception of the function. Refreshing the token
 * is up to the function: a call that fails with USER_TOKEN_EXPIRED is not retried.
 *
 * @param address address of the service; see [AppClient]
 * @throws IllegalArgumentException if the address is empty, or an option is invalid
 */
public fun ApproverClient(
    address: String,
    configure: ClientOptions.() -> Unit = {},
    tokenSource: suspend () -> String,
): ApproverClient =
    create(
        JavaClient.builder(address, Supplier { error("Each call has a token of its own") }),
        configure,
        tokenSource,
    )

private fun create(
    builder: JavaClient.Builder,
    configure: ClientOptions.() -> Unit,
    tokenSource: suspend () -> String,
): ApproverClient {
    val options = ClientOptions().apply(configure)
    options.applyTo(builder)
    return ApproverClient(builder.build(), options.deadline, tokenSource)
}

/**
 * The client of an approver: the mobile app, or its back end, acting for a signed-in user.
 * Thread-safe. Create one and share it; it connects on first use.
 *
 * Each call suspends until its response, and throws a [QrLoginException] if it fails. Cancelling
 * the coroutine cancels the call. All calls are retried while UNAVAILABLE, within a deadline of 10
 * seconds in all.
 */
public class ApproverClient
internal constructor(
    private val client: JavaClient,
    private val deadline: Duration,
    private val tokenSource: suspend () -> String,
) : AutoCloseable {
    /**
     * Returns a client for another user. It shares the connections: closing one closes both.
     *
     * @throws IllegalArgumentException if the token is empty or malformed
     */
    public fun withToken(token: String): ApproverClient =
        ApproverClient(client.withToken(token), deadline) { token }

    /**
     * Returns a client with another time limit of calls. It shares the connections: closing one
     * closes both.
     *
     * @throws IllegalArgumentException if the deadline is not above zero
     */
    public fun withDeadline(deadline: Duration): ApproverClient =
        ApproverClient(client.withDeadline(deadline.toJavaDuration()), deadline, tokenSource)

    /**
     * Returns the generated client, with a token of the source and the deadline. Its errors are
     * those of gRPC; [QrLoginException.of] converts them.
     */
    public suspend fun stub(): QrLoginServiceCoroutineStub {
        val start = TimeSource.Monotonic.markNow()
        val token = withTimeoutOrNull(deadline) { tokenSource() }
        val rest = deadline - start.elapsedNow()
        if (token == null || !rest.isPositive()) {
            throw Status.DEADLINE_EXCEEDED.withDescription("The user token was not there in time")
                .asException()
        }
        val channel = client.withToken(token).withDeadline(rest.toJavaDuration()).channel()
        return QrLoginServiceCoroutineStub(channel)
    }

    /** Marks a ticket as scanned. Returns who is asking, for the user to judge. */
    public suspend fun markScanned(request: MarkScannedRequest): MarkScannedResponse = converted {
        stub().markScanned(request)
    }

    /** Approves the sign-in. Returns the check code to show if the website waits for one. */
    public suspend fun authorize(request: AuthorizeRequest): AuthorizeResponse = converted {
        stub().authorize(request)
    }

    /** Declines the sign-in. */
    public suspend fun cancel(request: CancelRequest): CancelResponse = converted {
        stub().cancel(request)
    }

    /**
     * Ends all running calls with a [QrLoginException] (CANCELLED), and closes the connections. Has
     * no effect when called again.
     */
    override fun close() {
        client.close()
    }
}
