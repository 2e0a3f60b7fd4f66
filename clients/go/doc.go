// Package qrlogin is the client of the qrlogin service: it signs users in to a website by scanning a QR code with a
// mobile app.
//
// A website's back end uses an [AppClient]: it creates a ticket, shows its text as a QR code, watches the status and
// exchanges the approval for the user. A mobile app, or its back end, uses an [ApproverClient].
//
// Requests and responses are the generated messages of package qrloginv1. All errors of calls and watches are of type
// [*Error], except those about a user token: an error of a [TokenSource] is wrapped, and a malformed token is rejected.
//
// # Connections
//
// A client has two connections, one for calls and one for watches. They connect on first use and reconnect on their
// own. The target has gRPC's syntax, such as "host:port", "dns:///host:port" or "unix:/path". Calls are spread over all
// addresses of the name. Create one client and share it; clients are safe for concurrent use.
//
// Connections to loopback addresses are in plain text, all others use TLS with the root certificates of the system. See
// [WithRootCertificates], [WithTLSConfig] and [WithPlainText].
//
// # Deadlines and retries
//
// A call without a deadline in its context ends after 10 seconds, retries included; see [WithTimeout]. A watch has no
// deadline unless its context has one.
//
// GetStatus, Withdraw, GetSigningKeys, MarkScanned, Authorize and Cancel are idempotent: up to 4 attempts are made while
// the service is unavailable. An attempt never comes earlier than the service asks. CreateTicket, SubmitCheckCode and
// ExchangeUserInfo are never retried. A service config from DNS is ignored.
package qrlogin
