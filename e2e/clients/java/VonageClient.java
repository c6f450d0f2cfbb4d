import com.nimbusds.jose.jwk.JWK;
import com.vonage.client.HttpConfig;
import com.vonage.client.camara.numberverification.NumberVerificationClient;
import com.vonage.client.VonageClient.Builder;
import java.net.URI;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** Vonage's own server SDK for Java, whose Number Verification client takes another base address by configuration. */
public final class VonageClient {
  private static final Map<String, Object> CLIENT = Sandbox.clientOf("vonage", null);
  private static final URI REDIRECT = Sandbox.redirectURI(CLIENT);
  private static final String NUMBER = Sandbox.numberThatIs("verified");

  public static void main(String[] args) {
    Map<String, Sandbox.Flow> flows = new LinkedHashMap<>();
    flows.put("number matches", () -> ask(NUMBER, true));
    flows.put("number differs", () -> ask(Sandbox.OTHER_NUMBER, false));
    flows.put("two verifications with one client", VonageClient::askTwice);
    Sandbox.run(flows);
  }

  private static void ask(String number, boolean expected) throws Exception {
    ask(client(), number, expected);
  }

  private static void askTwice() throws Exception {
    var client = client();
    ask(client, NUMBER, true);
    ask(client, Sandbox.OTHER_NUMBER, false);
  }

  /** The number that the caller claims goes into the SDK; the line is told by the browser's login_hint. */
  private static void ask(NumberVerificationClient client, String number, boolean expected) throws Exception {
    URI url = client.initiateVerification(NUMBER, REDIRECT, "a-state");
    String code = codeOf(Sandbox.visit(atBase(url)));
    boolean verified = client.verifyNumber(number, REDIRECT, code);
    Sandbox.check(verified == expected, "verifyNumber gave " + verified);
  }

  private static NumberVerificationClient client() throws Exception {
    return new Builder()
        .applicationId((String) CLIENT.get("client_id"))
        .privateKeyContents(pem(Sandbox.key(CLIENT)))
        .httpConfig(HttpConfig.builder().apiEuBaseUri(Sandbox.BASE.toString()).build())
        .build()
        .getNumberVerificationClient();
  }

  /** The SDK writes the URL for the phone's browser with Vonage's own host; path and query are what count. */
  private static URI atBase(URI url) {
    return Sandbox.BASE.resolve(url.getRawPath() + "?" + url.getRawQuery());
  }

  private static String codeOf(URI answer) {
    return Arrays.stream(answer.getRawQuery().split("&"))
        .filter(parameter -> parameter.startsWith("code="))
        .map(parameter -> parameter.substring("code=".length()))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no code in " + answer.getRawQuery()));
  }

  private static String pem(JWK key) throws Exception {
    byte[] der = key.toRSAKey().toRSAPrivateKey().getEncoded();
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN PRIVATE KEY-----\n" + body + "\n-----END PRIVATE KEY-----\n";
  }

  private VonageClient() {}
}
