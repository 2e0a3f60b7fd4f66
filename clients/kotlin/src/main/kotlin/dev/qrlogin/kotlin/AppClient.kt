package dev.qrlogin.kotlin

import io.grpc.stub.StreamObserver
import kotlin.time.Duration
import kotlin.time.toJavaDuration
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.callbackFlow
import kotlinx.coroutines.flow.conflate
import qrlogin.v1.CreateTicketRequest
import qrlogin.v1.CreateTicketResponse
import qrlogin.v1.ExchangeUserInfoRequest
import qrlogin.v1.ExchangeUserInfoResponse
import qrlogin.v1.GetSigningKeysRequest
import qrlogin.v1.GetSigningKeysResponse
import qrlogin.v1.GetStatusRequest
import qrlogin.v1.GetStatusResponse
import qrlogin.v1.QrLoginServiceGrpcKt.QrLoginServiceCoroutineStub
import qrlogin.v1.SubmitCheckCodeRequest
import qrlogin.v1.SubmitCheckCodeResponse
import qrlogin.v1.TicketStatus
import qrlogin.v1.WatchStatusRequest
import qrlogin.v1.WithdrawRequest
import qrlogin.v1.WithdrawResponse

/**
 * Creates the client of an app. The default is plain text to loopback addresses and TLS with the
 * root certificates of the Java platform to all others.
 *
 * ```
 * val client = AppClient("qr.example.com:443", "shop", secret) { deadline = 5.seconds }
 * ```
 *
 * @param address address of the service in the syntax of grpc-java: `host:port`, `[ipv6]:port`,
 *   `dns:///host:port` or `unix:/path`. Calls are spread over all IP addresses that it resolves to.
 * @throws IllegalArgumentException if the address or the id is empty, the id has a colon, the
 *   secret is empty, or an option is invalid
 */
public fun AppClient(
    address: String,
    appId: String,
    appSecret: String,
    configure: ClientOptions.() -> Unit = {},
): AppClient {
    val builder = dev.qrlogin.client.AppClient.builder(address, appId, appSecret)
    ClientOptions().apply(configure).applyTo(builder)
    return AppClient(builder.build())
}

/**
 * The client of an app: the back end of a website that asks for sign-ins. Thread-safe. Create one
 * and share it; it connects on first use.
 *
 * Each call suspends until its response, and throws a [QrLoginException] if it fails. Cancelling
 * the coroutine cancels the call. A call has a deadline of 10 seconds, retries included; a watch
 * has none.
 */
public class AppClient internal constructor(private val client: dev.qrlogin.client.AppClient) :
    AutoCloseable {
    /**
     * The generated client, with the same credential and deadline. Its errors are those of gRPC;
     * [QrLoginException.of] converts them.
     */
    public val stub: QrLoginServiceCoroutineStub = QrLoginServiceCoroutineStub(client.channel())

    /**
     * Returns a client with another time limit of calls. It shares the connections: closing one
     * closes both.
     *
     * @throws IllegalArgumentException if the deadline is not above zero
     */
    public fun withDeadline(deadline: Duration): AppClient =
        AppClient(client.withDeadline(deadline.toJavaDuration()))

    /** Creates a ticket. Not retried, because a retry would create a second one. */
    public suspend fun createTicket(
        request: CreateTicketRequest = CreateTicketRequest.getDefaultInstance()
    ): CreateTicketResponse = converted { stub.createTicket(request) }

    /**
     * Returns the status once. [watchStatus] is faster and cheaper where possible. Retried while
     * UNAVAILABLE.
     */
    public suspend fun getStatus(request: GetStatusRequest): GetStatusResponse = converted {
        stub.getStatus(request)
    }

    /**
     * Watches the status of a ticket. The flow is cold: each collection is a separate watch. It
     * emits the current status at once, then each one that differs in more than the remaining
     * durations, and completes after a terminal one. A slow collector gets the newest status. It
     * may miss earlier ones but never the last.
     *
     * Reconnects when the service is UNAVAILABLE, when the connection breaks, and when the stream
     * ends before a terminal state. The pauses grow, vary at random, and are never shorter than the
     * service asks. There is no limit on time or attempts. Throws any other error of the service,
     * such as TICKET_NOT_FOUND, APP_UNAUTHENTICATED or WATCH_SUPERSEDED (a newer watch of the
     * ticket has replaced this one).
     *
     * If the code of the ticket changes, there is a status with each step: draw its
     * `qrCodeStep.qrContent`.
     *
     * Ending the collection ends the call at the service, and does not change the ticket.
     */
    public fun watchStatus(request: WatchStatusRequest): Flow<TicketStatus> =
        callbackFlow {
                val watch =
                    client.watchStatus(
                        request,
                        object : StreamObserver<TicketStatus> {
                            // Always succeeds, since the channel is conflated.
                            override fun onNext(status: TicketStatus) {
                                trySend(status)
                            }

                            override fun onError(error: Throwable) {
                                close(error)
                            }

                            override fun onCompleted() {
                                close()
                            }
                        },
                    )
                awaitClose { watch.close() }
            }
            .conflate()

    /**
     * Submits the check code that the user has typed. Never retried, because a wrong code would
     * count twice. Repeat the call after a lost response: a right code that is submitted again
     * changes nothing.
     */
    public suspend fun submitCheckCode(request: SubmitCheckCodeRequest): SubmitCheckCodeResponse =
        converted {
            stub.submitCheckCode(request)
        }

    /** Withdraws a ticket. Retried while UNAVAILABLE. */
    public suspend fun withdraw(request: WithdrawRequest): WithdrawResponse = converted {
        stub.withdraw(request)
    }

    /**
     * Exchanges the exchange ticket for the user information, at most once. Never retried: after
     * UNAVAILABLE (also with the reason OUTCOME_UNKNOWN), DEADLINE_EXCEEDED or a cancellation, the
     * sign-in may be lost, and the user has to scan again.
     */
    public suspend fun exchangeUserInfo(
        request: ExchangeUserInfoRequest
    ): ExchangeUserInfoResponse = converted { stub.exchangeUserInfo(request) }

    /**
     * Returns the public keys that verify the tokens of [exchangeUserInfo], for any app. The issuer
     * is empty and there are no keys if the service signs no tokens. Retried while UNAVAILABLE.
     */
    public suspend fun getSigningKeys(): GetSigningKeysResponse = converted {
        stub.getSigningKeys(GetSigningKeysRequest.getDefaultInstance())
    }

    /**
     * Ends all running calls and watches with a [QrLoginException] (CANCELLED), and closes the
     * connections. Has no effect when called again.
     */
    override fun close() {
        client.close()
    }
}
