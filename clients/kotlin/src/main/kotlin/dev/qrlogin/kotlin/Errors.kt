package dev.qrlogin.kotlin

import com.google.rpc.BadRequest
import io.grpc.StatusException
import java.util.Optional
import kotlin.time.Duration
import kotlin.time.toKotlinDuration
import qrlogin.v1.ErrorReason
import qrlogin.v1.TicketState

/** The error of a call. See [dev.qrlogin.client.QrLoginException]. */
public typealias QrLoginException = dev.qrlogin.client.QrLoginException

/**
 * The reason of the error. Null if the service did not reply, or sent one unknown to this client.
 */
public val QrLoginException.reason: ErrorReason?
    get() = reason().orNull()

/** The reason as it was sent, even if this client does not know it. */
public val QrLoginException.rawReason: String?
    get() = rawReason().orNull()

/** The state of the ticket that the error depends on. */
public val QrLoginException.currentState: TicketState?
    get() = currentState().orNull()

/** The number of attempts that are left, for CHECK_CODE_MISMATCH. */
public val QrLoginException.attemptsLeft: Int?
    get() = attemptsLeft().let { if (it.isPresent) it.asInt else null }

/** The name of the limit that the call exceeded, such as `screen`, for RATE_LIMITED. */
public val QrLoginException.exceededLimit: String?
    get() = exceededLimit().orNull()

/** The faults in the fields of the request. Empty unless the code is INVALID_ARGUMENT. */
public val QrLoginException.fieldViolations: List<BadRequest.FieldViolation>
    get() = fieldViolations()

/** The delay that the service asks for before another attempt. */
public val QrLoginException.retryDelay: Duration?
    get() = retryDelay().orNull()?.toKotlinDuration()

private fun <T : Any> Optional<T>.orNull(): T? = orElse(null)

/** Makes a call of a generated stub, and converts its error. */
internal suspend inline fun <T> converted(call: suspend () -> T): T =
    try {
        call()
    } catch (e: StatusException) {
        throw QrLoginException.of(e)
    }
