// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.browser;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.record.Json;
import java.io.File;
import java.io.Serial;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One page of a Chromium without a window, driven over the DevTools protocol, with an authenticator
 * that says of itself that its person is there.
 */
public final class Browser implements AutoCloseable, WebSocket.Listener {
  /** The key that is held to go back by Tab. */
  public static final int SHIFT = 8;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<Long, CompletableFuture<Json.Obj>> waiting = new ConcurrentHashMap<>();
  private final StringBuilder message = new StringBuilder();
  private final Process process;
  private final WebSocket socket;
  private long last;

  private Browser(Process process, int port) throws Exception {
    this.process = process;
    HttpRequest fresh =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/new?about:blank"))
            .PUT(HttpRequest.BodyPublishers.noBody())
            .build();
    Json page = Json.parse(http.send(fresh, HttpResponse.BodyHandlers.ofByteArray()).body());
    this.socket =
        http.newWebSocketBuilder()
            .buildAsync(URI.create(text((Json.Obj) page, "webSocketDebuggerUrl")), this)
            .get(30, TimeUnit.SECONDS);
  }

  /** Starts the browser that this machine has; the test is skipped where it has none. */
  public static Browser start(Path folder) throws Exception {
    List<Path> found =
        Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
            .flatMap(at -> Stream.of("chromium", "chromium-browser").map(Path.of(at)::resolve))
            .filter(Files::isExecutable)
            .toList();
    assumeTrue(
        !found.isEmpty(), "skipped: there is no chromium on the PATH (apt install chromium)");
    Path profile = folder.resolve("profile");
    ProcessBuilder builder =
        new ProcessBuilder(
                found.getFirst().toString(),
                "--headless=new",
                // Tests may run as root, which Chromium's own sandbox forbids; it sees our page
                // only.
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("browser.log").toFile());
    // What it leaves in the folder for temporary files goes with the test's.
    builder.environment().put("TMPDIR", folder.toString());
    Process process = builder.start();
    try {
      return new Browser(process, port(profile.resolve("DevToolsActivePort"), process));
    } catch (Exception | AssertionError e) {
      end(process);
      throw e;
    }
  }

