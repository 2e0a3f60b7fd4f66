// The calls of a mobile app. Needs only HttpURLConnection and org.json, which Android has.
package example

import java.io.IOException
import java.net.HttpURLConnection
import java.net.URL
import org.json.JSONArray
import org.json.JSONException
import org.json.JSONObject

/**
 * An error of the service or of the network.
 *
 * @property reason Names the text to show, in the table of messages.
 * @property fallback Names the text to show if the table lacks the reason: UNREACHABLE or UNKNOWN.
 */
class QrLoginException(val fallback: String, val reason: String = fallback) :
    Exception("the sign-in has failed: $reason")

/**
 * The three calls. Each of them may be repeated: a second call changes nothing. They block, so call them
 * outside the main thread (Dispatchers.IO).
 *
 * @param gateway Address of the gateway, such as `https://login.example.com`.
 * @param getToken Returns the user's token. Called with true after the service has rejected the previous token.
 */
class QrLogin(
    private val gateway: String,
    private val timeoutMs: Int = 10_000,
    private val getToken: (isRejected: Boolean) -> String,
) {
    /** Marks the code as scanned by this user. Returns who is asking. */
    fun scan(text: String): JSONObject =
        call("MarkScanned", JSONObject().put("qrContent", text).put("capabilities", capabilities))

    /**
     * Approves the sign-in. Returns the `checkCode` to show and its `remainingDuration` if the website waits for one,
     * also when repeated.
     */
    fun approve(ticketId: String): JSONObject = call("Authorize", JSONObject().put("ticketId", ticketId))

    /** Declines the sign-in. */
    fun decline(ticketId: String) {
        call("Cancel", JSONObject().put("ticketId", ticketId))
    }

    /** Capabilities of your app's screens. Empty without the screen for the check code. */
    private val capabilities = JSONArray().put("PHONE_CAPABILITY_CHECK_CODE")

    private class Answer(val status: Int, val body: JSONObject)

    private fun call(method: String, request: JSONObject): JSONObject {
        var answer = send(method, request, getToken(false))
        if (answer.status == 401) answer = send(method, request, getToken(true))
        if (answer.status == 200) return answer.body
        throw errorOf(answer.body)
    }

    private fun send(method: String, request: JSONObject, token: String): Answer {
        val connection = URL("$gateway/qrlogin.v1.QrLoginService/$method").openConnection() as HttpURLConnection
        try {
            connection.requestMethod = "POST"
            connection.connectTimeout = timeoutMs
            connection.readTimeout = timeoutMs
            connection.instanceFollowRedirects = false
            connection.doOutput = true
            connection.setRequestProperty("Content-Type", "application/json")
            connection.setRequestProperty("Authorization", "Bearer $token")
            connection.outputStream.use { it.write(request.toString().toByteArray()) }
            val status = connection.responseCode
            val stream = if (status < 400) connection.inputStream else connection.errorStream
            val text = stream?.use { it.readBytes().decodeToString() } ?: ""
            return Answer(status, JSONObject(text))
        } catch (error: IOException) {
            throw QrLoginException("UNREACHABLE") // no connection, or no answer in time
        } catch (error: JSONException) {
            throw QrLoginException("UNREACHABLE") // an answer that is not the gateway's
        } finally {
            connection.disconnect()
        }
    }

    private fun errorOf(body: JSONObject): QrLoginException {
        val details = body.optJSONArray("details")
        val info = (0 until (details?.length() ?: 0))
            .mapNotNull { details?.optJSONObject(it) }
            .firstOrNull { it.optString("type") == "google.rpc.ErrorInfo" }
        val reason = info?.optJSONObject("debug")?.optString("reason").orEmpty()
        val isTransient = body.optString("code") in
            setOf("unavailable", "resource_exhausted", "deadline_exceeded", "aborted")
        val fallback = if (isTransient) "UNREACHABLE" else "UNKNOWN"
        return QrLoginException(fallback, reason.ifEmpty { fallback })
    }
}
