// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.lanes;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.Kind;
import dev.freehold.fleet.job.JobError;
import dev.freehold.fleet.lane.LaneEvent;
import dev.freehold.fleet.lane.LaneOrder;
import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import dev.freehold.record.Members.MalformedException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A request to a server that isn't ours: of what it says, only what an answer is made of stays. */
final class ServerCall implements LaneCall {
  private static final int EVENT_LIMIT = 1 << 20;
  private static final int WHOLE_LIMIT = 16 << 20;
  private static final long STREAM_LIMIT = 64L << 20;
  private static final int ERROR_LIMIT = 64 << 10;
  private static final int QUOTED = 500;
  private static final String DONE = "[DONE]";
  private static final String NOTHING = "nothing more";

  private final NodeId self;
  private final LaneSettings lane;
  private final LanePatience patience;
  private final HttpClient client;
  private final HttpRequest request;
  private final Kind kind;
  private final boolean stream;

  // Owned by this object's monitor.
  private @Nullable CompletableFuture<HttpResponse<InputStream>> asked;
  private @Nullable InputStream body;
  private boolean cancelled;

  /**
   * @param request to the server, without a body
   */
  ServerCall(
      NodeId self,
      LaneSettings lane,
      LanePatience patience,
      HttpClient client,
      HttpRequest.Builder request,
      LaneOrder order) {
    this.self = self;
    this.lane = lane;
    this.patience = patience;
    this.client = client;
    this.kind = order.kind();
    this.stream = order.stream();
    this.request =
        request
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    order.request().with("model", Json.of(lane.model())).write()))
            .build();
  }

  @Override
  public NodeId machine() {
    return self;
  }

  @Override
  public void run(Sink sink) throws IOException, InterruptedException {
    try (Silence silence = new Silence(patience.first(), this::cancel)) {
      try {
        answer(sink, silence);
      } catch (SaidException e) {
        throw e.said;
      } catch (EventLines.Wrong e) {
        throw e.size() ? tooLarge() : rubbish(String.valueOf(e.getMessage()));
      } catch (LaneFailed e) {
        // A stream that is ended for its silence looks cut off.
        throw silence.tooLong() ? silent() : e;
      } finally {
        cancel();
      }
    }
  }

  /** A failure of the server's, told apart from one of the sink. */
  private static final class SaidException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient LaneFailed said;

    SaidException(LaneFailed said) {
      super(said.getMessage(), null, false, false);
      this.said = said;
    }
  }

  private void answer(Sink sink, Silence silence)
      throws IOException, InterruptedException, SaidException, EventLines.Wrong {
    HttpResponse<InputStream> response = response();
    InputStream in = response.body();
    synchronized (this) {
      body = in;
      if (cancelled) {
        in.close();
      }
    }
    if (response.statusCode() != 200) {
      throw new SaidException(refused(response.statusCode(), in));
    }
    if (!stream) {
      LaneEvent whole = event(whole(in));
      if (whole.choices().items().isEmpty()) {
        throw rubbish("an answer without choices");
      }
      sink.begun();
      sink.event(whole);
      return;
    }
    EventLines lines = new EventLines(new BufferedInputStream(in), EVENT_LIMIT, STREAM_LIMIT);
    boolean begun = false;
    boolean finished = false;
    while (true) {
      String data = next(lines);
      silence.heard(patience.next());
      if (data.equals(DONE)) {
        break;
      }
      LaneEvent event = event(json(data));
      if (!begun) {
        sink.begun();
        begun = true;
      }
      finished |= event.finishes();
      sink.event(event);
    }
    if (!finished) {
      throw rubbish("a stream that ends before its answer does");
    }
  }

  private HttpResponse<InputStream> response() throws InterruptedException {
    CompletableFuture<HttpResponse<InputStream>> future;
    synchronized (this) {
      if (cancelled) {
        throw brokeOff();
      }
      future = client.sendAsync(request, HttpResponse.BodyHandlers.ofInputStream());
      asked = future;
    }
    try {
      return future.get();
    } catch (CancellationException e) {
      throw brokeOff();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof HttpConnectTimeoutException
          || e.getCause() instanceof ConnectException) {
        throw LaneFailed.of(
            502,
            "lane_down",
            "nothing answers at "
                + lane.address()
                + ": see that the server behind "
                + lane.name().id()
                + " runs");
      }
      throw brokeOff();
    }
  }

  private String next(EventLines lines) throws EventLines.Wrong {
    try {
      Optional<String> data = lines.next();
      return data.orElseThrow(this::brokeOff);
    } catch (IOException e) {
      throw brokeOff();
    }
  }

  private Json whole(InputStream in) {
    byte[] bytes;
    try {
      bytes = in.readNBytes(WHOLE_LIMIT + 1);
    } catch (IOException e) {
      throw brokeOff();
    }
    if (bytes.length > WHOLE_LIMIT) {
      throw tooLarge();
    }
    try {
      return Json.parse(bytes);
    } catch (JsonException e) {
      throw rubbish("what is no JSON");
    }
  }

  private Json json(String data) {
    try {
      return Json.parse(data);
    } catch (JsonException e) {
      throw rubbish("what is no JSON");
    }
  }

  private LaneEvent event(Json said) throws SaidException {
    if (said instanceof Json.Obj object && object.get("error").isPresent()) {
      throw new SaidException(failed("says: " + quoted(object)));
    }
    try {
      LaneEvent event = LaneEvent.of(said, kind);
      event.require(kind, stream);
      return event;
    } catch (MalformedException e) {
      throw rubbish(e.reason());
    }
  }

  private LaneFailed refused(int status, InputStream in) {
    if (status == 401 || status == 403) {
      // Such messages quote the key.
      return LaneFailed.of(
          502,
          "lane_unauthorized",
          "the server behind " + lane.name().id() + " refuses this node's key: mend 'lane-key'");
    }
    String said = "";
    try {
      said = quoted(Json.parse(in.readNBytes(ERROR_LIMIT)));
    } catch (IOException | JsonException e) {
      said = NOTHING;
    }
    String message = "the server behind " + lane.name().id() + " answers " + status + ": " + said;
    return status >= 400 && status < 500
        ? new LaneFailed(
            new JobError(
                status,
                message,
                status == 429 ? "rate_limit_error" : "invalid_request_error",
                null,
                "lane_refused",
                status == 429 ? 1 : 0))
        : LaneFailed.of(502, "lane_failed", message);
  }

  private static String quoted(Json said) {
    Json error = said instanceof Json.Obj object ? object.get("error").orElse(said) : said;
    String text =
        switch (error) {
          case Json.Str(String bare) -> bare;
          // FastAPI, below vLLM, says 'detail' where no handler of vLLM's has spoken.
          case Json.Obj object ->
              Stream.of("message", "detail")
                  .flatMap(name -> object.get(name).stream())
                  .filter(Json.Str.class::isInstance)
                  .map(value -> ((Json.Str) value).value())
                  .findFirst()
                  .orElse(NOTHING);
          case Json _ -> NOTHING;
        };
    return text.codePoints()
        .limit(QUOTED)
        .map(c -> Character.isISOControl(c) ? ' ' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private LaneFailed failed(String what) {
    return LaneFailed.of(502, "lane_failed", "the server behind " + lane.name().id() + " " + what);
  }

  private LaneFailed rubbish(String what) {
    return LaneFailed.of(
        502,
        "lane_rubbish",
        "the server behind " + lane.name().id() + " gives " + what + ", and no answer");
  }

  private LaneFailed tooLarge() {
    return LaneFailed.of(
        502,
        "lane_too_large",
        "the server behind " + lane.name().id() + " gives more than an answer may be");
  }

  private LaneFailed silent() {
    return LaneFailed.of(
        504,
        "lane_silent",
        "the server behind " + lane.name().id() + " has said nothing for too long");
  }

  private LaneFailed brokeOff() {
    return LaneFailed.of(
        502, "lane_broke_off", "the server behind " + lane.name().id() + " broke off its answer");
  }

  @Override
  public synchronized void cancel() {
    cancelled = true;
    if (asked != null) {
      asked.cancel(true);
    }
    if (body != null) {
      try {
        body.close();
      } catch (IOException e) {
        // It is closed for this node all the same.
      }
    }
  }
}
