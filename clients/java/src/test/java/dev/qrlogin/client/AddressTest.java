package dev.qrlogin.client;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1:50051",
        "127.0.0.1",
        "127.255.255.255:1",
        "localhost:50051",
        "LOCALHOST",
        "[::1]:50051",
        "[0:0:0:0:0:0:0:1]:50051",
        "::1",
        "dns:///localhost:50051",
        "dns:127.0.0.1:50051",
        "unix:/run/qrlogin.sock",
        "unix:///run/qrlogin.sock"
      })
  void recognizesLoopbackAddresses(String address) {
    assertTrue(Address.isLoopback(address));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "128.0.0.1:50051",
        "10.127.0.1:50051",
        "127.0.0.1.example.com:50051",
        "127.0.0.256:50051",
        "127.1:50051",
        "0.0.0.0:50051",
        "localhost.example.com:50051",
        "notlocalhost:50051",
        "localhost.:50051",
        "localho\u017ft:50051",
        "[::2]:50051",
        "[::ffff:10.0.0.1]:50051",
        "qr.example.com:443",
        "dns:///qr.example.com:443",
        "dns://resolver.example.com/localhost:50051",
        "xds:///localhost:50051",
        "localhost:50051,qr.example.com:443"
      })
  void treatsAllOthersAsRemote(String address) {
    assertFalse(Address.isLoopback(address));
  }
}
