/** The phone: shows who is asking for the scanned code, asks for consent, and approves. */
package dev.qrlogin.examples

import dev.qrlogin.kotlin.ApproverClient
import dev.qrlogin.kotlin.QrLoginException
import kotlin.system.exitProcess
import kotlinx.coroutines.runBlocking
import qrlogin.v1.ContextSource
import qrlogin.v1.PhoneCapability
import qrlogin.v1.RequesterContext
import qrlogin.v1.authorizeRequest
import qrlogin.v1.cancelRequest
import qrlogin.v1.markScannedRequest

private suspend fun approve(client: ApproverClient, scannedText: String) {
    val scanned =
        client.markScanned(
            markScannedRequest {
                qrContent = scannedText
                capabilities += PhoneCapability.PHONE_CAPABILITY_CHECK_CODE
            }
        )
    println("Sign in to ${scanned.app.name}?")
    show(scanned.requester)
    println(
        "Is the code on a screen in front of you, on a page that you opened yourself just now? [y/N]"
    )
    if (readlnOrNull()?.trim()?.lowercase() !in setOf("y", "yes")) {
        client.cancel(cancelRequest { ticketId = scanned.ticketId })
        println("Declined.")
        return
    }
    val approval = client.authorize(authorizeRequest { ticketId = scanned.ticketId })
    if (approval.checkCode.isEmpty()) {
        println("Approved.")
    } else {
        println("Type this number on ${scanned.app.name} only: ${approval.checkCode}")
        println("Never tell it to anybody, not by phone, chat or mail.")
    }
}

/** Prints what the service knows of the requesting screen, each item with its source. */
private fun show(requester: RequesterContext) {
    show("address", requester.ipAddress, requester.ipAddressSource)
    show("browser", requester.userAgent, requester.userAgentSource)
    show("device", requester.deviceName, requester.deviceNameSource)
    show("location", requester.location, requester.locationSource)
}

private fun show(name: String, value: String, source: ContextSource) {
    if (value.isEmpty()) return
    println(
        when (source) {
            ContextSource.CONTEXT_SOURCE_STATED_BY_APP -> "  $name: $value (stated by the website)"
            ContextSource.CONTEXT_SOURCE_OBSERVED_BY_GATEWAY -> "  $name: $value (observed)"
            else -> "  $name: \"$value\" (claimed by the page, not checked)"
        }
    )
}

/** Prints the error and ends the program. */
internal fun fail(error: Exception): Nothing {
    System.err.println("Failed: ${error.message}")
    exitProcess(1)
}

/** Handles one code, whose text is the argument. */
fun main(arguments: Array<String>): Unit = runBlocking {
    val token = System.getenv("QRLOGIN_USER_TOKEN")
    if (arguments.size != 1 || token == null) {
        System.err.println("usage: QRLOGIN_USER_TOKEN=TOKEN example-phone TEXT")
        exitProcess(2)
    }
    val address = System.getenv("QRLOGIN_ADDRESS") ?: "127.0.0.1:50051"
    try {
        ApproverClient(address, token).use { approve(it, arguments[0]) }
    } catch (e: QrLoginException) {
        fail(e)
    } catch (e: IllegalArgumentException) {
        fail(e)
    }
}
