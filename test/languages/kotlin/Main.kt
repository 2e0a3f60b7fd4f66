// Runs commands with QrLogin.kt: GATEWAY TOKEN NEW_TOKEN, then pairs of a command and its argument. Prints one
// line for each: the result or the reason. The last line lists the calls of getToken.
package example

import org.json.JSONArray
import org.json.JSONObject

fun main(args: Array<String>) {
    val (gateway, firstToken, newToken) = args
    val requests = JSONArray()
    var token = firstToken
    val qrLogin = QrLogin(gateway) { isRejected ->
        requests.put(isRejected)
        if (isRejected) token = newToken
        token
    }
    for ((command, argument) in args.drop(3).chunked(2)) {
        val line = try {
            when (command) {
                "scan" -> JSONObject().put("result", qrLogin.scan(argument))
                "approve" -> JSONObject().put("result", qrLogin.approve(argument))
                "decline" -> JSONObject().put("result", JSONObject()).also { qrLogin.decline(argument) }
                else -> throw IllegalArgumentException(command)
            }
        } catch (error: QrLoginException) {
            JSONObject().put("reason", error.reason)
        }
        println(line)
    }
    println(JSONObject().put("tokens", requests))
}
