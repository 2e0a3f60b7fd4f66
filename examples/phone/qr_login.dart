// The calls of a mobile app. Needs the package http.
import 'dart:async';
import 'dart:convert';

import 'package:http/http.dart' as http;

/// An error of the service or of the network.
class QrLoginException implements Exception {
  const QrLoginException(this.fallback, [String? reason]) : reason = reason ?? fallback;

  /// Names the text to show, in the table of messages.
  final String reason;

  /// Names the text to show if the table lacks the reason: UNREACHABLE or UNKNOWN.
  final String fallback;

  @override
  String toString() => 'the sign-in has failed: $reason';
}

/// The three calls. Each of them may be repeated: a second call changes nothing.
class QrLogin {
  QrLogin({required this.gateway, required this.getToken, http.Client? client})
      : _client = client ?? http.Client();

  /// Address of the gateway, such as `https://login.example.com`.
  final String gateway;

  /// Returns the user's token. Called with true after the service has rejected the previous token.
  final Future<String> Function(bool isRejected) getToken;
  final http.Client _client;

  /// Capabilities of your app's screens. Empty without the screen for the check code.
  static const _capabilities = ['PHONE_CAPABILITY_CHECK_CODE'];

  /// Marks the code as scanned by this user. Returns who is asking.
  Future<Map<String, dynamic>> scan(String text) =>
      _call('MarkScanned', {'qrContent': text, 'capabilities': _capabilities});

  /// Approves the sign-in. Returns the `checkCode` to show and its `remainingDuration` if the website waits for one,
  /// also when repeated.
  Future<Map<String, dynamic>> approve(String ticketId) => _call('Authorize', {'ticketId': ticketId});

  /// Declines the sign-in.
  Future<void> decline(String ticketId) => _call('Cancel', {'ticketId': ticketId});

  Future<Map<String, dynamic>> _call(String method, Map<String, dynamic> request) async {
    var (status, body) = await _send(method, request, await getToken(false));
    if (status == 401) (status, body) = await _send(method, request, await getToken(true));
    if (status == 200) return body;
    throw _errorOf(body);
  }

  Future<(int, Map<String, dynamic>)> _send(String method, Map<String, dynamic> request, String token) async {
    try {
      final call = http.Request('POST', Uri.parse('$gateway/qrlogin.v1.QrLoginService/$method'))
        ..followRedirects = false
        ..headers.addAll({'Content-Type': 'application/json', 'Authorization': 'Bearer $token'})
        ..bodyBytes = utf8.encode(jsonEncode(request));
      final answer = _client.send(call).then(http.Response.fromStream);
      final response = await answer.timeout(const Duration(seconds: 10));
      final body = jsonDecode(utf8.decode(response.bodyBytes));
      return (response.statusCode, body as Map<String, dynamic>);
    } on Exception {
      throw const QrLoginException('UNREACHABLE'); // no connection, or no answer in time
    } on TypeError {
      throw const QrLoginException('UNREACHABLE'); // an answer that is not the gateway's
    }
  }

  QrLoginException _errorOf(Map<String, dynamic> body) {
    final details = (body['details'] as List<dynamic>? ?? []).cast<Map<String, dynamic>>();
    final info = details.where((detail) => detail['type'] == 'google.rpc.ErrorInfo').firstOrNull;
    final reason = (info?['debug'] as Map<String, dynamic>?)?['reason'] as String?;
    const transient = ['unavailable', 'resource_exhausted', 'deadline_exceeded', 'aborted'];
    return QrLoginException(transient.contains(body['code']) ? 'UNREACHABLE' : 'UNKNOWN', reason);
  }
}
