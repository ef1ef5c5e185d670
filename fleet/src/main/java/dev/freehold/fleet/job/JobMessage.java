// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.job;

import dev.freehold.evidence.Transcript;
import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import dev.freehold.record.Members;
import dev.freehold.record.Members.MalformedException;
import dev.freehold.record.Parsed;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a runner tells of a job (docs/formats/job.md). */
public sealed interface JobMessage {
  /** The request is taken on. */
  record Accepted() implements JobMessage {}

  /** Nothing else was there to be said for a while. */
  record Alive() implements JobMessage {}

  /**
   * What a streamed chunk says of one choice.
   *
   * @param choice the entry
   */
  record Chunk(Json.Obj choice) implements JobMessage {}

  /**
   * The end.
   *
   * @param result the answer
   */
  record Finished(JobResult result) implements JobMessage {}

  /**
   * The end: there is no answer.
   *
   * @param error why
   */
  record Failed(JobError error) implements JobMessage {}

  /**
   * What was counted so far, where the answer is sold.
   *
   * @param input tokens of the prompt
   * @param output tokens of the answer, over all choices
   */
  record Meter(int input, int output) implements JobMessage {
    /**
     * Checks the counts.
     *
     * @throws IllegalArgumentException if one is negative
     */
    public Meter {
      if (input < 0 || output < 0) {
        throw new IllegalArgumentException("tokens are not negative");
      }
    }
  }

  /**
   * Tokens that were computed since the last of these, where the answer is sold.
   *
   * @param choice whose
   * @param tokens at least one
   */
  record Tokens(int choice, List<Integer> tokens) implements JobMessage {
    /**
     * Copies the tokens.
     *
     * @throws IllegalArgumentException if there is none, or a negative one
     */
    public Tokens {
      tokens = List.copyOf(tokens);
      if (choice < 0 || tokens.isEmpty() || tokens.stream().anyMatch(token -> token < 0)) {
        throw new IllegalArgumentException("tokens that are shown are there, and not negative");
      }
    }
  }

  /** Bytes before a message's own. */
  int HEAD_BYTES = 1 + Integer.BYTES;

  /** Whether nothing follows. */
  default boolean last() {
    return this instanceof Finished || this instanceof Failed;
  }

  /** The longest body of a message of that type; -1 where there is no such type. */
  static int limit(int type) {
    return switch (type) {
      case 1, 2 -> 0;
      case 3 -> 1 << 22;
      case 4 -> 1 << 26;
      case 5 -> 1 << 16;
      case 6 -> 2 * Integer.BYTES;
      case 7 -> 1 << 18;
      default -> -1;
    };
  }

  /**
   * The one encoding.
   *
   * @throws IllegalStateException if the body would be longer than a message may be
   */
  default byte[] encode() {
    return switch (this) {
      case Accepted _ -> message(1);
      case Alive _ -> message(2);
      case Chunk(Json.Obj choice) -> message(3, utf8(choice));
      case Finished(JobResult result) -> {
        byte[] transcript = result.transcript().encode();
        byte[] counts =
            ByteBuffer.allocate(2 * Integer.BYTES)
                .putInt(result.cached())
                .putInt(transcript.length)
                .array();
        Json.Obj rest =
            Json.object()
                .put("choices", Json.array(result.choices()))
                .put("last", Json.array(result.last()))
                .build();
        yield message(4, counts, transcript, utf8(rest));
      }
      case Failed(JobError error) -> message(5, utf8(error.toJson()));
      case Meter(int input, int output) ->
          message(6, ByteBuffer.allocate(2 * Integer.BYTES).putInt(input).putInt(output).array());
      case Tokens(int choice, List<Integer> tokens) -> {
        ByteBuffer out = ByteBuffer.allocate(Integer.BYTES * (1 + tokens.size())).putInt(choice);
        tokens.forEach(out::putInt);
        yield message(7, out.array());
      }
    };
  }

  private static byte[] utf8(Json value) {
    return value.write().getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] message(int type, byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    if (length > limit(type)) {
      throw new IllegalStateException(
          "a message of type %d would have %d bytes".formatted(type, length));
    }
    ByteBuffer out = ByteBuffer.allocate(HEAD_BYTES + length).put((byte) type).putInt(length);
    for (byte[] part : parts) {
      out.put(part);
    }
    return out.array();
  }

