import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.vonage.client.HttpConfig;
import com.vonage.client.VonageClient;
import com.vonage.client.verify2.SilentAuthWorkflow;
import com.vonage.client.verify2.SmsWorkflow;
import com.vonage.client.verify2.VerificationCallback;
import com.vonage.client.verify2.VerificationRequest;
import com.vonage.client.verify2.VerificationResponse;
import com.vonage.client.verify2.VerificationStatus;
import com.vonage.client.verify2.Verify2Client;
import com.vonage.client.verify2.VerifyResponseException;
import com.vonage.client.verify2.VoiceWorkflow;
import com.vonage.client.verify2.Workflow;
import com.vonage.client.verify2.WorkflowStatus;
import com.vonage.jwt.Jwt;
import java.net.URI;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/**
 * Vonage's own server SDK for Java, whose client for the Verify API (v2) takes another base
 * address by configuration. Its JWTs have no exp, it writes next-workflow with a hyphen, and
 * always a locale, a time and a length.
 */
public final class VonageVerify2 {
  private static final Map<String, Object> APPLICATION = Sandbox.applicationOf("standard");
  private static final Random RANDOM = new Random();

  /** The SDK has no name for cancelled, and reads it as null. */
  private static final VerificationStatus CANCELLED = null;

  private static final VerificationStatus COMPLETED = VerificationStatus.COMPLETED;

  private static final Verify2Client VERIFY = client();

  /** What a flow calls that has to fail. */
  interface Call {
    void run() throws Exception;
  }

  public static void main(String[] args) {
    Map<String, Sandbox.Flow> flows = new LinkedHashMap<>();
    flows.put("right and wrong code", VonageVerify2::rightAndWrongCode);
    flows.put("third wrong code", VonageVerify2::thirdWrongCode);
    flows.put("cancel", VonageVerify2::cancel);
    flows.put("next step", VonageVerify2::nextStep);
    flows.put("step in its time", VonageVerify2::stepInItsTime);
    flows.put("conflict", VonageVerify2::conflict);
    flows.put("silent", VonageVerify2::silent);
    flows.put("silent that falls to SMS", VonageVerify2::silentThatFalls);
    flows.put("own code", VonageVerify2::ownCode);
    flows.put("invalid parameters", VonageVerify2::invalidParameters);
    Sandbox.run(flows);
  }

  private static Verify2Client client() {
    return VonageClient.builder()
        .applicationId((String) APPLICATION.get("application_id"))
        .privateKeyContents((String) APPLICATION.get("private_key"))
        .httpConfig(HttpConfig.builder().apiBaseUri(Sandbox.BASE.toString()).build())
        .build()
        .getVerify2Client();
  }

  private static VerificationRequest.Builder request(Workflow... steps) {
    return VerificationRequest.builder().brand("Acme").workflows(Arrays.asList(steps));
  }

  private static UUID begin(VerificationRequest.Builder request) {
    return VERIFY.sendVerification(request.build()).getRequestId();
  }

  private static String mobile() {
    return "4474" + String.format("%08d", RANDOM.nextInt(100_000_000));
  }

  /** A test number whose last two digits choose what its silent step comes to. */
  private static String testNumber(String ending) {
    return "99015" + String.format("%05d", RANDOM.nextInt(100_000)) + "00" + ending;
  }

  private static String other(String code) {
    int last = (code.charAt(code.length() - 1) - '0' + 1) % 10;
    return code.substring(0, code.length() - 1) + last;
  }

  private static VerifyResponseException refused(int status, String title, Call call)
      throws Exception {
    try {
      call.run();
    } catch (VerifyResponseException e) {
      String answered = "answered " + e.toJson();
      Sandbox.check(e.getStatusCode() == status && title.equals(e.getTitle()), answered);
      Sandbox.check(e.getType() != null && e.getDetail() != null, answered);
      Sandbox.check(e.getInstance() != null, answered);
      return e;
    }
    throw new AssertionError("was not refused");
  }

  private static void completes(UUID id, String code) {
    var status = VERIFY.checkVerificationCode(id, code).getStatus();
    Sandbox.check(status == VerificationStatus.COMPLETED, "the check is " + status);
  }

  /** Asserts what callbacks told, and their signatures. */
  private static void told(
      UUID id, VerificationStatus end, List<VerificationStatus> events, VerificationStatus... steps)
      throws Exception {
    var all = Sandbox.callbacks(id);
    Sandbox.check(all.size() == events.size() + 1, all.size() + " callbacks came");
    for (int i = 0; i < all.size(); i++) {
      String body = signed(all.get(i));
      VerificationCallback callback = VerificationCallback.fromJson(body);
      var want = i < events.size() ? events.get(i) : end;
      Sandbox.check(id.equals(callback.getRequestId()) && callback.getStatus() == want, body);
      if (i == events.size()) {
        var got = callback.getWorkflows().stream().map(WorkflowStatus::getStatus).toList();
        Sandbox.check(got.equals(Arrays.asList(steps)), body);
      }
    }
  }

  /** The body of a callback, whose signature is good. */
  private static String signed(Map<String, Object> callback) throws Exception {
    String secret = (String) APPLICATION.get("signature_secret");
    String body = (String) callback.get("body");
    var headers = JSONObjectUtils.getJSONObject(callback, "headers");
    String token = ((String) headers.get("Authorization")).replaceFirst("^Bearer ", "");
    Sandbox.check(Jwt.verifySignature(token, secret), "the signature is bad");
    Sandbox.check(!Jwt.verifySignature(token, secret + "x"), "any signature is good");
    String claims = new String(Base64.getUrlDecoder().decode(token.split("\\.")[1]), UTF_8);
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(body.getBytes(UTF_8));
    var told = JSONObjectUtils.parse(claims).get("payload_hash");
    Sandbox.check(HexFormat.of().formatHex(hash).equals(told), claims);
    return body;
  }

