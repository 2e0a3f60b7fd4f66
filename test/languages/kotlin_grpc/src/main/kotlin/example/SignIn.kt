// Signs a user in with code that is generated from the proto.
package example

import com.google.gson.Gson
import com.google.rpc.ErrorInfo
import io.grpc.Grpc
import io.grpc.InsecureChannelCredentials
import io.grpc.ManagedChannel
import io.grpc.Metadata
import io.grpc.StatusException
import io.grpc.TlsChannelCredentials
import io.grpc.protobuf.StatusProto
import java.io.File
import java.util.Base64
import java.util.concurrent.TimeUnit
import kotlin.system.exitProcess
import kotlinx.coroutines.flow.firstOrNull
import kotlinx.coroutines.runBlocking
import qrlogin.v1.QrLoginServiceGrpcKt.QrLoginServiceCoroutineStub
import qrlogin.v1.TicketState
import qrlogin.v1.UserInfo
import qrlogin.v1.createTicketRequest
import qrlogin.v1.exchangeUserInfoRequest
import qrlogin.v1.watchStatusRequest

// snippet: connect
/** Opens a channel. It uses plain text, which is for loopback alone, or TLS with these root certificates. */
fun connect(address: String, rootCertificates: File?): ManagedChannel {
    val credentials =
        if (rootCertificates == null) InsecureChannelCredentials.create()
        else TlsChannelCredentials.newBuilder().trustManager(rootCertificates).build()
    val serviceConfig: Map<*, *> = Gson().fromJson(File("service_config.json").readText(), Map::class.java)
    @Suppress("UNCHECKED_CAST")
    return Grpc.newChannelBuilder(address, credentials)
        .defaultServiceConfig(serviceConfig as Map<String, *>)
        // A service config in the DNS could have exchanges repeated.
        .disableServiceConfigLookUp()
        .keepAliveTime(30, TimeUnit.SECONDS)
        .keepAliveTimeout(10, TimeUnit.SECONDS)
        .keepAliveWithoutCalls(true)
        .build()
}
// end snippet

// snippet: sign-in
/** Returns the user who has scanned the code and approved, or null if nobody has in time. */
suspend fun signIn(channel: ManagedChannel, appId: String, appSecret: String): UserInfo? {
    val service = QrLoginServiceCoroutineStub(channel)
    val credential = Base64.getEncoder().encodeToString("$appId:$appSecret".toByteArray())
    val metadata = Metadata()
    metadata.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Basic $credential")

    val ticket =
        service.withDeadlineAfter(10, TimeUnit.SECONDS).createTicket(createTicketRequest {}, metadata)
    println(ticket.qrContent) // the text to draw

    val watched = watchStatusRequest {
        ticketId = ticket.ticketId
        ticketSecret = ticket.ticketSecret
    }
    // No deadline: a watch lasts as long as its ticket. The first match cancels it.
    val authorized =
        service.watchStatus(watched, metadata).firstOrNull {
            it.status.state == TicketState.TICKET_STATE_AUTHORIZED
        } ?: return null // cancelled or expired
    val exchange = exchangeUserInfoRequest { exchangeTicket = authorized.status.exchangeTicket }
    return service.withDeadlineAfter(10, TimeUnit.SECONDS).exchangeUserInfo(exchange, metadata).user
}
// end snippet

// snippet: errors
/** Returns the reason of an error, such as TICKET_EXPIRED, or the status code if the error has none. */
fun reasonOf(error: StatusException): String {
    val info =
        StatusProto.fromThrowable(error)
            ?.detailsList
            ?.firstOrNull { it.`is`(ErrorInfo::class.java) }
            ?.unpack(ErrorInfo::class.java)
    return if (info?.domain == "qrlogin.v1") info.reason else error.status.code.name
}
// end snippet

fun main() {
    val environment = System.getenv()
    val rootCertificates = environment["QRLOGIN_ROOT_CERTIFICATES"]?.let(::File)
    val channel = connect(environment.getValue("QRLOGIN_ADDRESS"), rootCertificates)
    val appSecret = environment.getValue("QRLOGIN_APP_SECRET")
    try {
        val user = runBlocking { signIn(channel, environment.getValue("QRLOGIN_APP_ID"), appSecret) }
        println(user?.userId ?: "nobody")
    } catch (error: StatusException) {
        System.err.println(reasonOf(error))
        exitProcess(1)
    } finally {
        channel.shutdownNow()
    }
}
