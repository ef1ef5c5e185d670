// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.telemetry;

import dev.freehold.node.files.OwnerFiles;
import dev.freehold.record.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/**
 * {@code FREEHOLD_HOME/node.log}: one JSON object in each line, with {@code time} and {@code
 * event}. What people write to models, and keys, are never in it. At {@value #LIMIT} bytes it
 * becomes {@code node.log.1}, and the one before that goes.
 *
 * <p>A log that can't be written does not stop the node.
 */
public final class EventLog implements AutoCloseable {
  /** The file's name in FREEHOLD_HOME. */
  public static final String FILE = "node.log";

  private static final long LIMIT = 8L << 20;

  private final Path file;
  private final InstantSource clock;
  private OutputStream out;
  private long length;

  /** Opens the log of a home, to append. */
  public EventLog(Path home, InstantSource clock) throws IOException {
    this.file = home.resolve(FILE);
    this.clock = clock;
    this.out = open();
    this.length = Files.size(file);
  }

  private OutputStream open() throws IOException {
    OwnerFiles.file(file);
    return Files.newOutputStream(file, StandardOpenOption.APPEND);
  }

  /** Writes one line. */
  public synchronized void event(String name, Json.Obj fields) {
    Json.Builder line =
        Json.object()
            .put("time", clock.instant().truncatedTo(ChronoUnit.MILLIS).toString())
            .put("event", name);
    fields.members().forEach(line::put);
    byte[] bytes = (line.build().write() + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      if (length > LIMIT) {
        out.close();
        Files.move(
            file,
            file.resolveSibling("node.log.1"),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
        out = open();
        length = 0;
      }
      out.write(bytes);
      length += bytes.length;
    } catch (IOException e) {
      // Losing a line of the log is better than losing an answer.
    }
  }

  @Override
  public synchronized void close() throws IOException {
    out.close();
  }
}
