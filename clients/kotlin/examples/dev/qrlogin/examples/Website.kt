/** A website's back end: shows the code, watches the status, and gets the user. */
package dev.qrlogin.examples

import dev.qrlogin.client.Pkce
import dev.qrlogin.kotlin.AppClient
import dev.qrlogin.kotlin.QrLoginException
import dev.qrlogin.kotlin.attemptsLeft
import dev.qrlogin.kotlin.reason
import kotlin.system.exitProcess
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.firstOrNull
import kotlinx.coroutines.flow.mapNotNull
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import qrlogin.v1.CreateTicketResponse
import qrlogin.v1.CreatorCapability
import qrlogin.v1.ErrorReason
import qrlogin.v1.TicketState
import qrlogin.v1.UserInfo
import qrlogin.v1.createTicketRequest
import qrlogin.v1.exchangeUserInfoRequest
import qrlogin.v1.submitCheckCodeRequest
import qrlogin.v1.watchStatusRequest

// snippet: sign-in
/**
 * Signs one user in. Returns null if the user declines, takes too long, or types a wrong check code
 * too often.
 *
 * @param draw gets the text of each code to draw
 * @param askForCheckCode returns the number that the user reads on the phone, of so many digits
 */
suspend fun signIn(
    client: AppClient,
    draw: (String) -> Unit,
    askForCheckCode: suspend (Int) -> String,
): UserInfo? {
    val verifier = Pkce.createVerifier()
    val ticket =
        client.createTicket(
            createTicketRequest {
                codeChallenge = Pkce.challengeOf(verifier)
                capabilities += CreatorCapability.CREATOR_CAPABILITY_CHECK_CODE
                capabilities += CreatorCapability.CREATOR_CAPABILITY_QR_CODE_STEPS
            }
        )
    var drawn = ticket.qrContent
    draw(drawn)

    val request = watchStatusRequest {
        ticketId = ticket.ticketId
        ticketSecret = ticket.ticketSecret
    }
    return client
        .watchStatus(request)
        .mapNotNull { status ->
            if (status.hasQrCodeStep() && status.qrCodeStep.qrContent != drawn) {
                drawn = status.qrCodeStep.qrContent
                draw(drawn)
            }
            if (status.state == TicketState.TICKET_STATE_AWAITING_CHECK_CODE) {
                submit(client, ticket, askForCheckCode(status.checkCodeDigits))
            }
            status.exchangeTicket.ifEmpty { null }
        }
        .firstOrNull()
        ?.let {
            val exchange = exchangeUserInfoRequest {
                exchangeTicket = it
                codeVerifier = verifier
            }
            client.exchangeUserInfo(exchange).user
        }
}

// end snippet

// snippet: errors
/** Submits a check code. After a wrong one, the watch sends the new status. */
private suspend fun submit(client: AppClient, ticket: CreateTicketResponse, typed: String) {
    try {
        client.submitCheckCode(
            submitCheckCodeRequest {
                ticketId = ticket.ticketId
                ticketSecret = ticket.ticketSecret
                checkCode = typed
            }
        )
    } catch (e: QrLoginException) {
        if (e.reason != ErrorReason.ERROR_REASON_CHECK_CODE_MISMATCH) throw e
        println("Wrong. Attempts left: ${e.attemptsLeft}")
    }
}

// end snippet

/** Runs one sign-in on the terminal. */
fun main() = runBlocking {
    val environment = System.getenv()
    val address = environment["QRLOGIN_ADDRESS"] ?: "127.0.0.1:50051"
    val appId = environment["QRLOGIN_APP_ID"] ?: "demo-app"
    val appSecret = environment["QRLOGIN_APP_SECRET"] ?: "demo-secret"
    val user =
        try {
            AppClient(address, appId, appSecret).use { client ->
                signIn(client, ::println) { digits ->
                    println("Type the $digits digits that the phone shows:")
                    withContext(Dispatchers.IO) { readln().trim() }
                }
            }
        } catch (e: QrLoginException) {
            fail(e)
        } catch (e: IllegalArgumentException) {
            fail(e)
        }
    if (user == null) {
        println("No user signed in.")
        exitProcess(1)
    }
    println("Hello, ${user.nickname} (${user.userId})")
}
