package dev.qrlogin.kotlin

import io.grpc.Grpc
import io.grpc.InsecureServerCredentials
import io.grpc.Server
import io.grpc.Status
import java.io.File
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import qrlogin.v1.AuthorizeRequest
import qrlogin.v1.AuthorizeResponse
import qrlogin.v1.ExchangeUserInfoRequest
import qrlogin.v1.ExchangeUserInfoResponse
import qrlogin.v1.GetSigningKeysRequest
import qrlogin.v1.GetSigningKeysResponse
import qrlogin.v1.QrLoginServiceGrpcKt.QrLoginServiceCoroutineImplBase
import qrlogin.v1.TicketState
import qrlogin.v1.TicketState.TICKET_STATE_EXPIRED
import qrlogin.v1.TicketState.TICKET_STATE_PENDING
import qrlogin.v1.TicketState.TICKET_STATE_SCANNED
import qrlogin.v1.WatchStatusRequest
import qrlogin.v1.WatchStatusResponse
import qrlogin.v1.authorizeResponse
import qrlogin.v1.ticketStatus
import qrlogin.v1.watchStatusResponse

class ClientTest {
    /** The service of a test: unary calls hang or succeed, and each watch plays the next stream. */
    private class FakeService : QrLoginServiceCoroutineImplBase() {
        val exchanges = AtomicInteger()
        val watches = AtomicInteger()
        val begun = CompletableDeferred<Unit>()
        val cancelled = CompletableDeferred<Unit>()
        lateinit var stream: suspend (emit: suspend (TicketState) -> Unit) -> Unit

        override suspend fun getSigningKeys(
            request: GetSigningKeysRequest
        ): GetSigningKeysResponse = hang()

        override suspend fun exchangeUserInfo(
            request: ExchangeUserInfoRequest
        ): ExchangeUserInfoResponse {
            exchanges.incrementAndGet()
            throw Status.UNAVAILABLE.asException()
        }

        override suspend fun authorize(request: AuthorizeRequest): AuthorizeResponse =
            authorizeResponse {}

        override fun watchStatus(request: WatchStatusRequest): Flow<WatchStatusResponse> = flow {
            watches.incrementAndGet()
            stream { emit(watchStatusResponse { status = ticketStatus { state = it } }) }
        }

        suspend fun hang(): Nothing {
            begun.complete(Unit)
            try {
                awaitCancellation()
            } finally {
                cancelled.complete(Unit)
            }
        }
    }

    private val service = FakeService()
    private val server: Server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(service)
            .build()
            .start()
    private val address = "127.0.0.1:${server.port}"
    private val app = AppClient(address, "shop", "s3cret")

    @AfterEach
    fun stop() {
        app.close()
        server.shutdownNow()
    }

    /** Runs a test for 20 seconds at most. */
    private fun run(test: suspend () -> Unit) =
        runBlocking(Dispatchers.Default) { withTimeout(20.seconds) { test() } }

    private fun states() = app.watchStatus(WatchStatusRequest.getDefaultInstance()).map { it.state }

    @Test
    fun `a watch completes after a terminal status, and each collection is a watch of its own`() =
        run {
            service.stream = { emit ->
                emit(TICKET_STATE_EXPIRED)
                service.hang()
            }
            val watch = states()
            assertEquals(0, service.watches.get())
            assertEquals(listOf(TICKET_STATE_EXPIRED), watch.toList())
            service.cancelled.await()
            assertEquals(listOf(TICKET_STATE_EXPIRED), watch.toList())
            assertEquals(2, service.watches.get())
        }

    @Test
    fun `a watch goes on after a stream that was cut off`() = run {
        service.stream = { emit ->
            emit(TICKET_STATE_PENDING)
            if (service.watches.get() == 1) throw Status.UNAVAILABLE.asException()
            emit(TICKET_STATE_EXPIRED)
        }
        assertEquals(TICKET_STATE_EXPIRED, states().toList().last())
        assertEquals(2, service.watches.get())
    }

    @Test
    fun `a slow collector gets the newest status and the last one`() = run {
        val sent = CompletableDeferred<Unit>()
        service.stream = { emit ->
            emit(TICKET_STATE_PENDING)
            service.begun.await()
            emit(TICKET_STATE_SCANNED)
            emit(TICKET_STATE_EXPIRED)
            try {
                awaitCancellation()
            } finally {
                // The client has received the last status, since it has cancelled the call.
                sent.complete(Unit)
            }
        }
        val seen =
            states().onEach {
                service.begun.complete(Unit)
                sent.await()
            }
        assertEquals(listOf(TICKET_STATE_PENDING, TICKET_STATE_EXPIRED), seen.toList())
    }

