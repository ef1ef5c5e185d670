// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.presence;

import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Members.MalformedException;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.util.ArrayList;
import java.util.List;

/**
 * What a machine says of itself.
 *
 * @param time its clock
 * @param program its program's version
 * @param memoryBytes what its owner lets attention take
 * @param active answers under way
 * @param queued answers that wait
 * @param work {@link #WORKS}, or a word that says why it takes no work of others now
 * @param models what it serves
 */
public record Presence(
    Timestamp time,
    String program,
    long memoryBytes,
    int active,
    int queued,
    String work,
    List<Offered> models) {
  /** The longest statement, in bytes. */
  public static final int LIMIT = 64 << 10;

  /** It takes work on. */
  public static final String WORKS = "yes";

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
   * Copies the list, and refuses what could not be sent.
   *
   * @throws IllegalArgumentException if a text or number is out of its range
   */
  public Presence {
    models = List.copyOf(models);
    plain(program, 64);
    plain(work, 64);
    if (memoryBytes < 0 || memoryBytes > CanonicalJson.MAX_SAFE_INTEGER) {
      throw new IllegalArgumentException("memory lies between 0 and 2^53 - 1 bytes");
    }
    if (active < 0 || queued < 0 || models.size() > MODELS) {
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

  /** The one encoding. */
  public byte[] bytes() {
    return CanonicalJson.bytes(
        Json.object()
            .put("version", 1)
            .put("time", time.toString())
            .put("program", program)
            .put("memory", memoryBytes)
            .put("active", active)
            .put("queued", queued)
            .put("work", work)
            .put("models", Json.array(models.stream().map(Presence::model).toList()))
            .build());
  }

  private static Json model(Offered model) {
    return Json.object()
        .put("name", model.name)
        .put("digest", model.digest.toString())
        .put("state", model.state)
        .put("context", model.context)
        .build();
  }

  /** Reads the one encoding. */
  public static Parsed<Presence> parse(byte[] bytes) {
    try {
      Members from = new Members("the presence", Members.parse(bytes, LIMIT));
      if (from.count("version", 1) != 1) {
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
      if (!(from.value("memory") instanceof Json.Num memory) || !memory.isSafeInteger()) {
        throw new MalformedException("\"memory\" is no whole number");
      }
      Presence presence =
          new Presence(
              from.typed("time", Timestamp::parse),
              from.string("program"),
              (long) memory.value(),
              from.count("active", 0),
              from.count("queued", 0),
              from.string("work"),
              models);
      from.end();
      Members.requireSame(presence.bytes(), bytes);
      return new Parsed.Read<>(presence);
    } catch (MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>(String.valueOf(e.getMessage()));
    }
  }
}