  private static int port(Path file, Process process) throws Exception {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < until && process.isAlive()) {
      if (Files.exists(file)) {
        List<String> lines = Files.readAllLines(file);
        if (lines.size() == 2) {
          return Integer.parseInt(lines.getFirst());
        }
      }
      Thread.sleep(50);
    }
    throw new AssertionError("the browser did not start: see browser.log");
  }

  /** An authenticator inside the device, which keeps passkeys and knows its person. */
  public void plugInAuthenticator() throws Exception {
    call("WebAuthn.enable", Json.object().build());
    Json.Obj options =
        Json.object()
            .put("protocol", "ctap2")
            .put("transport", "internal")
            .put("hasResidentKey", true)
            .put("hasUserVerification", true)
            .put("isUserVerified", true)
            .put("automaticPresenceSimulation", true)
            .build();
    call("WebAuthn.addVirtualAuthenticator", Json.object().put("options", options).build());
  }

  public void open(String address) throws Exception {
    call("Page.navigate", Json.object().put("url", address).build());
  }

  /** The size of the window in CSS pixels, and whether the person prefers dark colours. */
  public void screen(int width, int height, boolean dark) throws Exception {
    call(
        "Emulation.setDeviceMetricsOverride",
        Json.object()
            .put("width", width)
            .put("height", height)
            .put("deviceScaleFactor", 1)
            .put("mobile", false)
            .build());
    Json.Obj scheme =
        Json.object()
            .put("name", "prefers-color-scheme")
            .put("value", dark ? "dark" : "light")
            .build();
    call("Emulation.setEmulatedMedia", Json.object().put("features", Json.array(scheme)).build());
  }

  /** A picture (PNG) of what the window shows. */
  public byte[] picture() throws Exception {
    Json.Obj taken = call("Page.captureScreenshot", Json.object().put("format", "png").build());
    return Base64.getDecoder().decode(text(taken, "data"));
  }

  /** Types text into what has the focus, and presses Enter. */
  public void type(String text) throws Exception {
    call("Input.insertText", Json.object().put("text", text).build());
    press("Enter", 13);
  }

  /** Presses a key, as on a keyboard. */
  public void press(String key, int code) throws Exception {
    press(key, code, 0);
  }

  /** Presses a key while others are held, of which each is a bit. */
  public void press(String key, int code, int held) throws Exception {
    for (String type : List.of("rawKeyDown", "keyUp")) {
      call(
          "Input.dispatchKeyEvent",
          Json.object()
              .put("type", type)
              .put("key", key)
              .put("code", key)
              .put("windowsVirtualKeyCode", code)
              .put("modifiers", held)
              .build());
    }
  }

  /** Runs a script in the page. */
  public void run(String script) throws Exception {
    call("Runtime.evaluate", Json.object().put("expression", script).build());
  }

  /** What a script's promise comes to, as a string. */
  public String promised(String expression) throws Exception {
    Json.Obj answer =
        call(
            "Runtime.evaluate",
            Json.object()
                .put("expression", "(async () => String(" + expression + "))()")
                .put("awaitPromise", true)
                .build());
    return answer.get("result").orElseThrow() instanceof Json.Obj result
            && result.get("value").isPresent()
        ? text(result, "value")
        : answer.write();
  }

  /** The value of an expression, as a string. */
  public String value(String expression) throws Exception {
    Json.Obj answer =
        call(
            "Runtime.evaluate",
            Json.object().put("expression", "String(" + expression + ")").build());
    return answer.get("result").orElseThrow() instanceof Json.Obj result
            && result.get("value").isPresent()
        ? text(result, "value")
        : answer.write();
  }

  /** Waits until an expression has a value. */
  public void until(String expression, String value) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    String seen = "";
    while (System.nanoTime() < end) {
      try {
        seen = value(expression);
      } catch (Navigated e) {
        // The next look is at the page that comes.
        seen = String.valueOf(e.getMessage());
      }
      if (seen.equals(value)) {
        return;
      }
      Thread.sleep(50);
    }
    throw new AssertionError(
        expression + " is " + seen + ", not " + value + ": " + value("document.body.innerText"));
  }

  /** Presses the left button of the mouse over an element, as a person does. */
  public void click(String id) throws Exception {
    String element = "document.getElementById('" + id + "')";
    value(element + ".scrollIntoView()");
    String box = element + ".getBoundingClientRect()";
    double x = Double.parseDouble(value(box + ".x+" + box + ".width/2"));
    double y = Double.parseDouble(value(box + ".y+" + box + ".height/2"));
    for (String type : List.of("mousePressed", "mouseReleased")) {
      call(
          "Input.dispatchMouseEvent",
          Json.object()
              .put("type", type)
              .put("x", Math.round(x))
              .put("y", Math.round(y))
              .put("button", "left")
              .put("clickCount", 1)
              .build());
    }
  }

  /** The page was left while something was asked of it. */
  private static final class Navigated extends AssertionError {
    @Serial private static final long serialVersionUID = 1L;

    Navigated(String what) {
      super(what);
    }
  }

  private Json.Obj call(String method, Json.Obj parameters) throws Exception {
    long id = ++last;
    CompletableFuture<Json.Obj> answer = new CompletableFuture<>();
    waiting.put(id, answer);
    Json.Obj request =
        Json.object().put("id", id).put("method", method).put("params", parameters).build();
    socket.sendText(request.write(), true).get(30, TimeUnit.SECONDS);
    Json.Obj got = answer.get(30, TimeUnit.SECONDS);
    if (!(got.get("result").orElse(Json.Null.VALUE) instanceof Json.Obj result)) {
      String what = method + ": " + got.write();
      throw what.contains("navigated or closed") ? new Navigated(what) : new AssertionError(what);
    }
    return result;
  }

  @Override
  public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean whole) {
    message.append(data);
    if (whole) {
      Json.Obj got = (Json.Obj) Json.parse(message.toString().getBytes(StandardCharsets.UTF_8));
      message.setLength(0);
      if (got.get("id").isPresent()) {
        CompletableFuture<Json.Obj> answer =
            waiting.remove(Long.parseLong(got.get("id").orElseThrow().write()));
        if (answer != null) {
          answer.complete(got);
        }
      }
    }
    from.request(1);
    return CompletableFuture.completedStage(null);
  }

  private static String text(Json.Obj in, String name) {
    if (in.get(name).orElse(Json.Null.VALUE) instanceof Json.Str(String text)) {
      return text;
    }
    throw new AssertionError("no " + name + " in " + in.write());
  }

  private static void end(Process process) {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    socket.abort();
    http.close();
    end(process);
  }
}
