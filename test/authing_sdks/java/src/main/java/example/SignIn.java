package example;

import cn.authing.sdk.java.client.AuthenticationClient;
import cn.authing.sdk.java.dto.CheckQRCodeStatusDataDto;
import cn.authing.sdk.java.dto.CheckQrcodeStatusDto;
import cn.authing.sdk.java.dto.ExchangeTokenSetWithQRcodeTicketDto;
import cn.authing.sdk.java.dto.GenerateQrcodeDto;
import cn.authing.sdk.java.dto.GetProfileDto;
import cn.authing.sdk.java.dto.LoginTokenResponseDataDto;
import cn.authing.sdk.java.dto.authentication.ValidateTokenParams;
import cn.authing.sdk.java.model.AuthenticationClientOptions;
import cn.authing.sdk.java.util.JsonUtils;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Signs in with Authing's SDK for Java, goes on with the tokens, and prints what it received as JSON. */
public final class SignIn {
  public static void main(String[] arguments) throws Exception {
    AuthenticationClientOptions options = new AuthenticationClientOptions();
    options.setAppId(System.getenv("QRLOGIN_APP_ID"));
    options.setAppSecret(System.getenv("QRLOGIN_APP_SECRET"));
    options.setAppHost(System.getenv("QRLOGIN_GATEWAY"));
    AuthenticationClient client = new AuthenticationClient(options);

    GenerateQrcodeDto wanted = new GenerateQrcodeDto();
    wanted.setType(GenerateQrcodeDto.Type.MOBILE_APP);
    String qrcodeId = client.geneQrCode(wanted).getData().getQrcodeId();
    System.out.println("CODE " + qrcodeId);
    LoginTokenResponseDataDto tokens = exchange(client, options, waitForApproval(client, qrcodeId));

    ValidateTokenParams idToken = new ValidateTokenParams();
    idToken.setIdToken(tokens.getIdToken());
    Map<String, Object> results = new LinkedHashMap<>();
    results.put("userInfo", client.getUserInfoMapByAccessToken(tokens.getAccessToken()));
    results.put("introspection", client.introspectToken(tokens.getAccessToken()));
    results.put("introspectionOfIdToken", client.introspectToken(tokens.getIdToken()));
    results.put("accessToken", client.introspectAccessTokenOffline(tokens.getAccessToken()));
    results.put("idToken", client.validateToken(idToken));
    client.setAccessToken(tokens.getAccessToken());
    results.put("profile", client.getProfile(new GetProfileDto()).getData());
    System.out.println("RESULTS " + JsonUtils.serialize(results));
    // The SDK leaves threads that do not end.
    System.exit(0);
  }

  private static String waitForApproval(AuthenticationClient client, String qrcodeId) throws Exception {
    CheckQrcodeStatusDto code = new CheckQrcodeStatusDto();
    code.setQrcodeId(qrcodeId);
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (true) {
      CheckQRCodeStatusDataDto data = client.checkQrCodeStatus(code).getData();
      switch (data.getStatus()) {
        case AUTHORIZED:
          return data.getTicket();
        case CANCELLED:
        case EXPIRED:
          throw new IllegalStateException("not approved: " + data.getStatus());
        default:
          if (System.nanoTime() > deadline) throw new IllegalStateException("not approved in a minute");
      }
      // The SDK has no stream.
      Thread.sleep(100);
    }
  }

  private static LoginTokenResponseDataDto exchange(
      AuthenticationClient client, AuthenticationClientOptions options, String ticket) {
    ExchangeTokenSetWithQRcodeTicketDto exchange = new ExchangeTokenSetWithQRcodeTicketDto();
    exchange.setTicket(ticket);
    exchange.setClientId(options.getAppId());
    exchange.setClientSecret(options.getAppSecret());
    return client.exchangeTokenSetWithQrCodeTicket(exchange).getData();
  }
}
