// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.presence;

import dev.freehold.fleet.lane.LaneName;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Members.MalformedException;
import dev.freehold.record.Timestamp;
import java.util.ArrayList;
import java.util.List;

/**
 * What a machine says of itself.
 *
 * @param time its clock
 * @param program its program's version
 * @param memoryBytes what its owner lets attention take
 * @param freeBytes memory that a model could take there now
 * @param threads of its arithmetic
 * @param bytesPerSecond what these read of memory together, measured there; 0: not yet
 * @param active answers under way
 * @param queued answers that wait
 * @param work {@link #WORKS}, or a word that says why it takes no work of others now
 * @param models what it serves
 * @param lanes model servers that aren't ours, behind it: nothing about their answers is proven
 */
public record Presence(
    Timestamp time,
    String program,
    long memoryBytes,
    long freeBytes,
    int threads,
    long bytesPerSecond,
    int active,
    int queued,
    String work,
    List<Offered> models,
    List<OfferedLane> lanes) {
  /** The longest statement, in bytes. */
  public static final int LIMIT = 64 << 10;

  /** It takes work on. */
  public static final String WORKS = "yes";

  private static final int VERSION = 2;
  private static final int MODELS = 64;

  /**
   * A model that it serves.
   *
   * @param name what clients call it
   * @param digest of its file
   * @param state loading, ready or failed
   * @param context the longest context in tokens, 0 until it is loaded
   */
  public record Offered(String name, Digest digest, String state, int context) {
    /**
     * Refuses what could not be sent.
     *
     * @throws IllegalArgumentException if a text or number is out of its range
     */
    public Offered {
      plain(name, 128);
      plain(state, 128);
      if (context < 0) {
        throw new IllegalArgumentException("a context is not negative");
      }
    }
  }

  /**
   * A model server that isn't ours, behind it.
   *
   * @param state loading, ready or failed
   */
  public record OfferedLane(LaneName name, String state) {
    /**
     * Refuses what could not be sent.
     *
     * @throws IllegalArgumentException if the text is out of its range
     */
    public OfferedLane {
      plain(state, 128);
    }
  }

  /**
   * Copies the lists, and refuses what could not be sent.
   *
   * @throws IllegalArgumentException if a text or number is out of its range
   */
  public Presence {
    models = List.copyOf(models);
    lanes = List.copyOf(lanes);
    plain(program, 64);
    plain(work, 64);
    for (long bytes : new long[] {memoryBytes, freeBytes, bytesPerSecond}) {
      if (bytes < 0 || bytes > CanonicalJson.MAX_SAFE_INTEGER) {
        throw new IllegalArgumentException("memory lies between 0 and 2^53 - 1 bytes");
      }
    }
    if (active < 0
        || queued < 0
        || threads < 1
        || models.size() > MODELS
        || lanes.size() > MODELS) {
      throw new IllegalArgumentException("a count is out of its range");
    }
  }

  private static void plain(String text, int limit) {
    if (text.isEmpty()
        || text.length() > limit
        || !text.chars().allMatch(c -> c >= '!' && c <= '~')) {
      throw new IllegalArgumentException(
          "a text of a presence has 1 to " + limit + " visible ASCII characters");
    }
  }

  /** Its members, to be signed. */
  Json.Builder members() {
    return Json.object()
        .put("version", VERSION)
        .put("time", time.toString())
        .put("program", program)
        .put("memory", memoryBytes)
        .put("free", freeBytes)
        .put("threads", threads)
        .put("speed", bytesPerSecond)
        .put("active", active)
        .put("queued", queued)
        .put("work", work)
        .put("models", Json.array(models.stream().map(Presence::model).toList()))
        .put("lanes", Json.array(lanes.stream().map(Presence::lane).toList()));
  }

  private static Json lane(OfferedLane lane) {
    return Json.object().put("name", lane.name.text()).put("state", lane.state).build();
  }

  private static Json model(Offered model) {
    return Json.object()
        .put("name", model.name)
        .put("digest", model.digest.toString())
        .put("state", model.state)
        .put("context", model.context)
        .build();
  }

  /**
   * Reads what {@link #members} wrote.
   *
   * @throws IllegalArgumentException if a text or number is out of its range
   */
  static Presence read(Members from) throws MalformedException {
    if (from.count("version", 1) != VERSION) {
      throw new MalformedException("it is of another version");
    }
    List<Offered> models = new ArrayList<>();
    for (Json each : from.array("models").items()) {
      Members model = new Members("a model", each);
      models.add(
          new Offered(
              model.string("name"),
              model.digest("digest"),
              model.string("state"),
              model.count("context", 0)));
      model.end();
    }
    List<OfferedLane> lanes = new ArrayList<>();
    for (Json each : from.array("lanes").items()) {
      Members lane = new Members("a lane", each);
      lanes.add(new OfferedLane(lane.typed("name", LaneName::new), lane.string("state")));
      lane.end();
    }
    return new Presence(
        from.typed("time", Timestamp::parse),
        from.string("program"),
        bytes(from, "memory"),
        bytes(from, "free"),
        from.count("threads", 1),
        bytes(from, "speed"),
        from.count("active", 0),
        from.count("queued", 0),
        from.string("work"),
        models,
        lanes);
  }

  private static long bytes(Members from, String name) throws MalformedException {
    if (!(from.value(name) instanceof Json.Num number) || !number.isSafeInteger()) {
      throw new MalformedException("\"" + name + "\" is no whole number");
    }
    return (long) number.value();
  }
}
