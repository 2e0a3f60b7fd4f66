/** Compares the layer with the bare generated client, in rounds that alternate. */
package dev.qrlogin.kotlin.tools

import com.google.protobuf.duration
import dev.qrlogin.kotlin.AppClient
import io.grpc.Grpc
import io.grpc.InsecureChannelCredentials
import io.grpc.Metadata
import java.util.Base64
import kotlin.time.Duration
import kotlin.time.DurationUnit
import kotlin.time.measureTime
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import qrlogin.v1.GetSigningKeysRequest
import qrlogin.v1.QrLoginServiceGrpcKt.QrLoginServiceCoroutineStub
import qrlogin.v1.WatchStatusRequest
import qrlogin.v1.createTicketRequest
import qrlogin.v1.watchStatusRequest

private const val APP = "demo-app"
private const val SECRET = "demo-secret"

/** Measures against the server at QRLOGIN_ADDRESS. */
fun main(): Unit = runBlocking {
    val address = requireNotNull(System.getenv("QRLOGIN_ADDRESS")) { "QRLOGIN_ADDRESS is missing" }
    val channel = Grpc.newChannelBuilder(address, InsecureChannelCredentials.create()).build()
    val bare = QrLoginServiceCoroutineStub(channel)
    val credential = Base64.getEncoder().encodeToString("$APP:$SECRET".toByteArray())
    fun headers() =
        Metadata().apply {
            put(
                Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
                "Basic $credential",
            )
        }
    AppClient(address, APP, SECRET).use { layer ->
        compare(
            "GetSigningKeys",
            1_000,
            layer,
            { layer.getSigningKeys() },
            { bare.getSigningKeys(GetSigningKeysRequest.getDefaultInstance(), headers()) },
        )
        compare(
            "watch until its first status",
            300,
            layer,
            { layer.watchStatus(it).first() },
            { bare.watchStatus(it, headers()).first() },
        )
    }
    channel.shutdownNow()
}

/** Measures `count` operations of each in rounds of 100, after one round that warms up. */
private suspend fun compare(
    name: String,
    count: Int,
    client: AppClient,
    layerOperation: suspend (WatchStatusRequest) -> Unit,
    bareOperation: suspend (WatchStatusRequest) -> Unit,
) {
    round(client, layerOperation)
    round(client, bareOperation)
    var layerTime = Duration.ZERO
    var bareTime = Duration.ZERO
    repeat(count / 100) {
        layerTime += round(client, layerOperation)
        bareTime += round(client, bareOperation)
    }
    println(
        "%s: layer %.3f ms, bare %.3f ms, ratio %.2f"
            .format(
                name,
                layerTime.toDouble(DurationUnit.MILLISECONDS) / count,
                bareTime.toDouble(DurationUnit.MILLISECONDS) / count,
                layerTime / bareTime,
            )
    )
}

/** Returns the time of 100 operations on a new ticket. */
private suspend fun round(
    client: AppClient,
    operation: suspend (WatchStatusRequest) -> Unit,
): Duration {
    val ticket = client.createTicket(createTicketRequest { ttl = duration { seconds = 60 } })
    val request = watchStatusRequest {
        ticketId = ticket.ticketId
        ticketSecret = ticket.ticketSecret
    }
    return measureTime { repeat(100) { operation(request) } }
}
