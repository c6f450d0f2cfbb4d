import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.JWTBearerGrant;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.PrivateKeyJWT;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.ciba.CIBAGrant;
import com.nimbusds.oauth2.sdk.ciba.CIBARequest;
import com.nimbusds.oauth2.sdk.ciba.CIBAResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.AuthenticationResponse;
import com.nimbusds.openid.connect.sdk.AuthenticationResponseParser;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.Prompt;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;

/** Nimbus' OAuth 2.0 and OpenID Connect SDK in all of the flows that it knows. */
public final class NimbusClient {
  private static final Scope SCOPE =
      Scope.parse("openid dpv:FraudPreventionAndDetection number-verification:verify");
  private static final Scope KONERA_SCOPE = Scope.parse("openid offline_access number-verification:verify");
  private static final String VERIFY = "/number-verification/v2/verify";
  private static final String NUMBER = Sandbox.numberThatIs("verified");
  private static final OIDCProviderMetadata SERVER = discover();

  /** A client, where it is sent to, and how it authenticates itself, anew for each request. */
  private record Party(Map<String, Object> client, URI authorize, URI token, Authentication authentication) {
    ClientID id() {
      return new ClientID((String) client.get("client_id"));
    }
  }

  private interface Authentication {
    ClientAuthentication create() throws Exception;
  }

  private interface TokenSource {
    String next() throws Exception;
  }

  public static void main(String[] args) {
    Map<String, Sandbox.Flow> flows = new LinkedHashMap<>();
    flows.put("authorization code, PKCE, private_key_jwt", () -> rightAndWrong(() -> codeFlow(keyed(), SCOPE)));
    flows.put("authorization code, client_secret_basic", () -> rightAndWrong(() -> codeFlow(basic(), SCOPE)));
    flows.put("CIBA with an operator token", () -> rightAndWrong(() -> ciba(keyed())));
    flows.put("JWT bearer with an operator token", () -> rightAndWrong(NimbusClient::jwtBearer));
    flows.put("refresh (konera, client_secret_post)", NimbusClient::refresh);
    Sandbox.run(flows);
  }

  private static OIDCProviderMetadata discover() {
    try {
      return OIDCProviderMetadata.resolve(new Issuer(Sandbox.ISSUER));
    } catch (Exception e) {
      throw new IllegalStateException("discovery", e);
    }
  }

  private static Party keyed() {
    var client = Sandbox.clientOf("camara-2", "private_key_jwt");
    return new Party(client, SERVER.getAuthorizationEndpointURI(), SERVER.getTokenEndpointURI(), () -> {
      JWK key = Sandbox.key(client);
      return new PrivateKeyJWT(
          new ClientID((String) client.get("client_id")), SERVER.getTokenEndpointURI(),
          JWSAlgorithm.parse(key.getAlgorithm().getName()), key.toECKey().toPrivateKey(), key.getKeyID(), null);
    });
  }

  private static Party basic() {
    var client = Sandbox.clientOf("camara-2", "client_secret_basic");
    return new Party(client, SERVER.getAuthorizationEndpointURI(), SERVER.getTokenEndpointURI(),
        () -> new ClientSecretBasic(new ClientID((String) client.get("client_id")), secret(client)));
  }

  private static Party konera() {
    var client = Sandbox.clientOf("konera", "client_secret_post");
    var base = Sandbox.BASE.resolve("/camara/api/auth/v1/");
    return new Party(client, base.resolve("authorize"), base.resolve("token"),
        () -> new ClientSecretPost(new ClientID((String) client.get("client_id")), secret(client)));
  }

  private static Secret secret(Map<String, Object> client) {
    return new Secret((String) client.get("client_secret"));
  }

  private static void rightAndWrong(TokenSource tokens) throws Exception {
    Sandbox.verify(tokens.next(), NUMBER, true, VERIFY);
    Sandbox.verify(tokens.next(), Sandbox.OTHER_NUMBER, false, VERIFY);
  }

  private static String codeFlow(Party party, Scope scope) throws Exception {
    return authorizeAndExchange(party, scope).getTokens().getAccessToken().getValue();
  }

