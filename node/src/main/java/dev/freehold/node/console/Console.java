// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.console;

import dev.freehold.catalogue.ModelStore;
import dev.freehold.catalogue.Puller;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.log.LogException;
import dev.freehold.node.conversations.Conversations;
import dev.freehold.node.fleet.OwnerAnswers;
import dev.freehold.node.judge.Judge;
import dev.freehold.node.mandates.GatewayLog;
import dev.freehold.node.mandates.Revoker;
import dev.freehold.node.market.Market;
import dev.freehold.node.market.MarketAnswers;
import dev.freehold.node.owner.OwnerToken;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.node.serve.Models;
import dev.freehold.node.telemetry.Metrics;
import dev.freehold.record.Json;
import dev.freehold.record.Members.MalformedException;
import dev.freehold.record.Timestamp;
import dev.freehold.witness.duty.Duties;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Answers the owner's browser. Whoever has no session gets nothing but the word how to get one. The
 * caller has refused other hosts and origins before.
 */
public final class Console {
  private static final String HOME = "/console/";
  private static final String HTML = "text/html; charset=utf-8";
  private static final String SCRIPT = "text/javascript; charset=utf-8";

  /** Pages by their path behind /console/; of a receipt's only the beginning is fixed. */
  private static final Map<String, String> PAGES =
      Map.of(
          "", "chat.html",
          "receipts", "receipts.html",
          "receipts/", "receipt.html",
          "models", "models.html",
          "fleet", "fleet.html",
          "log", "log.html",
          "mandates", "mandates.html",
          "market", "market.html",
          "money", "money.html",
          "node", "node.html");

  private static final Map<String, String> FILES =
      Map.ofEntries(
          Map.entry("console.css", "text/css; charset=utf-8"),
          Map.entry("seal.svg", "image/svg+xml"),
          Map.entry("chat.js", SCRIPT),
          Map.entry("dialog.js", SCRIPT),
          Map.entry("conversations.js", SCRIPT),
          Map.entry("ask.js", SCRIPT),
          Map.entry("fleet.js", SCRIPT),
          Map.entry("evidence.js", SCRIPT),
          Map.entry("mandates.js", SCRIPT),
          Map.entry("markdown.js", SCRIPT),
          Map.entry("market.js", SCRIPT),
          Map.entry("money.js", SCRIPT),
          Map.entry("amounts.js", SCRIPT),
          Map.entry("plot.js", SCRIPT),
          Map.entry("log.js", SCRIPT),
          Map.entry("models.js", SCRIPT),
          Map.entry("node.js", SCRIPT),
          Map.entry("receipt.js", SCRIPT),
          Map.entry("receipts.js", SCRIPT),
          Map.entry("seal.js", SCRIPT));

  private final Sessions sessions;
  private final OwnerToken owner;
  private final ReceiptStore store;
  private final AnswerEvidence evidence;
  private final SigningKey key;
  private final Path cache;
  private final InstantSource clock;
  private final Runnable logged;
  private final ConversationPage conversations;
  private final ModelPage models;
  private final FleetPage fleet;
  private final LogPage log;
  private final MandatePage mandates;
  private final MarketPage market;
  private final MoneyPage money;
  private final NodePage node;
  private final ReentrantLock judging = new ReentrantLock();

  /** Files of this program by their name, as they are sent; read once. */
  private final Map<String, String> texts = new ConcurrentHashMap<>();

  /**
   * What the pages show.
   *
   * @param conversations the owner's
   * @param fleet answers on the fleet
   * @param gateway the log of this home's gateway
   * @param revoker ends its mandates
   * @param market what is bought and sold; empty where the node has no money
   * @param asked what the owner asks of it
   * @param models those served
   * @param store those on this machine
   * @param puller brings others; made when first asked for
   * @param duties how what is owed to others stands
   * @param metrics what was counted
   * @param settings the configuration in force
   * @param events the file of the node's event log
   */
  public record Shown(
      Conversations conversations,
      OwnerAnswers fleet,
      GatewayLog gateway,
      Revoker revoker,
      Optional<Market> market,
      Optional<MarketAnswers> asked,
      Models models,
      ModelStore store,
      Supplier<Puller> puller,
      Supplier<List<Duties.Standing>> duties,
      Metrics metrics,
      List<Setting> settings,
      Path events) {
    /** Copies the settings. */
    public Shown {
      settings = List.copyOf(settings);
    }
  }

