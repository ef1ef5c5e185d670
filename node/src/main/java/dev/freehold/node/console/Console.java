// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.console;

import dev.freehold.catalogue.ModelStore;
import dev.freehold.catalogue.Puller;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.witness.Policy;
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
import dev.freehold.record.Members;
import dev.freehold.record.Members.MalformedException;
import dev.freehold.record.Timestamp;
import dev.freehold.witness.duty.Duties;
import dev.freehold.witness.duty.WitnessedFiles;
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
  private static final String FILE = "files/";
  private static final String HTML = "text/html; charset=utf-8";
  private static final String SCRIPT = "text/javascript; charset=utf-8";

  private static final String TEXT = "text/plain; charset=utf-8";
  private static final Map<String, String> NONE = Map.of();
  private static final String SETTLED = "settled/";
  private static final String LAYOUT = "layout.html";

  /**
   * A fixed document.
   *
   * @param title of the window
   */
  private record Page(String file, String title) {}

  /** Pages by their path behind /console/; of a receipt's only the beginning is fixed. */
  private static final Map<String, Page> PAGES =
      Map.of(
          "", new Page("chat.html", "Chat"),
          "receipts", new Page("receipts.html", "Receipts"),
          "receipts/", new Page("receipt.html", "Receipt"),
          "models", new Page("models.html", "Models"),
          "fleet", new Page("fleet.html", "Fleet"),
          "log", new Page("log.html", "Log"),
          "mandates", new Page("mandates.html", "Mandates"),
          "market", new Page("market.html", "Market"),
          "money", new Page("money.html", "Money"),
          "node", new Page("node.html", "Node"));

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
          Map.entry("steps.js", SCRIPT),
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
   * @param witnessed checkpoints that others have vouched for
   * @param policy whose cosignatures are asked for
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
      WitnessedFiles witnessed,
      Optional<Policy> policy,
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
    this.models = new ModelPage(more.models, more.store, more.puller, store, key.nodeId());
    this.fleet = new FleetPage(more.fleet);
    this.log = new LogPage(logFolder, more.duties, more.witnessed, more.policy);
    this.mandates = new MandatePage(more.gateway, more.revoker, clock);
    this.market = new MarketPage(more.market, more.asked, clock);
    this.money = new MoneyPage(more.market, more.asked);
    this.node = new NodePage(more.models, more.metrics, more.settings, more.events);
  }

  /**
   * Reads what the first page needs and runs what answers it, so that the owner's first look at a
   * node that has just started does not wait for that. It changes nothing.
   */
  public void prepare() {
    PAGES.keySet().forEach(this::page);
    for (String name : FILES.keySet()) {
      fixed(FILE + name);
    }
    get("data/conversations");
    get("data/fleet");
    sessions.accepts("", "");
    sessions.enter("");
  }

  /** The path of a new link, which works once. */
  public String link() {
    // What follows # is sent to no server, and stands in no log.
    return HOME + "#once=" + sessions.link();
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
    if (request.method().equals("GET")) {
      Optional<ConsoleAnswer> fixed = fixed(what);
      if (fixed.isPresent()) {
        return fixed.get();
      }
    }
    if (request.method().equals("POST") && request.origin().isEmpty()) {
      return ConsoleAnswer.text(403, "only this console's own pages may ask for this");
    }
    if (what.equals("enter") && request.method().equals("POST")) {
      return enter(request);
    }
    if (!sessions.accepts(request.cookie(), request.key())) {
      return noSession();
    }
    return switch (request.method()) {
      case "GET" -> get(what);
      case "POST" -> post(what, request);
      default -> ConsoleAnswer.text(405, "GET or POST");
    };
  }

  /** Changes the link for a session: half of it is a cookie, half of it the page's to keep. */
  private ConsoleAnswer enter(ConsoleRequest request) {
    try {
      Members asked = new Members("the request", request.body().apply(1024));
      String once = asked.string("once");
      asked.end();
      return sessions
          .enter(once)
          .map(
              entered ->
                  new ConsoleAnswer(
                      200,
                      ConsoleAnswer.JSON,
                      Json.object().put("session", entered.key()).build().write(),
                      Map.of("Set-Cookie", sessions.setCookie(entered.cookie()))))
          .orElseGet(Console::noSession);
    } catch (MalformedException e) {
      return ConsoleAnswer.text(400, e.reason());
    }
  }

  private static ConsoleAnswer noSession() {
    return ConsoleAnswer.text(
        401,
        "This is the console of a Freehold node. It opens for the owner of this machine only.\n\n"
            + "Run  freehold console  in a terminal: it prints a link that works once.");
  }

  /** Pages and files are the same for everybody, and hold nothing of this node's. */
  private Optional<ConsoleAnswer> fixed(String what) {
    String page = what.startsWith("receipts/") ? "receipts/" : what;
    if (PAGES.containsKey(page)) {
      return Optional.of(new ConsoleAnswer(200, HTML, page(page), Map.of()));
    }
    if (!what.startsWith(FILE)) {
      return Optional.empty();
    }
    String name = what.substring(FILE.length());
    String type = FILES.get(name);
    return Optional.of(
        type == null
            ? nothing()
            : new ConsoleAnswer(200, type, texts.computeIfAbsent(name, Console::read), Map.of()));
  }

  private ConsoleAnswer get(String what) {
    try {
      int slash = what.indexOf('/');
      String rest = what.substring(slash + 1);
      Optional<ConsoleAnswer> answer =
          switch (what.substring(0, slash + 1)) {
            case "data/" ->
                rest.startsWith(SETTLED)
                    ? Optional.of(settled(rest.substring(SETTLED.length())))
                    : data(rest).map(told -> ConsoleAnswer.json(told.write()));
            case "conversation/" -> conversations.show(rest);
            case "entries/" -> log.upTo(rest).map(told -> ConsoleAnswer.json(told.write()));
            case "evidence/" ->
                evidence(rest)
                    .map(bytes -> ConsoleAnswer.json(new String(bytes, StandardCharsets.UTF_8)));
            case "proof/" -> log.proof(rest).map(text -> new ConsoleAnswer(200, TEXT, text, NONE));
            case "sale/" ->
                Optional.of(
                    ConsoleAnswer.json(
                        market.sale(rest).map(Json::write).orElse(Json.Null.VALUE.write())));
            default -> Optional.empty();
          };
      return answer.orElseGet(Console::nothing);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (LogException e) {
      throw new IllegalStateException("the log contradicts itself: " + e.getMessage(), e);
    }
  }

  private Optional<Json> data(String page) throws IOException, LogException {
    return Optional.ofNullable(
        switch (page) {
          case "conversations" -> conversations.list();
          case "fleet" -> fleet.show().with("coin", market.coin());
          case "mandates" -> mandates.show();
          case "market" -> market.show();
          case "money" -> money.show();
          case "models" -> models.show();
          case "log" -> log.show();
          case "node" -> node.show();
          default -> null;
        });
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

  /** A page within the frame that all have, which says where one is. */
  private String page(String path) {
    Page page = PAGES.get(path);
    if (page == null) {
      throw new IllegalArgumentException("there is no page '" + path + "'");
    }
    String place = "<a href=\"" + HOME + path.replace("/", "") + "\"";
    return texts.computeIfAbsent(
        page.file,
        file ->
            read(LAYOUT)
                .replace("<title>", "<title>" + page.title + " \u00b7 ")
                .replace(place + ">", place + " aria-current=\"page\">")
                .replace("<!--page-->", read(file)));
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
