/** The runner of the conformance suite. conformance/README.md describes its protocol. */
package dev.qrlogin.kotlin.tools

import com.google.gson.JsonArray
import com.google.gson.JsonElement
import com.google.gson.JsonObject
import com.google.gson.JsonParser
import com.google.protobuf.Message
import com.google.protobuf.util.JsonFormat
import dev.qrlogin.client.Pkce
import dev.qrlogin.kotlin.AppClient
import dev.qrlogin.kotlin.ApproverClient
import dev.qrlogin.kotlin.ClientOptions
import dev.qrlogin.kotlin.QrLoginException
import dev.qrlogin.kotlin.attemptsLeft
import dev.qrlogin.kotlin.currentState
import dev.qrlogin.kotlin.exceededLimit
import dev.qrlogin.kotlin.fieldViolations
import dev.qrlogin.kotlin.rawReason
import dev.qrlogin.kotlin.reason
import dev.qrlogin.kotlin.retryDelay
import io.grpc.StatusException
import java.io.File
import java.util.concurrent.ConcurrentHashMap
import kotlin.system.exitProcess
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.DurationUnit
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.channels.ReceiveChannel
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.produceIn
import kotlinx.coroutines.launch
import qrlogin.v1.AuthorizeRequest
import qrlogin.v1.CancelRequest
import qrlogin.v1.CreateTicketRequest
import qrlogin.v1.ExchangeUserInfoRequest
import qrlogin.v1.GetStatusRequest
import qrlogin.v1.MarkScannedRequest
import qrlogin.v1.SubmitCheckCodeRequest
import qrlogin.v1.TicketStatus
import qrlogin.v1.WatchStatusRequest
import qrlogin.v1.WithdrawRequest

private val printer = JsonFormat.printer().omittingInsignificantWhitespace()
private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
private val apps = ConcurrentHashMap<String, AppClient>()
private val approvers = ConcurrentHashMap<String, ApproverClient>()
private val watches = ConcurrentHashMap<String, ReceiveChannel<TicketStatus>>()

/** Plays commands until standard input ends. */
fun main() {
    generateSequence(::readLine).forEach { line ->
        val command = JsonParser.parseString(line).asJsonObject
        scope.launch { respond(command) }
    }
    (apps.values + approvers.values).forEach { it.close() }
    // Calls of closed clients may still have threads.
    exitProcess(0)
}

private suspend fun respond(command: JsonObject) {
    val response = JsonObject().apply { add("id", command["id"]) }
    try {
        response.add("result", run(command))
    } catch (e: QrLoginException) {
        response.add("error", describe(e))
    } catch (e: StatusException) {
        response.add("error", describe(QrLoginException.of(e)))
    } catch (e: IllegalArgumentException) {
        response.add("error", json("code" to "REJECTED_BY_CLIENT", "message" to e.message))
    } catch (fault: Throwable) {
        fault.printStackTrace()
        exitProcess(1)
    }
    synchronized(printer) { println(response) }
}

private suspend fun run(command: JsonObject): JsonObject {
    when (command.text("command")) {
        "open" -> open(command)
        "call" -> return JsonObject().apply { add("response", call(command).toJson()) }
        "watch" -> watches[command.text("watch")] = watch(command)
        "next" -> {
            val result = watches.find(command.text("watch")).receiveCatching()
            result.getOrNull()?.let { status ->
                return JsonObject().apply { add("status", status.toJson()) }
            }
            result.exceptionOrNull()?.let { if (it !is CancellationException) throw it }
            return json("end" to true)
        }
        "cancel" -> watches.find(command.text("watch")).cancel()
        "close" -> {
            val name = command.text("client")
            (apps[name] ?: approvers.find(name)).close()
        }
        "pkce" -> {
            val verifier = command["codeVerifier"]?.asString ?: Pkce.createVerifier()
            return json("codeVerifier" to verifier, "codeChallenge" to Pkce.challengeOf(verifier))
        }
        else -> error("unknown command ${command["command"]}")
    }
    return JsonObject()
}

