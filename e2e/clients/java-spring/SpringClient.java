import com.nimbusds.jwt.SignedJWT;
import jakarta.servlet.Filter;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.MockHttpSession;
import org.springframework.mock.web.MockServletContext;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ClientRegistrations;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.HttpSessionOAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;

/**
 * Spring Security signs in with its defaults: its own filters, discovery, state, nonce and the
 * validation of id_tokens. And as a resource server it reads our access tokens.
 */
public final class SpringClient {
  private static final Map<String, Object> CLIENT =
      Sandbox.clientOf("camara-2", "client_secret_basic");
  private static final String NUMBER = Sandbox.numberThatIs("verified");
  private static final String CALLBACK = "/callback";
  private static final String VERIFY = "/number-verification/v2/verify";
  private static final int PORT = 52817; // which nobody registered: a native client learns its own

  private static final AnnotationConfigWebApplicationContext CONTEXT = start();

  /** An application that lets people sign in. */
  @Configuration
  @EnableWebSecurity
  static class Application {
    @Bean
    ClientRegistrationRepository registrations() {
      return new InMemoryClientRegistrationRepository(
          ClientRegistrations.fromIssuerLocation(Sandbox.ISSUER)
              .registrationId("lineproof")
              .clientId((String) CLIENT.get("client_id"))
              .clientSecret((String) CLIENT.get("client_secret"))
              .redirectUri("{baseUrl}" + CALLBACK)
              .scope("openid", "dpv:FraudPreventionAndDetection", "number-verification:verify")
              .build());
    }

    @Bean
    OAuth2AuthorizedClientRepository tokens() {
      return new HttpSessionOAuth2AuthorizedClientRepository();
    }

    @Bean
    SecurityFilterChain security(HttpSecurity http, ClientRegistrationRepository registrations)
        throws Exception {
      var resolver =
          new DefaultOAuth2AuthorizationRequestResolver(registrations, "/oauth2/authorization");
      resolver.setAuthorizationRequestCustomizer(
          request -> request.additionalParameters(more -> more.put("login_hint", "tel:" + NUMBER)));
      return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
          .oauth2Login(
              login ->
                  login
                      .authorizationEndpoint(endpoint -> endpoint.authorizationRequestResolver(resolver))
                      .redirectionEndpoint(endpoint -> endpoint.baseUri(CALLBACK)))
          .build();
    }
  }

  /** Who signed in, and the access token that came of it. */
  private record SignedIn(OidcUser user, String accessToken) {}

  private static AnnotationConfigWebApplicationContext start() {
    var context = new AnnotationConfigWebApplicationContext();
    context.setServletContext(new MockServletContext());
    context.register(Application.class);
    context.refresh();
    return context;
  }

  public static void main(String[] args) {
    Map<String, Sandbox.Flow> flows = new LinkedHashMap<>();
    flows.put("signs in and verifies", SpringClient::verifies);
    flows.put("resource server refuses at+jwt by default", () -> resourceServer(false));
    flows.put("resource server takes at+jwt as documented", () -> resourceServer(true));
    Sandbox.run(flows);
  }

  private static void verifies() throws Exception {
    var first = signIn();
    Sandbox.verify(first.accessToken(), NUMBER, true, VERIFY);
    Sandbox.verify(signIn().accessToken(), Sandbox.OTHER_NUMBER, false, VERIFY);
    var token = first.user().getIdToken();
    var amr = token.getAuthenticationMethods();
    Sandbox.check("nba".equals(amr.get(0)), "amr is " + amr);
    var alg = SignedJWT.parse(token.getTokenValue()).getHeader().getAlgorithm();
    Sandbox.check("RS256".equals(alg.getName()), "the id_token is signed " + alg);
    Sandbox.check(token.getNonce() != null, "no nonce"); // that it is the request's, the filters checked
    var hash = token.getAccessTokenHash();
    Sandbox.check(hash(first.accessToken()).equals(hash), "at_hash is " + hash);
  }