  private static void cameBy(UUID id, Object... channels) throws Exception {
    var came = Sandbox.channels(id);
    Sandbox.check(came.equals(List.of(channels)), "messages came by " + came);
  }

  private static void rightAndWrongCode() throws Exception {
    UUID id = begin(request(SmsWorkflow.builder(mobile()).from("ACME").build())
        .codeLength(6).locale(Locale.GERMANY).channelTimeout(300).clientRef("order-42"));
    String code = Sandbox.pin(id);
    Sandbox.check(code.length() == 6, "the code has " + code.length() + " digits");
    refused(400, "Invalid Code", () -> VERIFY.checkVerificationCode(id, other(code)));
    completes(id, code);
    refused(404, "Not Found", () -> VERIFY.checkVerificationCode(id, code));
    told(id, COMPLETED, List.of(), COMPLETED);
  }

  private static void thirdWrongCode() throws Exception {
    UUID id = begin(request(new SmsWorkflow(mobile())));
    String code = other(Sandbox.pin(id));
    for (int status : new int[] {400, 400, 410}) {
      refused(status, "Invalid Code", () -> VERIFY.checkVerificationCode(id, code));
    }
    Sandbox.check(!VERIFY.isValidVerificationCode(id, code), "a wrong code is valid");
    told(id, VerificationStatus.USER_REJECTED, List.of(), VerificationStatus.USER_REJECTED);
  }

  private static void cancel() throws Exception {
    UUID id = begin(request(new SmsWorkflow(mobile())));
    Sandbox.pin(id);
    VERIFY.cancelVerification(id);
    refused(404, "Not Found", () -> VERIFY.cancelVerification(id));
    told(id, CANCELLED, List.of(), CANCELLED);
  }

  private static void nextStep() throws Exception {
    String to = mobile();
    UUID id = begin(request(new SmsWorkflow(to), new VoiceWorkflow(to)));
    Sandbox.pin(id);
    VERIFY.nextWorkflow(id);
    cameBy(id, "sms", "voice");
    refused(409, "Conflict", () -> VERIFY.nextWorkflow(id));
    completes(id, Sandbox.pin(id));
    told(id, COMPLETED, List.of(), CANCELLED, COMPLETED);
  }

  private static void stepInItsTime() throws Exception {
    String to = mobile();
    UUID id = begin(request(new SmsWorkflow(to), new VoiceWorkflow(to)).channelTimeout(60));
    Sandbox.pin(id);
    Sandbox.advance("61s");
    cameBy(id, "sms", "voice");
    Sandbox.advance("71s");
    var expired = VerificationStatus.EXPIRED;
    told(id, expired, List.of(), expired, expired);
  }

  private static void conflict() throws Exception {
    String to = mobile();
    UUID id = begin(request(new SmsWorkflow(to)));
    var refusal = refused(409, "Conflict", () -> begin(request(new SmsWorkflow("+" + to))));
    Sandbox.check(id.equals(refusal.getRequestId()), "the live one is " + refusal.getRequestId());
    cameBy(id, "sms");
    VERIFY.cancelVerification(id);
  }

  private static void silent() throws Exception {
    var asked = request(new SilentAuthWorkflow(testNumber("01")));
    VerificationResponse started = VERIFY.sendVerification(asked.build());
    UUID id = started.getRequestId();
    refused(409, "Conflict", () -> VERIFY.checkVerificationCode(id, "1234"));
    var shown = device(started.getCheckUrl(), 200);
    Sandbox.check(id.toString().equals(shown.get("request_id")), "shown " + shown.keySet());
    completes(id, (String) shown.get("code"));
    told(id, COMPLETED, List.of(VerificationStatus.ACTION_PENDING, COMPLETED), COMPLETED);
  }

  private static void silentThatFalls() throws Exception {
    String to = testNumber("04");
    var asked = request(new SilentAuthWorkflow(to), new SmsWorkflow(to));
    var started = VERIFY.sendVerification(asked.build());
    UUID id = started.getRequestId();
    device(started.getCheckUrl(), 409);
    completes(id, Sandbox.pin(id));
    var failed = VerificationStatus.FAILED;
    told(id, COMPLETED, List.of(VerificationStatus.ACTION_PENDING, failed), failed, COMPLETED);
  }

  private static Map<String, Object> device(URI checkURL, int status) throws Exception {
    var response = Sandbox.get(checkURL);
    Sandbox.check(response.statusCode() == status, "answered " + response.statusCode());
    return JSONObjectUtils.parse(response.body());
  }

  private static void ownCode() throws Exception {
    UUID id = begin(request(new SmsWorkflow(mobile())).code("aB3xYz9"));
    Sandbox.check(Sandbox.pin(id).equals("aB3xYz9"), "another code was sent");
    completes(id, "aB3xYz9");
  }

  private static void invalidParameters() throws Exception {
    var refusal = refused(422, "Invalid params", () -> begin(request(new SmsWorkflow("4474000"))));
    Sandbox.check(refusal.getInvalidParameters().size() == 1, "answered " + refusal.toJson());
  }

  private VonageVerify2() {}
}
