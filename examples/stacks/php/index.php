<?php
$gateway = getenv('QRLOGIN_GATEWAY') ?: 'http://127.0.0.1:8080';
$secure = getenv('APP_ENV') === 'production';
session_start(['name' => $secure ? '__Host-session' : 'session', 'use_strict_mode' => true,
    'cookie_httponly' => true, 'cookie_samesite' => 'Lax', 'cookie_secure' => $secure]);
$base64url = fn($bytes) => rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
$verifier = $_SESSION['verifier'] ??= $base64url(random_bytes(32)); // binds the sign-in to this browser
$route = "$_SERVER[REQUEST_METHOD] $_SERVER[REQUEST_URI]";

if ($route === 'GET /me') exit(json_encode(['user' => $_SESSION['user'] ?? null]));
if ($route === 'POST /logout' && session_destroy()) header('location: /');
if ($route === 'POST /login') {
    $basic = 'authorization: Basic ' . base64_encode(getenv('APP_ID') . ':' . getenv('APP_SECRET'));
    $body = json_encode(['exchangeTicket' => file_get_contents('php://input'), 'codeVerifier' => $verifier]);
    $call = ['method' => 'POST', 'header' => ['content-type: application/json', $basic], 'content' => $body];
    $context = stream_context_create(['http' => $call + ['ignore_errors' => true]]);
    $answer = json_decode(file_get_contents("$gateway/qrlogin/v1/tickets/exchange", false, $context), true);
    if (!isset($answer['user'])) error_log('No sign-in: ' . ($answer['reason'] ?? 'the gateway does not answer'));
    if (!isset($answer['user'])) exit(http_response_code(403));
    session_regenerate_id(true); // a new session id at each sign-in
    $_SESSION = ['user' => $answer['user']];
    exit;
}
?>
<!doctype html>
<meta name="viewport" content="width=device-width">
<title>Sign in</title>
<div id="qrcode"></div>
<form method="post" action="/logout" hidden><b></b> <button type="submit">Sign out</button></form>
<script src="<?= $gateway ?>/qrlogin/v1/widget.js"></script>
<script type="module">
  const { user } = await (await fetch("/me")).json();
  document.querySelector("form").hidden = !user;
  document.querySelector("b").textContent = user?.nickname;
  if (!user) QrLogin.startScanning("qrcode", {
    gateway: "<?= $gateway ?>",
    codeChallenge: () => "<?= $base64url(hash('sha256', $verifier, true)) ?>",
    onSuccess: (_user, body) => fetch("/login", { method: "POST", body }).then(() => location.reload()),
  });
</script>