  /** An access token's at_hash (OpenID Connect Core 3.1.3.6), which Spring Security does not check. */
  private static String hash(String accessToken) throws Exception {
    byte[] text = accessToken.getBytes(StandardCharsets.US_ASCII);
    byte[] left = Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(text), 16);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(left);
  }

  private static SignedIn signIn() throws Exception {
    var session = new MockHttpSession();
    var asked = pass(request("/oauth2/authorization/lineproof", null, session));
    Sandbox.check(asked.getStatus() == 302, "sign-in began with " + asked.getStatus());
    String authorize = asked.getRedirectedUrl();
    Sandbox.check(authorize.contains("=tel:+990"), "the hint is encoded now: " + authorize);
    URI back = Sandbox.visit(URI.create(authorize));
    boolean home = back.getPort() == PORT && CALLBACK.equals(back.getPath());
    Sandbox.check(home, "sent back to " + back);
    var callback = request(CALLBACK, back.getRawQuery(), session);
    var answer = pass(callback);
    var failure = session.getAttribute("SPRING_SECURITY_LAST_EXCEPTION");
    var end = answer.getRedirectedUrl();
    Sandbox.check("/".equals(end), "signing in ended at " + end + ": " + failure);
    var context = (SecurityContext) session.getAttribute("SPRING_SECURITY_CONTEXT");
    var authentication = (OAuth2AuthenticationToken) context.getAuthentication();
    var tokens = CONTEXT.getBean(OAuth2AuthorizedClientRepository.class);
    OAuth2AuthorizedClient client =
        tokens.loadAuthorizedClient("lineproof", authentication, callback);
    var user = (OidcUser) authentication.getPrincipal();
    return new SignedIn(user, client.getAccessToken().getTokenValue());
  }

  private static MockHttpServletRequest request(
      String path, String query, MockHttpSession session) {
    var request = new MockHttpServletRequest(CONTEXT.getServletContext(), "GET", path);
    request.setServletPath(path);
    request.setServerName("127.0.0.1");
    request.setServerPort(PORT);
    request.setSession(session);
    if (query != null) {
      request.setQueryString(query);
      for (String pair : query.split("&")) {
        int equals = pair.indexOf('=');
        request.addParameter(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
      }
    }
    return request;
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  /** Passes a request through Spring Security's filters. */
  private static MockHttpServletResponse pass(MockHttpServletRequest request) throws Exception {
    var response = new MockHttpServletResponse();
    var filters = CONTEXT.getBean("springSecurityFilterChain", Filter.class);
    filters.doFilter(request, response, new MockFilterChain());
    return response;
  }

  /** Reads an access token as a resource server does, which has to ask for its typ at+jwt (RFC 9068). */
  private static void resourceServer(boolean asDocumented) throws Exception {
    String accessToken = signIn().accessToken();
    var keys =
        NimbusJwtDecoder.withIssuerLocation(Sandbox.ISSUER).jwsAlgorithm(SignatureAlgorithm.ES256);
    if (!asDocumented) {
      try {
        keys.build().decode(accessToken);
      } catch (BadJwtException e) {
        Sandbox.check(e.getMessage().contains("typ"), e.getMessage());
        return;
      }
      throw new AssertionError("the default takes at+jwt now: the document can say less");
    }
    NimbusJwtDecoder decoder = keys.validateType(false).build();
    decoder.setJwtValidator(
        JwtValidators.createAtJwtValidator()
            .issuer(Sandbox.ISSUER)
            .audience(Sandbox.ISSUER)
            .clientId((String) CLIENT.get("client_id"))
            .build());
    var token = decoder.decode(accessToken);
    var scope = token.getClaimAsString("scope");
    Sandbox.check(scope.contains("number-verification:verify"), "scope is " + scope);
  }

  private SpringClient() {}
}