  /** The authorization code flow with state, nonce and PKCE; the library checks the id_token. */
  private static OIDCTokenResponse authorizeAndExchange(Party party, Scope scope) throws Exception {
    var verifier = new CodeVerifier();
    var nonce = new Nonce();
    var state = new State();
    var redirect = Sandbox.redirectURI(party.client());
    var request =
        new AuthenticationRequest.Builder(ResponseType.CODE, scope, party.id(), redirect)
            .endpointURI(party.authorize())
            .state(state)
            .nonce(nonce)
            .codeChallenge(verifier, CodeChallengeMethod.S256)
            .loginHint("tel:" + NUMBER)
            .prompt(new Prompt(Prompt.Type.NONE))
            .build();
    AuthenticationResponse answer = AuthenticationResponseParser.parse(Sandbox.visit(request.toURI()));
    if (!answer.indicatesSuccess()) {
      throw new AssertionError("authorize: " + answer.toErrorResponse().getErrorObject().toJSONObject());
    }
    Sandbox.check(state.equals(answer.getState()), "the state must come back");
    AuthorizationCode code = answer.toSuccessResponse().getAuthorizationCode();
    var tokens = exchange(party, new AuthorizationCodeGrant(code, redirect, verifier));
    checkIDToken(party, tokens, nonce);
    return tokens;
  }

  private static OIDCTokenResponse exchange(Party party, AuthorizationGrant grant) throws Exception {
    return send(new TokenRequest.Builder(party.token(), party.authentication().create(), grant).build());
  }

  private static OIDCTokenResponse send(TokenRequest request) throws Exception {
    TokenResponse response = OIDCTokenResponseParser.parse(request.toHTTPRequest().send());
    Sandbox.check(response.indicatesSuccess(), "token: " + response.toHTTPResponse().getBody());
    return (OIDCTokenResponse) response.toSuccessResponse();
  }

  private static void checkIDToken(Party party, OIDCTokenResponse tokens, Nonce nonce) throws Exception {
    var validator =
        new IDTokenValidator(SERVER.getIssuer(), party.id(), JWSAlgorithm.RS256, SERVER.getJWKSetURI().toURL());
    var claims = validator.validate(tokens.getOIDCTokens().getIDToken(), nonce);
    Sandbox.check(!claims.getSubject().getValue().contains(NUMBER.substring(1)), "the subject must not be the number");
  }

  private static String ciba(Party party) throws Exception {
    var request =
        new CIBARequest.Builder(party.authentication().create(), SCOPE)
            .endpointURI(SERVER.getBackChannelAuthenticationEndpointURI())
            .loginHint("operatortoken:" + Sandbox.operatorToken())
            .build();
    CIBAResponse response = CIBAResponse.parse(request.toHTTPRequest().send());
    Sandbox.check(response.indicatesSuccess(), "bc-authorize: " + response.toHTTPResponse().getBody());
    var tokens = exchange(party, new CIBAGrant(response.toRequestAcknowledgement().getAuthRequestID()));
    checkIDToken(party, tokens, null);
    return tokens.getTokens().getAccessToken().getValue();
  }

  private static String jwtBearer() throws Exception {
    var client = Sandbox.clientOf("camara-2", "private_key_jwt");
    var claims =
        Sandbox.claims((String) client.get("client_id"), "operatortoken:" + Sandbox.operatorToken())
            .claim("scope", SCOPE.toString())
            .build();
    var grant = new JWTBearerGrant(Sandbox.sign(claims, Sandbox.key(client)));
    var tokens = send(new TokenRequest.Builder(SERVER.getTokenEndpointURI(), grant).build());
    return tokens.getTokens().getAccessToken().getValue();
  }

  private static void refresh() throws Exception {
    var party = konera();
    var first = authorizeAndExchange(party, KONERA_SCOPE).getTokens();
    var second = exchange(party, new RefreshTokenGrant(first.getRefreshToken())).getTokens();
    Sandbox.check(!second.getRefreshToken().equals(first.getRefreshToken()), "refresh tokens rotate");
    var path = "/camara/api/number-verification/v1/verify";
    Sandbox.verify(second.getAccessToken().getValue(), NUMBER, true, path);
    Sandbox.verify(second.getAccessToken().getValue(), Sandbox.OTHER_NUMBER, false, path);
  }

  private NimbusClient() {}
}