  /**
   * A console of one node.
   *
   * @param logFolder the published log
   * @param key signs verdicts
   * @param cache where models lie
   * @param more what the other pages show
   * @param logged told when the store has a new record for the log
   */
  public Console(
      Sessions sessions,
      OwnerToken owner,
      ReceiptStore store,
      Path logFolder,
      SigningKey key,
      Path cache,
      InstantSource clock,
      Shown more,
      Runnable logged) {
    this.sessions = sessions;
    this.owner = owner;
    this.store = store;
    this.evidence = new AnswerEvidence(store, logFolder);
    this.key = key;
    this.cache = cache;
    this.clock = clock;
    this.logged = logged;
    this.conversations = new ConversationPage(more.conversations);
    this.models = new ModelPage(more.models, more.store, more.puller);
    this.fleet = new FleetPage(more.fleet);
    this.log = new LogPage(logFolder, more.duties);
    this.mandates = new MandatePage(more.gateway, more.revoker, clock);
    this.market = new MarketPage(more.market, more.asked, clock);
    this.money = new MoneyPage(more.market.map(Market::money), more.asked);
    this.node = new NodePage(more.models, more.metrics, more.settings, more.events);
  }

  /**
   * Reads what the first page needs and runs what answers it, so that the owner's first look at a
   * node that has just started does not wait for that. It changes nothing.
   */
  public void prepare() {
    PAGES.keySet().forEach(this::page);
    for (String name : FILES.keySet()) {
      get("files/" + name);
    }
    get("data/conversations");
    sessions.accepts("");
  }

  /** The path of a new link, which works once. */
  public String link() {
    return HOME + "enter?once=" + sessions.link();
  }

  /** Answers; what fails in the machine is thrown. */
  public ConsoleAnswer answer(ConsoleRequest request) {
    if (request.path().equals("/") || request.path().equals("/console")) {
      return ConsoleAnswer.to(HOME, Map.of());
    }
    String what = request.path().substring(HOME.length());
    if (what.equals("link") && request.method().equals("POST")) {
      return owner.accepts(request.authorization())
          ? ConsoleAnswer.json(Json.object().put("path", link()).build().write())
          : ConsoleAnswer.text(401, "only the owner of this node's home gets a link");
    }
    // A browser says whose page asks; of an older one the Origin of what changes has to do.
    if (!List.of("", "none", "same-origin").contains(request.fetchSite())) {
      return ConsoleAnswer.text(
          403, "another page asked for this; open the address yourself, in a new tab");
    }
    if (what.equals("enter") && request.method().equals("GET")) {
      return sessions
          .enter(request.once())
          .map(value -> ConsoleAnswer.to(HOME, Map.of("Set-Cookie", sessions.setCookie(value))))
          .orElseGet(Console::noSession);
    }
    if (!sessions.accepts(request.cookie())) {
      return noSession();
    }
    return switch (request.method()) {
      case "GET" -> get(what);
      case "POST" ->
          request.origin().isEmpty()
              ? ConsoleAnswer.text(403, "only this console's own pages may ask for this")
              : post(what, request);
      default -> ConsoleAnswer.text(405, "GET or POST");
    };
  }

  private static ConsoleAnswer noSession() {
    return ConsoleAnswer.text(
        401,
        "This is the console of a Freehold node. It opens for the owner of this machine only.\n\n"
            + "Run  freehold console  in a terminal: it prints a link that works once.");
  }

