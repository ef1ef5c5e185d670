// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.lanes;

import dev.freehold.crypto.NodeId;
import dev.freehold.fleet.lane.LaneName;
import dev.freehold.fleet.lane.LaneOrder;
import dev.freehold.node.files.OwnerFiles;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The servers behind this node, and whether they are there. Any thread may call. */
public final class Lanes implements AutoCloseable {
  private static final Pattern KEY = Pattern.compile("[!-~]{1,512}");

  private final NodeId self;
  private final Map<LaneName, Lane> lanes = new LinkedHashMap<>();
  private final LanePatience patience;
  private final Semaphore places;

  /** Null where there is no lane. */
  private final @Nullable HttpClient client;

  private final Set<LaneCall> open = ConcurrentHashMap.newKeySet();
  private final Thread watch;
  private volatile boolean closed;

  /** How a server stands; a key is never printed. */
  private static final class Lane {
    private final LaneSettings settings;
    private final @Nullable String key;
    private final HttpClient client;
    private volatile String state = "loading";
    private volatile @Nullable String problem;

    Lane(LaneSettings settings, @Nullable String key, HttpClient client) {
      this.settings = settings;
      this.key = key;
      this.client = client;
    }

    HttpRequest.Builder request(String path) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(settings.address() + path))
              .header("Content-Type", "application/json");
      return key == null ? request : request.header("Authorization", "Bearer " + key);
    }
  }

  private Lanes(NodeId self, LanePatience patience, int atOnce, @Nullable HttpClient client) {
    this.self = self;
    this.patience = patience;
    this.places = new Semaphore(atOnce);
    this.client = client;
    this.watch = Thread.ofVirtual().name("lanes").unstarted(this::look);
  }

  /**
   * Begins to look after them.
   *
   * @param atOnce requests at a time, of all lanes together
   * @throws IOException naming a key file that can't be used
   */
  public static Lanes open(
      NodeId self, List<LaneSettings> settings, LanePatience patience, int atOnce)
      throws IOException {
    if (settings.isEmpty()) {
      return new Lanes(self, patience, atOnce, null);
    }
    HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(patience.connect())
            .build();
    Lanes lanes = new Lanes(self, patience, atOnce, client);
    for (LaneSettings one : settings) {
      Path file = one.keyFile();
      lanes.lanes.put(one.name(), new Lane(one, file == null ? null : key(file), client));
    }
    lanes.watch.start();
    return lanes;
  }

  private static String key(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException("there is no key file " + file);
    }
    if (OwnerFiles.openToOthers(file)) {
      throw new IOException(
          "others than its owner can read or write the key file "
              + file
              + ": run chmod 600 "
              + file);
    }
    String key = Files.readString(file, StandardCharsets.UTF_8).strip();
    if (!KEY.matcher(key).matches()) {
      throw new IOException("the key file " + file + " holds no key: one line of visible ASCII");
    }
    return key;
  }

  private void look() {
    try {
      while (!closed) {
        lanes.values().forEach(this::look);
        Thread.sleep(patience.look());
      }
    } catch (InterruptedException e) {
      // The node is being closed.
    }
  }

  private void look(Lane lane) {
    try {
      HttpResponse<Void> response =
          lane.client.send(
              lane.request("/models").timeout(patience.connect()).GET().build(),
              HttpResponse.BodyHandlers.discarding());
      int status = response.statusCode();
      lane.problem =
          switch (status / 100) {
            case 5 -> "it answers " + status;
            case 4 ->
                status == 401 || status == 403
                    ? "it refuses this node's key: mend 'lane-key'"
                    : null;
            default -> null;
          };
    } catch (IOException e) {
      lane.problem = "nothing answers at " + lane.settings.address();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    lane.state = lane.problem == null ? "ready" : "failed";
  }

  /** All, as they are configured. */
  public List<LaneSettings> list() {
    return lanes.values().stream().map(lane -> lane.settings).toList();
  }

  /** Whether there is one of that name. */
  public boolean has(LaneName name) {
    return lanes.containsKey(name);
  }

  /** What a lane's state is called: {@code ready}, {@code loading} or {@code failed}. */
  public String state(LaneName name) {
    return lane(name).state;
  }

  /** What is wrong with it, where something is. */
  public Optional<String> problem(LaneName name) {
    return Optional.ofNullable(lane(name).problem);
  }

  private Lane lane(LaneName name) {
    Lane lane = lanes.get(name);
    if (lane == null) {
      throw LaneFailed.of(404, "model_not_found", "this node has no lane " + name);
    }
    return lane;
  }

  /**
   * Takes a request on.
   *
   * @throws LaneFailed if there is no such lane
   */
  public LaneCall begin(LaneOrder order) {
    Lane lane = lane(order.lane());
    // The server's address ends with its own /v1.
    String path = order.kind().path().substring("/v1".length());
    return new Bounded(
        new ServerCall(self, lane.settings, patience, lane.client, lane.request(path), order));
  }

  /** One of so many at a time; the node's end is its end. */
  private final class Bounded implements LaneCall {
    private final LaneCall call;

    Bounded(LaneCall call) {
      this.call = call;
    }

    @Override
    public NodeId machine() {
      return call.machine();
    }

    @Override
    public void run(Sink sink) throws IOException, InterruptedException {
      if (!places.tryAcquire()) {
        throw LaneFailed.of(429, "queue_full", "every place is taken; try again in a second");
      }
      open.add(call);
      try {
        if (closed) {
          throw stopping();
        }
        call.run(sink);
      } catch (LaneFailed e) {
        throw closed ? stopping() : e;
      } finally {
        open.remove(call);
        places.release();
      }
    }

    @Override
    public void cancel() {
      call.cancel();
    }
  }

  private static LaneFailed stopping() {
    return LaneFailed.of(503, "node_stopping", "the node is stopping");
  }

  /** Ends what is under way; a second time does nothing. */
  @Override
  public void close() {
    closed = true;
    watch.interrupt();
    open.forEach(LaneCall::cancel);
    if (client != null) {
      client.shutdownNow();
    }
  }
}
