package qrlogin

import (
	"net"
	"net/netip"
	"strings"
)

// isLoopback reports whether a gRPC target leads to this machine only. It returns false in case of doubt, such as for a
// DNS server of its own ("dns://server/localhost").
func isLoopback(target string) bool {
	if strings.HasPrefix(target, "unix:") || strings.HasPrefix(target, "unix-abstract:") {
		return true
	}
	endpoint := target
	for _, scheme := range []string{"dns:", "passthrough:"} {
		if rest, found := strings.CutPrefix(target, scheme); found {
			endpoint = strings.TrimPrefix(rest, "///")
			break
		}
	}
	host := endpoint
	if withoutPort, _, err := net.SplitHostPort(endpoint); err == nil {
		host = withoutPort
	} else if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		host = host[1 : len(host)-1]
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback() && !address.Is4In6()
}