    @Test
    fun `a watch throws the error of the service`() = run {
        service.stream = { throw Status.NOT_FOUND.withDescription("gone").asException() }
        val error = assertThrows<QrLoginException> { runBlocking { states().toList() } }
        assertEquals("NOT_FOUND: gone", error.message)
        assertNull(error.reason)
        assertNull(error.attemptsLeft)
    }

    @Test
    fun `ending the collection cancels the call`() = run {
        service.stream = { emit ->
            emit(TICKET_STATE_PENDING)
            service.hang()
        }
        assertEquals(TICKET_STATE_PENDING, states().first())
        service.cancelled.await()
        assertEquals(1, service.watches.get())
    }

    @Test
    fun `closing the client ends calls and watches with CANCELLED`() = run {
        supervisorScope {
            service.stream = { emit ->
                emit(TICKET_STATE_PENDING)
                awaitCancellation()
            }
            val watching = CompletableDeferred<Unit>()
            val watch = async { states().onEach { watching.complete(Unit) }.toList() }
            val call = async { app.getSigningKeys() }
            service.begun.await()
            watching.await()
            app.close()
            for (ended in listOf(watch, call)) {
                val error = assertThrows<QrLoginException> { runBlocking { ended.await() } }
                assertEquals("CANCELLED: The client is closed", error.message)
            }
        }
    }

    @Test
    fun `cancelling the coroutine cancels the call`() = run {
        supervisorScope {
            val call = launch { app.getSigningKeys() }
            service.begun.await()
            call.cancelAndJoin()
            service.cancelled.await()
        }
    }

    @Test
    fun `a call has a deadline, and an exchange is made once`() = run {
        val error =
            assertThrows<QrLoginException> {
                runBlocking { app.withDeadline(50.milliseconds).getSigningKeys() }
            }
        assertEquals(Status.Code.DEADLINE_EXCEEDED, error.code())
        assertThrows<QrLoginException> {
            runBlocking { app.exchangeUserInfo(ExchangeUserInfoRequest.getDefaultInstance()) }
        }
        assertEquals(1, service.exchanges.get())
    }

    @Test
    fun `the token source is called once per call, and its exception is that of the call`() = run {
        val tokens = AtomicInteger()
        ApproverClient(address) { "token-${tokens.incrementAndGet()}" }
            .use { phone ->
                repeat(2) { phone.authorize(AuthorizeRequest.getDefaultInstance()) }
                assertEquals(2, tokens.get())
            }
        val cause = IllegalStateException("no session")
        ApproverClient(address) { throw cause }
            .use { phone ->
                val error =
                    assertThrows<IllegalStateException> {
                        runBlocking { phone.authorize(AuthorizeRequest.getDefaultInstance()) }
                    }
                assertEquals("no session", error.message)
            }
    }

    @Test
    fun `a token source that is too slow fails the call`() = run {
        ApproverClient(address, { deadline = 50.milliseconds }) { awaitCancellation() }
            .use { phone ->
                val error =
                    assertThrows<QrLoginException> {
                        runBlocking { phone.authorize(AuthorizeRequest.getDefaultInstance()) }
                    }
                assertEquals(Status.Code.DEADLINE_EXCEEDED, error.code())
            }
    }

    @Test
    fun `a deadline can be infinite`() = run {
        ApproverClient(address, "token", { deadline = Duration.INFINITE }).use { phone ->
            phone.authorize(AuthorizeRequest.getDefaultInstance())
        }
    }

    @Test
    fun `options that are wrong are rejected`() {
        assertThrows<IllegalArgumentException> { AppClient(address, "a:b", "s3cret") }
        assertThrows<IllegalArgumentException> { ApproverClient(address, "t0ken with spaces") }
        assertThrows<IllegalArgumentException> {
            AppClient(address, "shop", "s3cret") { deadline = Duration.ZERO }
        }
        assertThrows<IllegalArgumentException> {
            AppClient(address, "shop", "s3cret") {
                plaintext = true
                rootCertificates = File("roots.pem")
            }
        }
    }
}
