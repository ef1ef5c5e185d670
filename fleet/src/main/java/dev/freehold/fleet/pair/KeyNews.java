// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.pair;

import dev.freehold.evidence.identity.KeyStatement;
import dev.freehold.link.Link;
import dev.freehold.link.stream.LinkStream;
import dev.freehold.link.stream.Messages;
import dev.freehold.link.stream.Protocol;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * What a key says of itself to the members of its fleet: which key follows it, or that it ends
 * (docs/formats/identity.md, "Over a link"). Only the key itself is heard, over a link on which it
 * has proven itself.
 */
public final class KeyNews {
  /** Of the streams on which it is said. */
  public static final Protocol PROTOCOL = new Protocol("freehold/key-news/1");

  private static final byte TAKEN = 0;
  private static final byte REFUSED = 1;

  private KeyNews() {}

  /** Takes statements that were signed by the peer that brought them. */
  public interface Taker {
    /**
     * Takes one.
     *
     * @return why not, where it is not taken
     * @throws IOException if a change could not be kept
     */
    Optional<String> take(KeyStatement statement) throws IOException;
  }

  /**
   * Answers one stream.
   *
   * @return why nothing was taken, if it wasn't
   * @throws IOException if the stream broke, or a change could not be kept
   */
  public static Optional<String> serve(LinkStream stream, Taker taker) throws IOException {
    Messages messages = stream.messages(KeyStatement.LIMIT);
    byte[] bytes = messages.receive().orElseThrow(() -> new IOException("it said nothing"));
    Optional<String> refusal =
        switch (KeyStatement.decode(bytes)) {
          case Parsed.Malformed<KeyStatement>(String reason) -> Optional.of(reason);
          case Parsed.Read<KeyStatement>(KeyStatement statement) -> {
            if (!statement.node().equals(stream.peer())) {
              yield Optional.of("it tells of " + statement.node() + ", who did not bring it");
            }
            Optional<String> unsigned = statement.unsigned();
            yield unsigned.isPresent() ? unsigned : taker.take(statement);
          }
        };
    messages.send(new byte[] {refusal.isPresent() ? REFUSED : TAKEN});
    stream.end();
    return refusal;
  }

  /** What came of telling a member. */
  public enum Told {
    /** It took the statement. */
    TAKEN,
    /** It doesn't. */
    REFUSED,
    /** It wasn't reached, or doesn't know this key (any more). */
    NOT_REACHED
  }

  /**
   * Tells the node at the other end of a link.
   *
   * @param link of the key that the statement tells of
   * @param patience how long it is looked for
   */
  public static Told tell(Link link, KeyStatement statement, Duration patience)
      throws InterruptedException {
    if (!link.awaitUp(patience)) {
      return Told.NOT_REACHED;
    }
    try (LinkStream stream = link.open(PROTOCOL)) {
      Messages messages = stream.messages(1);
      messages.send(statement.encode());
      byte[] answer = messages.receive().orElse(new byte[0]);
      return answer.length == 1 && answer[0] == TAKEN ? Told.TAKEN : Told.REFUSED;
    } catch (IOException e) {
      return Told.NOT_REACHED;
    }
  }
}
