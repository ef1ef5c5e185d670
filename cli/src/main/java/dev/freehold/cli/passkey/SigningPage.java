// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.passkey;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.freehold.crypto.PublicKeyInfo;
import dev.freehold.evidence.mandate.Owner;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.mandate.Proof;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.io.InputStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One page for one signature, on loopback. Its address holds a secret of 32 random bytes; without
 * it, or with another {@code Host} or {@code Origin}, nothing is answered. It takes at most one
 * registration and one signature that the draft accepts; a refused one may be tried again. Nothing
 * is kept: {@link #close} ends all of it.
 *
 * @param <T> what is signed
 */
public final class SigningPage<T> implements AutoCloseable {
  /** The relying party's id of every passkey that this page makes or asks. */
  public static final String RELYING_PARTY = "localhost";

  /** The longest body that is read: an assertion takes less than 8 KiB. */
  static final int BODY_LIMIT = 1 << 14;

  private static final String JSON = "application/json";
  private static final Map<String, Resource> RESOURCES =
      Map.of(
          "", new Resource("page.html", "text/html; charset=utf-8"),
          "page.js", new Resource("page.js", "text/javascript; charset=utf-8"),
          "page.css", new Resource("page.css", "text/css; charset=utf-8"));

  private record Resource(String file, String type) {}

  private record Answer(int status, String type, String body) {}

  private final Draft<T> draft;
  private final Consumer<Owner> registered;
  private final List<HttpServer> servers;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final byte[] token;
  private final int port;
  private final CompletableFuture<T> result = new CompletableFuture<>();

  /** Both belong to whoever holds this object's lock. */
  private @Nullable Owner owner;

  private @Nullable T accepted;

  private SigningPage(
      Draft<T> draft,
      @Nullable Owner owner,
      List<HttpServer> servers,
      byte[] token,
      Consumer<Owner> registered) {
    this.draft = draft;
    this.owner = owner;
    this.servers = servers;
    this.token = token;
    this.registered = registered;
    this.port = servers.getFirst().getAddress().getPort();
  }

  /**
   * Opens a page.
   *
   * @param owner who signs; absent where a passkey is to be registered first
   * @param port 0 for any free one
   * @param random secrets come from it
   * @param registered is told of a passkey that was made here
   * @throws IOException if the port can't be had on every loopback address that {@code localhost}
   *     may mean: whoever else listens at one of them could show something else
   */
  public static <T> SigningPage<T> open(
      Draft<T> draft,
      @Nullable Owner owner,
      int port,
      RandomGenerator random,
      Consumer<Owner> registered)
      throws IOException {
    byte[] secret = new byte[32];
    random.nextBytes(secret);
    byte[] token = HexFormat.of().formatHex(secret).getBytes(StandardCharsets.US_ASCII);
    List<HttpServer> servers = new ArrayList<>();
    try {
      InetAddress four = InetAddress.getByAddress("localhost", new byte[] {127, 0, 0, 1});
      servers.add(HttpServer.create(new InetSocketAddress(four, port), 0));
      byte[] one = new byte[16];
      one[15] = 1;
      InetAddress six = Inet6Address.getByAddress("localhost", one, 0);
      if (NetworkInterface.getByInetAddress(six) != null) {
        int same = servers.getFirst().getAddress().getPort();
        servers.add(HttpServer.create(new InetSocketAddress(six, same), 0));
      }
    } catch (IOException e) {
      servers.forEach(server -> server.stop(0));
      throw e;
    }
    SigningPage<T> page = new SigningPage<>(draft, owner, servers, token, registered);
    for (HttpServer server : servers) {
      server.setExecutor(page.threads);
      server.createContext("/", page::handle);
      server.start();
    }
    return page;
  }

  /** What to open in a browser. */
  public URI address() {
    return URI.create(origin() + "/" + new String(token, StandardCharsets.US_ASCII) + "/");
  }

  /** Where passkeys are asked: the origin that a verifier has to trust. */
  public String origin() {
    return "http://" + host();
  }

  private String host() {
    return RELYING_PARTY + ":" + port;
  }

  /** Waits for the signature; empty where it did not come in time. */
  public Optional<T> await(Duration longest) throws InterruptedException {
    try {
      return Optional.of(result.get(longest.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw new IllegalStateException("nothing completes it with a failure", e);
    }
  }

  @Override
  public void close() {
    servers.forEach(server -> server.stop(0));
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Answer answer = answer(exchange);
      Headers headers = exchange.getResponseHeaders();
      headers.set("Content-Type", answer.type());
      headers.set("Cache-Control", "no-store");
      headers.set(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
              + " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
              + " require-trusted-types-for 'script'; trusted-types 'none'");
      headers.set("Cross-Origin-Opener-Policy", "same-origin");
      headers.set("Cross-Origin-Resource-Policy", "same-origin");
      headers.set("Referrer-Policy", "no-referrer");
      headers.set("X-Content-Type-Options", "nosniff");
      headers.set("X-Frame-Options", "DENY");
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(answer.status(), body.length);
      exchange.getResponseBody().write(body);
    }
    complete();
  }

  /** The verb goes on once the page has its answer. */
  private synchronized void complete() {
    if (accepted != null) {
      result.complete(accepted);
    }
  }

  private Answer answer(HttpExchange exchange) throws IOException {
    if (!List.of(host()).equals(exchange.getRequestHeaders().get("Host"))) {
      return refused(403, "this page is at " + origin() + " only");
    }
    List<String> origins = exchange.getRequestHeaders().getOrDefault("Origin", List.of());
    boolean post = exchange.getRequestMethod().equals("POST");
    if (!origins.equals(List.of(origin())) && (post || !origins.isEmpty())) {
      return refused(403, "only the page itself may ask");
    }
    URI asked = exchange.getRequestURI();
    String[] parts = String.valueOf(asked.getRawPath()).split("/", -1);
    if (parts.length != 3
        || asked.getRawQuery() != null
        || !MessageDigest.isEqual(parts[1].getBytes(StandardCharsets.UTF_8), token)) {
      return refused(404, "there is nothing here");
    }
    if (post) {
      return posted(exchange, parts[2]);
    }
    if (!exchange.getRequestMethod().equals("GET")) {
      return refused(405, "GET or POST");
    }
    if (parts[2].equals("state")) {
      return state();
    }
    Resource resource = RESOURCES.get(parts[2]);
    return resource == null ? refused(404, "there is nothing here") : file(resource);
  }

  private Answer posted(HttpExchange exchange, String what) throws IOException {
    if (!List.of(JSON).equals(exchange.getRequestHeaders().get("Content-Type"))) {
      return refused(415, "a body of the type " + JSON + " is due");
    }
    byte[] body = exchange.getRequestBody().readNBytes(BODY_LIMIT + 1);
    if (body.length > BODY_LIMIT) {
      return refused(413, "longer than " + BODY_LIMIT + " bytes");
    }
    try {
      Members members = new Members("what was posted", Members.parse(body, BODY_LIMIT));
      return switch (what) {
        case "passkey" -> register(members);
        case "assertion" -> sign(members);
        default -> refused(404, "there is nothing here");
      };
    } catch (Members.MalformedException e) {
      return refused(400, e.reason());
    }
  }

  private synchronized Answer register(Members members) throws Members.MalformedException {
    PublicKeyInfo key =
        members.typed("key", text -> PublicKeyInfo.decode(Base64.getUrlDecoder().decode(text)));
    members.end();
    if (owner != null) {
      return refused(409, "the owner is named already");
    }
    Optional<Party> party = Party.of(key);
    if (party.isEmpty()) {
      return refused(
          422, "a passkey with a key of the kind " + key.kind() + ": ES256 or EdDSA is due");
    }
    owner = new Owner(party.get(), new Owner.Passkey(RELYING_PARTY, Set.of(origin()), 0));
    registered.accept(owner);
    return state();
  }

  private synchronized Answer sign(Members members) throws Members.MalformedException {
    Proof proof = Proof.read(members);
    if (accepted != null) {
      return refused(409, "it is signed already");
    }
    if (owner == null) {
      return refused(409, "no passkey is registered");
    }
    return switch (draft.signed(owner, proof)) {
      case Parsed.Read<T>(T value) -> {
        accepted = value;
        yield json(200, Json.object().put("signed", true).build());
      }
      case Parsed.Malformed<T>(String reason) -> refused(422, reason);
    };
  }

  private synchronized Answer state() {
    Json.Builder state = Json.object().put("relyingParty", RELYING_PARTY);
    if (owner != null) {
      state.put("owner", owner.toString()).put("text", draft.shown(owner.party()));
    }
    return json(200, state.build());
  }

  private static Answer refused(int status, String reason) {
    return json(status, Json.object().put("error", reason).build());
  }

  private static Answer json(int status, Json body) {
    return new Answer(status, JSON, body.write());
  }

  private static Answer file(Resource resource) throws IOException {
    try (InputStream in = SigningPage.class.getResourceAsStream(resource.file())) {
      if (in == null) {
        throw new IllegalStateException("this program lacks its file " + resource.file());
      }
      return new Answer(
          200, resource.type(), new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }
}