private fun open(command: JsonObject) {
    val name = command.text("client")
    val address = command.text("address")
    val configure: ClientOptions.() -> Unit = {
        command.deadline()?.let { deadline = it }
        rootCertificates = command["rootCertificates"]?.let { File(it.asString) }
    }
    if (command.text("kind") == "approver") {
        approvers[name] = ApproverClient(address, command.text("token"), configure)
    } else {
        val appId = command.text("appId")
        apps[name] = AppClient(address, appId, command.text("appSecret"), configure)
    }
}

private suspend fun call(command: JsonObject): Message {
    val app = apps[command.text("client")]
    if (app != null) {
        val client = command.deadline()?.let { app.withDeadline(it) } ?: app
        return when (val rpc = command.text("rpc")) {
            "CreateTicket" ->
                client.createTicket(command.parse(CreateTicketRequest.newBuilder()).build())
            "GetStatus" -> client.getStatus(command.parse(GetStatusRequest.newBuilder()).build())
            "SubmitCheckCode" ->
                client.submitCheckCode(command.parse(SubmitCheckCodeRequest.newBuilder()).build())
            "Withdraw" -> client.withdraw(command.parse(WithdrawRequest.newBuilder()).build())
            "ExchangeUserInfo" ->
                client.exchangeUserInfo(command.parse(ExchangeUserInfoRequest.newBuilder()).build())
            "GetSigningKeys" -> client.getSigningKeys()
            else -> error("an app does not call $rpc")
        }
    }
    val approver = approvers.find(command.text("client"))
    val client = command.deadline()?.let { approver.withDeadline(it) } ?: approver
    return when (val rpc = command.text("rpc")) {
        "MarkScanned" -> client.markScanned(command.parse(MarkScannedRequest.newBuilder()).build())
        "Authorize" -> client.authorize(command.parse(AuthorizeRequest.newBuilder()).build())
        "Cancel" -> client.cancel(command.parse(CancelRequest.newBuilder()).build())
        else -> error("an approver does not call $rpc")
    }
}

private fun watch(command: JsonObject): ReceiveChannel<TicketStatus> {
    val client = apps.find(command.text("client"))
    val request = command.parse(WatchStatusRequest.newBuilder()).build()
    val isRaw = command["raw"]?.asBoolean ?: false
    val statuses =
        if (isRaw) client.stub.watchStatus(request).map { it.status }
        else client.watchStatus(request)
    return statuses.produceIn(scope)
}

private fun describe(e: QrLoginException): JsonObject {
    val error =
        json(
            "code" to e.code().name,
            "reason" to e.reason?.name?.removePrefix("ERROR_REASON_"),
            "rawReason" to e.rawReason,
            "message" to e.message,
            "currentState" to e.currentState?.name?.removePrefix("TICKET_STATE_"),
            "attemptsLeft" to e.attemptsLeft,
            "exceededLimit" to e.exceededLimit,
            "retryAfterMs" to e.retryDelay?.toDouble(DurationUnit.MILLISECONDS),
        )
    if (e.fieldViolations.isNotEmpty()) {
        val violations = JsonArray()
        e.fieldViolations.forEach { violations.add(json("field" to it.field)) }
        error.add("fieldViolations", violations)
    }
    return error
}

/** Returns an object with the fields that are not null. */
private fun json(vararg fields: Pair<String, Any?>): JsonObject {
    val result = JsonObject()
    for ((name, value) in fields) {
        when (value) {
            null -> continue
            is Number -> result.addProperty(name, value)
            is Boolean -> result.addProperty(name, value)
            else -> result.addProperty(name, value.toString())
        }
    }
    return result
}

private fun Message.toJson(): JsonElement = JsonParser.parseString(printer.print(this))

private fun <B : Message.Builder> JsonObject.parse(builder: B): B {
    JsonFormat.parser().merge(this["request"].toString(), builder)
    return builder
}

private fun JsonObject.deadline() = this["deadlineMs"]?.asLong?.milliseconds

private fun JsonObject.text(field: String): String = this[field].asString

/** Returns the named value. The player knows what it has created, so anything else is a fault. */
private fun <T> Map<String, T>.find(name: String): T = this[name] ?: error("there is no $name")
