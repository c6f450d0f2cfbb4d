import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What the Java clients share: the sandbox of a local server, a browser that follows one redirect, and calls to the
 * number verification API.
 */
final class Sandbox {
  static final URI BASE = URI.create(System.getenv("BASE_URL"));
  static final String OTHER_NUMBER = "+990123450000";

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Map<String, Object> DATA = load();

  static final String ISSUER = (String) DATA.get("issuer");

  /** A flow that may fail in any way. */
  interface Flow {
    void run() throws Exception;
  }

  private static Map<String, Object> load() {
    try {
      return JSONObjectUtils.parse(get(BASE.resolve("/local/sandbox")).body());
    } catch (Exception e) {
      throw new IllegalStateException("no sandbox at " + BASE, e);
    }
  }

  static HttpResponse<String> get(URI uri) throws Exception {
    return HTTP.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static List<Map<String, Object>> list(String name) {
    try {
      return List.of(JSONObjectUtils.getJSONObjectArray(DATA, name));
    } catch (java.text.ParseException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The sandbox number with this outcome. */
  static String numberThatIs(String outcome) {
    return list("numbers").stream()
        .filter(n -> outcome.equals(n.get("outcome")))
        .map(n -> (String) n.get("number"))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no number with the outcome " + outcome));
  }

  /** The registered client of a dialect, and of an authentication method unless that is null. */
  static Map<String, Object> clientOf(String dialect, String method) {
    return list("clients").stream()
        .filter(c -> dialect.equals(c.get("dialect")))
        .filter(c -> method == null || method.equals(c.get("token_endpoint_auth_method")))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no " + dialect + " client with " + method));
  }

  /** The application of the account that is in a state. */
  static Map<String, Object> applicationOf(String state) {
    var account = list("accounts").stream()
        .filter(a -> state.equals(a.get("state")))
        .findFirst()
        .orElseThrow();
    return list("applications").stream()
        .filter(a -> account.get("api_key").equals(a.get("account")))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no application of a " + state + " account"));
  }

  /** The callbacks of a request_id, oldest first. */
  static List<Map<String, Object>> callbacks(Object requestID) throws Exception {
    return array("/local/callbacks?request_id=" + requestID);
  }

  /** The channels that messages of a request_id came by, oldest first. */
  static List<Object> channels(Object requestID) throws Exception {
    return array("/local/messages?request_id=" + requestID).stream()
        .map(m -> m.get("channel"))
        .toList();
  }

  /** The PIN that was last sent for a request_id. */
  static String pin(Object requestID) throws Exception {
    var sent = array("/local/messages?request_id=" + requestID);
    check(!sent.isEmpty(), "no message was sent");
    return (String) sent.get(sent.size() - 1).get("pin");
  }

  private static List<Map<String, Object>> array(String path) throws Exception {
    var object = JSONObjectUtils.parse("{\"all\":" + get(BASE.resolve(path)).body() + "}");
    return List.of(JSONObjectUtils.getJSONObjectArray(object, "all"));
  }

  /** Moves the server's clock. */
  static void advance(String by) throws Exception {
    var request = HttpRequest.newBuilder(BASE.resolve("/local/clock"))
        .POST(HttpRequest.BodyPublishers.ofString("{\"advance\":\"" + by + "\"}"));
    var response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    check(response.statusCode() == 200, "the clock answered " + response.body());
  }

  static URI redirectURI(Map<String, Object> client) {
    return URI.create((String) ((List<?>) client.get("redirect_uris")).get(0));
  }

  @SuppressWarnings("unchecked")
  static JWK key(Map<String, Object> owner) throws Exception {
    return JWK.parse((Map<String, Object>) owner.get("private_jwk"));
  }

  /** What an operator's entitlement server gives a phone: proof, for one use, of whose SIM is in it. */
  static String operatorToken() throws Exception {
    Map<String, Object> operator = list("operators").get(0);
    var claims = claims((String) operator.get("iss"), "tel:" + numberThatIs("verified")).build();
    return sign(claims, key(operator)).serialize();
  }

  /** Claims for the authorization server that hold for five minutes and one use. */
  static JWTClaimsSet.Builder claims(String issuer, String subject) {
    Instant now = Instant.now();
    return new JWTClaimsSet.Builder()
        .issuer(issuer)
        .subject(subject)
        .audience(ISSUER)
        .issueTime(Date.from(now))
        .expirationTime(Date.from(now.plusSeconds(300)))
        .jwtID(UUID.randomUUID().toString());
  }

  static SignedJWT sign(JWTClaimsSet claims, JWK key) throws Exception {
    JWSAlgorithm algorithm = JWSAlgorithm.parse(key.getAlgorithm().getName());
    var header = new JWSHeader.Builder(algorithm).keyID(key.getKeyID()).type(JOSEObjectType.JWT).build();
    var jwt = new SignedJWT(header, claims);
    jwt.sign(JWSAlgorithm.Family.EC.contains(algorithm) ? new ECDSASigner(key.toECKey()) : new RSASSASigner(key.toRSAKey()));
    return jwt;
  }

  /** Opens the authorization URL as a browser would and returns where it is sent back to. */
  static URI visit(URI uri) throws Exception {
    var response = get(uri);
    check(response.statusCode() == 302, "authorize answered " + response.statusCode() + ": " + response.body());
    return URI.create(response.headers().firstValue("Location").orElseThrow());
  }

  /** Asserts what the API says about a number when asked with this token. */
  static void verify(String accessToken, String number, boolean expected, String path) throws Exception {
    var request =
        HttpRequest.newBuilder(BASE.resolve(path))
            .header("Authorization", "Bearer " + accessToken)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{\"phoneNumber\":\"" + number + "\"}"))
            .build();
    var response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    check(response.statusCode() == 200, "verify answered " + response.statusCode() + ": " + response.body());
    var verified = JSONObjectUtils.parse(response.body()).get("devicePhoneNumberVerified");
    check(Boolean.valueOf(expected).equals(verified), "verify answered " + response.body());
  }

  static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }

  /** Runs the flows one after the other and ends the process with status 1 when one fails. */
  static void run(Map<String, Flow> flows) {
    boolean failed = false;
    for (var flow : flows.entrySet()) {
      try {
        flow.getValue().run();
        System.out.println("ok " + flow.getKey());
      } catch (Exception | AssertionError e) {
        failed = true;
        System.out.println("FAILED " + flow.getKey());
        e.printStackTrace(System.out);
      }
    }
    System.exit(failed ? 1 : 0);
  }

  private Sandbox() {}
}
