package dev.qrlogin.kotlin

import dev.qrlogin.client.Pkce
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import qrlogin.v1.ErrorReason
import qrlogin.v1.TicketState
import qrlogin.v1.authorizeRequest
import qrlogin.v1.createTicketRequest
import qrlogin.v1.exchangeUserInfoRequest
import qrlogin.v1.markScannedRequest
import qrlogin.v1.watchStatusRequest

/** Runs beside a server in development mode: `clients/with-server`. */
class SignInTest {
    private fun environment(name: String) =
        requireNotNull(System.getenv(name)) {
            "$name is missing: run the tests with clients/with-server"
        }

    @Test
    fun `alice is signed in once`() = runBlocking {
        val address = environment("QRLOGIN_ADDRESS")
        val app = AppClient(address, "demo-app", "demo-secret")
        val phone = ApproverClient(address, environment("QRLOGIN_USER_TOKEN"))
        val verifier = Pkce.createVerifier()
        val ticket =
            app.createTicket(createTicketRequest { codeChallenge = Pkce.challengeOf(verifier) })
        val request = watchStatusRequest {
            ticketId = ticket.ticketId
            ticketSecret = ticket.ticketSecret
        }
        val states =
            app.watchStatus(request).onEach { status ->
                when (status.state) {
                    TicketState.TICKET_STATE_PENDING ->
                        phone.markScanned(markScannedRequest { qrContent = ticket.qrContent })
                    TicketState.TICKET_STATE_SCANNED ->
                        phone.authorize(authorizeRequest { ticketId = ticket.ticketId })
                    TicketState.TICKET_STATE_AUTHORIZED -> {
                        val exchange = exchangeUserInfoRequest {
                            exchangeTicket = status.exchangeTicket
                            codeVerifier = verifier
                        }
                        assertEquals("alice", app.exchangeUserInfo(exchange).user.userId)
                        val second =
                            assertThrows<QrLoginException> {
                                runBlocking { app.exchangeUserInfo(exchange) }
                            }
                        assertEquals(
                            ErrorReason.ERROR_REASON_TICKET_ALREADY_EXCHANGED,
                            second.reason,
                        )
                        assertEquals(TicketState.TICKET_STATE_EXCHANGED, second.currentState)
                    }
                    else -> {}
                }
            }
        val last = withTimeout(20.seconds) { states.toList() }.last()
        assertEquals(TicketState.TICKET_STATE_EXCHANGED, last.state)
        app.close()
        phone.close()
    }
}
