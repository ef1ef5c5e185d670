// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.passkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.evidence.mandate.Owner;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.mandate.Proof;
import dev.freehold.evidence.mandate.Revocation;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The page answers its own browser, once, and nobody else. */
@Timeout(60)
class SigningPageTest {
  private static final Digest MANDATE = Digest.sha256("a mandate");
  private static final Timestamp NOW = new Timestamp(Instant.parse("2026-11-29T03:00:00Z"));

  private final SoftPasskey passkey = es256();
  private final List<Owner> made = new ArrayList<>();
  private SigningPage<Revocation> page = open(null);

  private static SoftPasskey es256() {
    try {
      return SoftPasskey.es256();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** Revocations, for they are short; verified as everywhere. */
  private static final class Ending implements Draft<Revocation> {
    @Override
    public String shown(Party issuer) {
      return Revocation.shown(issuer, MANDATE, NOW);
    }

    @Override
    public Parsed<Revocation> signed(Owner owner, Proof proof) {
      Revocation revocation = new Revocation(owner.party(), MANDATE, NOW, proof);
      return revocation
          .signatureFault(owner)
          .<Parsed<Revocation>>map(fault -> new Parsed.Malformed<>(fault.reason()))
          .orElseGet(() -> new Parsed.Read<>(revocation));
    }
  }

  private SigningPage<Revocation> open(@Nullable Owner owner) {
    try {
      return SigningPage.open(new Ending(), owner, 0, new Random(7), made::add);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @AfterEach
  void end() {
    page.close();
  }

  private record Response(int status, String head, String body) {
    String error() {
      return Json.parse(body.getBytes(StandardCharsets.UTF_8)) instanceof Json.Obj object
              && object.get("error").orElse(Json.Null.VALUE) instanceof Json.Str(String reason)
          ? reason
          : "";
    }
  }

  private Response send(String method, String path, Map<String, String> headers, byte[] body)
      throws IOException {
    StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
    headers.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    head.append("Connection: close\r\nContent-Length: " + body.length + "\r\n\r\n");
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), page.address().getPort())) {
      OutputStream out = socket.getOutputStream();
      out.write(head.toString().getBytes(StandardCharsets.UTF_8));
      out.write(body);
      out.flush();
      String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int gap = all.indexOf("\r\n\r\n");
      return new Response(
          Integer.parseInt(all.substring(9, 12)), all.substring(0, gap), all.substring(gap + 4));
    }
  }

  private Map<String, String> headers() {
    Map<String, String> headers = new TreeMap<>();
    headers.put("Host", "localhost:" + page.address().getPort());
    headers.put("Origin", page.origin());
    headers.put("Content-Type", "application/json");
    return headers;
  }

  private Response post(String what, Json body) throws IOException {
    return post(what, body.write().getBytes(StandardCharsets.UTF_8));
  }

  private Response post(String what, byte[] body) throws IOException {
    return send("POST", page.address().getPath() + what, headers(), body);
  }

  private Response get(String path) throws IOException {
    return send("GET", path, Map.of("Host", "localhost:" + page.address().getPort()), new byte[0]);
  }

  private Response register(SoftPasskey of) throws IOException {
    String key = Base64.getUrlEncoder().withoutPadding().encodeToString(of.publicKey());
    return post("passkey", Json.object().put("key", key).build());
  }

  private Proof proof() throws GeneralSecurityException {
    return proof(passkey);
  }

  private Proof proof(SoftPasskey by) throws GeneralSecurityException {
    Party issuer = passkey.owner(page.origin()).party();
    return by.sign(new Ending().shown(issuer), page.origin());
  }

  private void nothingIsSigned() throws InterruptedException {
    assertThat(page.await(Duration.ofMillis(1))).isEmpty();
  }

  @Test
  void aPasskeyIsMadeSeesTheTextAndSignsIt() throws Exception {
    assertThat(get(page.address().getPath() + "state").body()).doesNotContain("text");
    Response registered = register(passkey);
    assertThat(registered.status()).as(registered.body()).isEqualTo(200);
    Owner owner = passkey.owner(page.origin());
    assertThat(made).containsExactly(owner);
    assertThat(registered.body())
        .contains(owner.toString())
        .contains("Freehold revocation")
        .contains(MANDATE.toString());
    Response signed = post("assertion", proof().toJson());
    assertThat(signed.status()).as(signed.body()).isEqualTo(200);
    Revocation revocation = page.await(Duration.ofSeconds(10)).orElseThrow();
    assertThat(revocation.signatureFault(owner)).isEmpty();
  }

  @Test
  void anEd25519PasskeyThatIsKnownSignsAtOnce() throws Exception {
    SoftPasskey other = SoftPasskey.edDsa();
    // The origin holds the port, so it is known once a page was there.
    page.close();
    int port = page.address().getPort();
    Owner known = other.owner(page.origin());
    page = SigningPage.open(new Ending(), known, port, new Random(8), made::add);
    Owner owner = other.owner(page.origin());
    Proof proof = other.sign(new Ending().shown(owner.party()), page.origin());
    assertThat(post("assertion", proof.toJson()).status()).isEqualTo(200);
    assertThat(page.await(Duration.ofSeconds(10)).orElseThrow().signatureFault(owner)).isEmpty();
    assertThat(register(passkey).error()).isEqualTo("the owner is named already");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/state", "/0000/", "/0000/state", "TOKEN", "TOKEN/state/"})
  void anotherTokenFindsNothing(String path) throws Exception {
    String token = page.address().getPath().replaceAll("/", "");
    assertThat(token).matches("[0-9a-f]{64}");
    String asked = path.replace("TOKEN", "/" + token);
    assertThat(get(asked).status()).isEqualTo(404);
    Response posted = send("POST", asked + "assertion", headers(), new byte[0]);
    assertThat(posted.status()).isEqualTo(404);
    String almost = (token.startsWith("0") ? "1" : "0") + token.substring(1);
    assertThat(get("/" + almost + "/").status()).isEqualTo(404);
    assertThat(get("/" + token + "/?x").status()).isEqualTo(404);
    assertThat(get("/" + token + "/other").status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1:PORT",
        "localhost",
        "localhost:1",
        "evil.example:PORT",
        "LOCALHOST:PORT"
      })
  void anotherHostIsRefused(String host) throws Exception {
    Map<String, String> headers = headers();
    headers.put("Host", host.replace("PORT", "" + page.address().getPort()));
    String path = page.address().getPath();
    assertThat(send("GET", path, headers, new byte[0]).status()).isEqualTo(403);
    assertThat(send("POST", path + "passkey", headers, new byte[0]).error())
        .isEqualTo("this page is at " + page.origin() + " only");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"http://evil.example", "null", "http://localhost", "http://127.0.0.1:PORT", ""})
  void anotherOriginIsRefused(String origin) throws Exception {
    Map<String, String> headers = headers();
    headers.put("Origin", origin.replace("PORT", "" + page.address().getPort()));
    String path = page.address().getPath();
    assertThat(send("GET", path, headers, new byte[0]).status()).isEqualTo(403);
    Response posted = send("POST", path + "passkey", headers, new byte[0]);
    assertThat(posted.error()).isEqualTo("only the page itself may ask");
    headers.remove("Origin");
    assertThat(send("GET", path, headers, new byte[0]).status()).isEqualTo(200);
    assertThat(send("POST", path + "passkey", headers, new byte[0]).status()).isEqualTo(403);
  }

  @Test
  void whatASimpleFormCouldPostIsRefused() throws Exception {
    Map<String, String> headers = headers();
    headers.put("Content-Type", "text/plain");
    String path = page.address().getPath() + "passkey";
    assertThat(send("POST", path, headers, "{}".getBytes(StandardCharsets.UTF_8)).status())
        .isEqualTo(415);
    assertThat(send("PUT", path, headers(), new byte[0]).status()).isEqualTo(405);
  }

  @Test
  void aSecondPostOfTheSameSignatureIsRefused() throws Exception {
    register(passkey);
    Json proof = proof().toJson();
    assertThat(post("assertion", proof).status()).isEqualTo(200);
    Response again = post("assertion", proof);
    assertThat(again.status()).isEqualTo(409);
    assertThat(again.error()).isEqualTo("it is signed already");
  }

  @Test
  void anOlderPagesSignatureIsRefusedForItsText() throws Exception {
    register(passkey);
    Party issuer = passkey.owner(page.origin()).party();
    String earlier = Revocation.shown(issuer, Digest.sha256("another mandate"), NOW);
    Response response = post("assertion", passkey.sign(earlier, page.origin()).toJson());
    assertThat(response.status()).isEqualTo(422);
    assertThat(response.error()).contains("the challenge is not the digest");
    nothingIsSigned();
  }

  @ParameterizedTest
  @CsvSource({
    "signature, the passkey did not sign this",
    "authenticator, it was given for another relying party",
    "client, clientDataJSON: "
  })
  void anAlteredAssertionIsRefusedAndTheTrueOneStillCounts(String member, String reason)
      throws Exception {
    register(passkey);
    Json.Obj proof = proof().toJson();
    Response response = post("assertion", proof.with(member, Json.of(flipped(proof, member))));
    assertThat(response.status()).isEqualTo(422);
    assertThat(response.error()).startsWith(reason);
    nothingIsSigned();
    assertThat(post("assertion", proof).status()).isEqualTo(200);
  }

  private static String flipped(Json.Obj proof, String member) {
    if (!(proof.get(member).orElseThrow() instanceof Json.Str(String text))) {
      throw new AssertionError(member);
    }
    byte[] bytes = Base64.getUrlDecoder().decode(text);
    // Of a signature the last byte: the first ones are DER's.
    int at = member.equals("signature") ? bytes.length - 1 : 0;
    bytes[at] ^= 1;
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  @Test
  void anotherPasskeysSignatureIsRefused() throws Exception {
    register(passkey);
    Response response = post("assertion", proof(SoftPasskey.es256()).toJson());
    assertThat(response.error()).isEqualTo("the passkey did not sign this");
    nothingIsSigned();
  }

  @Test
  void aSignatureForAnotherOriginIsRefused() throws Exception {
    register(passkey);
    Party issuer = passkey.owner(page.origin()).party();
    Proof proof = passkey.sign(new Ending().shown(issuer), "http://localhost:1");
    assertThat(post("assertion", proof.toJson()).error())
        .isEqualTo("it was given to 'http://localhost:1', which is not trusted");
    nothingIsSigned();
  }

  @Test
  void aSignatureBeforeThereIsAnOwnerIsRefused() throws Exception {
    assertThat(post("assertion", proof().toJson()).error()).isEqualTo("no passkey is registered");
    nothingIsSigned();
  }

  @Test
  void aBodyThatIsTooLongIsNotRead() throws Exception {
    byte[] body = new byte[SigningPage.BODY_LIMIT + 1];
    Response response = post("assertion", body);
    assertThat(response.status()).isEqualTo(413);
    body = new byte[SigningPage.BODY_LIMIT];
    assertThat(post("assertion", body).status()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"key\":1}",
        "{\"key\":\"*\"}",
        "{\"key\":\"AAAA\"}",
        "{\"key\":"
      })
  void aRegistrationWithoutAPublicKeyIsRefused(String body) throws Exception {
    assertThat(post("passkey", body.getBytes(StandardCharsets.UTF_8)).status()).isEqualTo(400);
    assertThat(made).isEmpty();
  }

  @Test
  void aPasskeyOfAnotherKindIsRefused() throws Exception {
    java.security.KeyPairGenerator rsa = java.security.KeyPairGenerator.getInstance("RSA");
    rsa.initialize(2048);
    String key =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(rsa.generateKeyPair().getPublic().getEncoded());
    Response response = post("passkey", Json.object().put("key", key).build());
    assertThat(response.status()).isEqualTo(422);
    assertThat(response.error())
        .isEqualTo("a passkey with a key of the kind RSA: ES256 or EdDSA is due");
    assertThat(made).isEmpty();
  }

  @Test
  void noScriptButItsOwnRunsAndNobodyFramesIt() throws Exception {
    Response html = get(page.address().getPath());
    assertThat(html.head())
        .containsIgnoringCase("content-security-policy: default-src 'none'; script-src 'self'")
        .contains("frame-ancestors 'none'")
        .contains("require-trusted-types-for 'script'")
        .doesNotContain("unsafe")
        .containsIgnoringCase("cache-control: no-store")
        .containsIgnoringCase("referrer-policy: no-referrer");
    assertThat(html.body()).contains("<script src=\"page.js\" defer></script>");
    assertThat(html.body().split("<script", -1)).hasSize(2);
    assertThat(html.body()).doesNotContain("onclick").doesNotContain("style=");
    Response script = get(page.address().getPath() + "page.js");
    assertThat(script.body()).contains("textContent").doesNotContain("innerHTML");
  }

  @Test
  void nothingAnswersOnceItIsClosed() throws Exception {
    page.close();
    assertThatThrownBy(() -> get(page.address().getPath())).isInstanceOf(ConnectException.class);
    assertThat(page.await(Duration.ofMillis(1))).isEqualTo(Optional.empty());
  }

  @Test
  void aPortThatSomebodyHasIsNotShared() {
    int port = page.address().getPort();
    assertThatThrownBy(() -> SigningPage.open(new Ending(), null, port, new Random(9), made::add))
        .isInstanceOf(BindException.class);
  }
}
