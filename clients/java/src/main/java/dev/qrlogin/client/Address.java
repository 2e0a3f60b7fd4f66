package dev.qrlogin.client;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The address of the service, in gRPC syntax. */
final class Address {
  private static final Pattern DNS = Pattern.compile("dns:(?:///)?(.*)");
  private static final Pattern HOST_AND_PORT =
      Pattern.compile("\\[(?<ipv6>[^\\]]*)\\](?::\\d+)?|(?<host>[^:]*)(?::\\d+)?|(?<bare>.*)");
  private static final Pattern LOCALHOST = Pattern.compile("localhost", Pattern.CASE_INSENSITIVE);
  private static final Pattern LOOPBACK_IPV4 =
      Pattern.compile("127(?:\\.(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)){3}");
  private static final Pattern LOOPBACK_IPV6 = Pattern.compile("(?:0{1,4}:){7}0{0,3}1|::0{0,3}1");

  private Address() {}

  /** Reports whether the address leads to this machine only. Returns false in case of doubt. */
  static boolean isLoopback(String address) {
    if (address.startsWith("unix:")) return true;
    Matcher dns = DNS.matcher(address);
    Matcher parts = HOST_AND_PORT.matcher(dns.matches() ? dns.group(1) : address);
    if (!parts.matches()) return false;
    String host = parts.group("host");
    if (host != null) {
      return LOCALHOST.matcher(host).matches() || LOOPBACK_IPV4.matcher(host).matches();
    }
    String ipv6 = parts.group("ipv6") != null ? parts.group("ipv6") : parts.group("bare");
    return LOOPBACK_IPV6.matcher(ipv6).matches();
  }
}
