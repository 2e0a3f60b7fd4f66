// The calls of a mobile app. Needs only Foundation.
import Foundation

/// An error of the service or of the network.
struct QrLoginError: Error {
    /// Names the text to show, in the table of messages.
    let reason: String
    /// Names the text to show if the table lacks the reason: UNREACHABLE or UNKNOWN.
    let fallback: String

    static let unreachable = QrLoginError(reason: "UNREACHABLE", fallback: "UNREACHABLE")
}

/// Keeps the token from the target of a redirect.
private final class NoRedirects: NSObject, URLSessionTaskDelegate {
    func urlSession(
        _ session: URLSession, task: URLSessionTask,
        willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest
    ) async -> URLRequest? { nil }
}

/// The three calls. Each of them may be repeated: a second call changes nothing.
struct QrLogin {
    /// Address of the gateway, such as `https://login.example.com`.
    let gateway: URL
    /// Returns the user's token. Called with true after the service has rejected the previous token.
    let getToken: (_ isRejected: Bool) async throws -> String
    var session = URLSession(configuration: .ephemeral)
    /// Capabilities of your app's screens. Empty without the screen for the check code.
    var capabilities = ["PHONE_CAPABILITY_CHECK_CODE"]

    /// Marks the code as scanned by this user. Returns who is asking.
    func scan(_ text: String) async throws -> [String: Any] {
        try await call("MarkScanned", ["qrContent": text, "capabilities": capabilities])
    }

    /// Approves the sign-in. Returns the `checkCode` to show and its `remainingDuration` if the website waits for one,
    /// also when repeated.
    func approve(_ ticketId: String) async throws -> [String: Any] {
        try await call("Authorize", ["ticketId": ticketId])
    }

    /// Declines the sign-in.
    func decline(_ ticketId: String) async throws {
        _ = try await call("Cancel", ["ticketId": ticketId])
    }

    private func call(_ method: String, _ request: [String: Any]) async throws -> [String: Any] {
        var answer = try await send(method, request, token: getToken(false))
        if answer.status == 401 {
            answer = try await send(method, request, token: getToken(true))
        }
        if answer.status == 200 { return answer.body }
        throw error(from: answer.body)
    }

    private func send(
        _ method: String, _ request: [String: Any], token: String
    ) async throws -> (status: Int, body: [String: Any]) {
        let url = gateway.appendingPathComponent("qrlogin.v1.QrLoginService").appendingPathComponent(method)
        var urlRequest = URLRequest(url: url, timeoutInterval: 10)
        urlRequest.httpMethod = "POST"
        urlRequest.httpShouldHandleCookies = false
        urlRequest.setValue("application/json", forHTTPHeaderField: "Content-Type")
        urlRequest.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
        urlRequest.httpBody = try JSONSerialization.data(withJSONObject: request)
        do {
            let (data, response) = try await session.data(for: urlRequest, delegate: NoRedirects())
            guard let response = response as? HTTPURLResponse,
                let body = try JSONSerialization.jsonObject(with: data) as? [String: Any]
            else { throw QrLoginError.unreachable }
            return (response.statusCode, body)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            // No connection, no answer in time, or an answer that is not the gateway's.
            throw QrLoginError.unreachable
        }
    }

    private func error(from body: [String: Any]) -> QrLoginError {
        let details = body["details"] as? [[String: Any]] ?? []
        let info = details.first { $0["type"] as? String == "google.rpc.ErrorInfo" }
        let reason = (info?["debug"] as? [String: Any])?["reason"] as? String
        let transient = ["unavailable", "resource_exhausted", "deadline_exceeded", "aborted"]
        let fallback = transient.contains(body["code"] as? String ?? "") ? "UNREACHABLE" : "UNKNOWN"
        return QrLoginError(reason: reason ?? fallback, fallback: fallback)
    }
}