  /** Reads the body of a message. */
  static Parsed<JobMessage> decode(int type, byte[] body) {
    if (body.length > limit(type)) {
      return new Parsed.Malformed<>(
          "a message of type %d with %d bytes".formatted(type, body.length));
    }
    try {
      return new Parsed.Read<>(
          switch (type) {
            case 1 -> new Accepted();
            case 2 -> new Alive();
            case 3 -> new Chunk(object(body));
            case 4 -> new Finished(result(body));
            case 6 -> meter(body);
            case 7 -> tokens(body);
            default -> new Failed(error(body));
          });
    } catch (MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    }
  }

  private static Meter meter(byte[] body) throws MalformedException {
    if (body.length != 2 * Integer.BYTES) {
      throw new MalformedException("a meter has two numbers");
    }
    ByteBuffer in = ByteBuffer.wrap(body);
    int input = in.getInt();
    int output = in.getInt();
    if (input < 0 || output < 0) {
      throw new MalformedException("a meter that counts below nothing");
    }
    return new Meter(input, output);
  }

  private static Tokens tokens(byte[] body) throws MalformedException {
    if (body.length < 2 * Integer.BYTES || body.length % Integer.BYTES != 0) {
      throw new MalformedException("tokens are a choice and numbers");
    }
    ByteBuffer in = ByteBuffer.wrap(body);
    int choice = in.getInt();
    List<Integer> tokens = new ArrayList<>();
    while (in.hasRemaining()) {
      tokens.add(in.getInt());
    }
    try {
      return new Tokens(choice, tokens);
    } catch (IllegalArgumentException e) {
      throw new MalformedException(String.valueOf(e.getMessage()));
    }
  }

  private static JobError error(byte[] body) throws MalformedException {
    JobError error = JobError.read(object(body));
    same(error.toJson(), body);
    return error;
  }

  private static JobResult result(byte[] body) throws MalformedException {
    if (body.length < 2 * Integer.BYTES) {
      throw new MalformedException("a result without counts");
    }
    ByteBuffer in = ByteBuffer.wrap(body);
    int cached = in.getInt();
    int length = in.getInt();
    if (cached < 0 || length < 0 || length > in.remaining()) {
      throw new MalformedException("a result whose counts are too large");
    }
    byte[] evidence = new byte[length];
    in.get(evidence);
    Transcript transcript =
        switch (Transcript.decode(evidence)) {
          case Parsed.Read<Transcript>(Transcript read) -> read;
          case Parsed.Malformed<Transcript>(String reason) ->
              throw new MalformedException("the transcript: " + reason);
        };
    byte[] rest = Arrays.copyOfRange(body, body.length - in.remaining(), body.length);
    Members members = new Members("the result", object(rest));
    List<Json.Obj> choices = objects(members.array("choices"));
    List<Json.Obj> last = objects(members.array("last"));
    members.end();
    same(
        Json.object().put("choices", Json.array(choices)).put("last", Json.array(last)).build(),
        rest);
    return new JobResult(transcript, choices, last, cached);
  }

  private static List<Json.Obj> objects(Json.Arr array) throws MalformedException {
    List<Json.Obj> objects = new ArrayList<>();
    for (Json item : array.items()) {
      if (!(item instanceof Json.Obj object)) {
        throw new MalformedException("a choice is not an object");
      }
      objects.add(object);
    }
    return objects;
  }

  private static Json.Obj object(byte[] bytes) throws MalformedException {
    try {
      if (Json.parse(bytes) instanceof Json.Obj object) {
        same(object, bytes);
        return object;
      }
    } catch (JsonException e) {
      throw new MalformedException("not strict JSON: " + e.getMessage());
    }
    throw new MalformedException("not an object");
  }

  private static void same(Json value, byte[] bytes) throws MalformedException {
    if (!Arrays.equals(utf8(value), bytes)) {
      throw new MalformedException("JSON that is written differently");
    }
  }
}
