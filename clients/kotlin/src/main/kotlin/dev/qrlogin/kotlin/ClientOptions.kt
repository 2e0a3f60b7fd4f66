package dev.qrlogin.kotlin

import dev.qrlogin.client.ClientBuilder
import io.grpc.ChannelCredentials
import java.io.File
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds
import kotlin.time.toJavaDuration

/** The options of every client. */
public class ClientOptions internal constructor() {
    /** Time limit of a call, retries included. Does not apply to watches. */
    public var deadline: Duration = 10.seconds

    /** Certificates (PEM) to trust instead of the roots of the Java platform. */
    public var rootCertificates: File? = null

    /**
     * Whether to use plain text also to an address that is not a loopback address. Credentials then
     * cross the network in the clear.
     */
    public var plaintext: Boolean = false

    /** Other credentials of the connection, such as a client certificate. */
    public var channelCredentials: ChannelCredentials? = null

    internal fun applyTo(builder: ClientBuilder<*>) {
        builder.deadline(deadline.toJavaDuration())
        val roots = rootCertificates
        val others = channelCredentials
        require(listOfNotNull(roots, others, true.takeIf { plaintext }).size <= 1) {
            "Only one of rootCertificates, plaintext and channelCredentials can be set"
        }
        roots?.inputStream()?.use { builder.rootCertificates(it) }
        others?.let { builder.channelCredentials(it) }
        if (plaintext) builder.usePlaintext()
    }
}