  private ConsoleAnswer get(String what) {
    String page = what.startsWith("receipts/") ? "receipts/" : what;
    if (PAGES.containsKey(page)) {
      return new ConsoleAnswer(200, HTML, page(page), Map.of());
    }
    if (what.startsWith("files/")) {
      String name = what.substring("files/".length());
      String type = FILES.get(name);
      return type == null
          ? nothing()
          : new ConsoleAnswer(200, type, texts.computeIfAbsent(name, Console::read), Map.of());
    }
    if (what.startsWith("evidence/")) {
      return evidence(what.substring("evidence/".length()))
          .map(bytes -> ConsoleAnswer.json(new String(bytes, StandardCharsets.UTF_8)))
          .orElseGet(Console::nothing);
    }
    try {
      if (what.startsWith("conversation/")) {
        return conversations
            .show(what.substring("conversation/".length()))
            .orElseGet(Console::nothing);
      }
      return switch (what) {
        case "data/conversations" -> ConsoleAnswer.json(conversations.list().write());
        case "data/fleet" -> ConsoleAnswer.json(fleet.show().write());
        case "data/mandates" -> ConsoleAnswer.json(mandates.show().write());
        case "data/market" -> ConsoleAnswer.json(market.show().write());
        case "data/money" -> ConsoleAnswer.json(money.show().write());
        case "data/models" -> ConsoleAnswer.json(models.show().write());
        case "data/log" -> ConsoleAnswer.json(log.show().write());
        case "data/node" -> ConsoleAnswer.json(node.show().write());
        default ->
            what.startsWith("data/settled/")
                ? settled(what.substring("data/settled/".length()))
                : what.startsWith("proof/")
                    ? log.proof(what.substring("proof/".length()))
                        .map(
                            text ->
                                new ConsoleAnswer(200, "text/plain; charset=utf-8", text, Map.of()))
                        .orElseGet(Console::nothing)
                    : nothing();
      };
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (LogException e) {
      throw new IllegalStateException("the log contradicts itself: " + e.getMessage(), e);
    }
  }

  private ConsoleAnswer post(String what, ConsoleRequest request) {
    if (what.startsWith("pull/")) {
      return models.pull(what.substring("pull/".length())) ? ConsoleAnswer.done() : nothing();
    }
    if (what.startsWith("conversations/")
        || what.startsWith("fleet/")
        || what.equals("mandates/revoke")) {
      return change(what, request).orElseGet(Console::nothing);
    }
    return what.startsWith("judge/")
        ? evidence(what.substring("judge/".length())).map(this::judge).orElseGet(Console::nothing)
        : nothing();
  }

  private Optional<ConsoleAnswer> change(String what, ConsoleRequest request) {
    String which = what.substring(what.indexOf('/') + 1);
    try {
      if (what.equals("mandates/revoke")) {
        return Optional.of(mandates.revoke(request.body().apply(4096)));
      }
      return what.startsWith("fleet/")
          ? fleet.change(which, request.body().apply(16 << 10))
          : conversations.change(which, request.body());
    } catch (MalformedException e) {
      return Optional.of(ConsoleAnswer.text(400, e.reason()));
    } catch (IllegalArgumentException e) {
      return Optional.of(ConsoleAnswer.text(400, String.valueOf(e.getMessage())));
    } catch (IOException e) {
      return Optional.of(ConsoleAnswer.text(500, "this could not be kept: " + e.getMessage()));
    } catch (LogException e) {
      return Optional.of(ConsoleAnswer.text(500, String.valueOf(e.getMessage())));
    }
  }

  private static ConsoleAnswer nothing() {
    return ConsoleAnswer.text(404, "there is nothing here");
  }

  private ConsoleAnswer settled(String id) throws IOException, LogException {
    try {
      return ConsoleAnswer.json(evidence.settled(new ReceiptId(id)).write());
    } catch (IllegalArgumentException e) {
      return nothing();
    }
  }

  private Optional<byte[]> evidence(String id) {
    try {
      return evidence.of(new ReceiptId(id));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (LogException e) {
      throw new IllegalStateException("the log contradicts itself: " + e.getMessage(), e);
    }
  }

  /** Replays are heavy: one at a time. */
  private ConsoleAnswer judge(byte[] bytes) {
    judging.lock();
    try {
      Judge.Judged judged = Judge.judge(bytes, List.of(), cache);
      store.record(Judge.sign(bytes, judged.report(), new Timestamp(clock.instant()), key));
      logged.run();
      return ConsoleAnswer.json(
          Json.object()
              .put("sentence", judged.sentence())
              .put("seconds", judged.seconds())
              .put("report", judged.report())
              .build()
              .write());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      judging.unlock();
    }
  }

  private String page(String name) {
    String file = PAGES.get(name);
    if (file == null) {
      throw new IllegalArgumentException("there is no page '" + name + "'");
    }
    return texts.computeIfAbsent(
        file, page -> read("layout.html").replace("<!--page-->", read(page)));
  }

  private static String read(String name) {
    try (InputStream in = Console.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("this build lacks the console's file " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
