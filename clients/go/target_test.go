package qrlogin

import "testing"

func TestIsLoopback(t *testing.T) {
	for target, want := range map[string]bool{
		"127.0.0.1:50051":                true,
		"127.255.0.1:1":                  true,
		"127.0.0.1":                      true,
		"[::1]:50051":                    true,
		"[::1]":                          true,
		"::1":                            true,
		"localhost:50051":                true,
		"LOCALHOST:50051":                true,
		"localhost":                      true,
		"dns:localhost:50051":            true,
		"dns:///localhost:50051":         true,
		"dns:///[::1]:50051":             true,
		"passthrough:///127.0.0.1:50051": true,
		"unix:/run/qrlogin.sock":         true,
		"unix:///run/qrlogin.sock":       true,
		"unix-abstract:qrlogin":          true,

		"":                                false,
		"qr.example.com:443":              false,
		"10.0.0.1:50051":                  false,
		"128.0.0.1:50051":                 false,
		"0.0.0.0:50051":                   false,
		"[::]:50051":                      false,
		"[2001:db8::1]:50051":             false,
		"[::ffff:127.0.0.1]:50051":        false,
		"127.0.0.1.example.com:50051":     false,
		"localhost.:50051":                false,
		"127.1:50051":                     false,
		"2130706433:50051":                false,
		"localhost.example.com:1":         false,
		"x.localhost:50051":               false,
		"localhost:50051@example.com:1":   false,
		"localhost/@example.com:1":        false,
		"dns://192.0.2.1/localhost:50051": false,
		"dns:///example.com:443":          false,
		"xds:///localhost:50051":          false,
		"ipv4:127.0.0.1:1,192.0.2.1:1":    false,
	} {
		if got := isLoopback(target); got != want {
			t.Errorf("%q: got %v, want %v", target, got, want)
		}
	}
}
