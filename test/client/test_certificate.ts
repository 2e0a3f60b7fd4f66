/** A certificate for 127.0.0.1 and localhost, with its key. Not publicly trusted; for tests only, since the key is public. */
export const testCertificate = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBojCCAUegAwIBAgIUHjzYoyybNXl6JKuIRGG1dVn2EzwwCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMcXJsb2dpbiB0ZXN0MCAXDTI2MTEyMzExNDkzNloYDzIxMjYx
MDMwMTE0OTM2WjAXMRUwEwYDVQQDDAxxcmxvZ2luIHRlc3QwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAAQOigb2/Cs17nrCBDoYF275UJAzIb1NV91c0NJaFp/tHMa3
t6wSKYzufuBcU8Bs2sux0C1Q2+zeTxLPbqa61mWmo28wbTAdBgNVHQ4EFgQUMczr
yEJt0qwrUOXvsfv4X/Su/kswHwYDVR0jBBgwFoAUMczryEJt0qwrUOXvsfv4X/Su
/kswDwYDVR0TAQH/BAUwAwEB/zAaBgNVHREEEzARhwR/AAABgglsb2NhbGhvc3Qw
CgYIKoZIzj0EAwIDSQAwRgIhAIuZjOTw5LuiAtF9ZqY6c96ZADujm+M+YLB2tk5E
g2w7AiEAja+akTB0ids/pgJxvHrDdKcjLiNd0vbkVBVMs5jVQ3s=
-----END CERTIFICATE-----`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgeZ9wj6HV5W1zYkh+
TrKrStHZj+oLjgoB3fJOu4ML7IWhRANCAAQOigb2/Cs17nrCBDoYF275UJAzIb1N
V91c0NJaFp/tHMa3t6wSKYzufuBcU8Bs2sux0C1Q2+zeTxLPbqa61mWm
-----END PRIVATE KEY-----`,
};
