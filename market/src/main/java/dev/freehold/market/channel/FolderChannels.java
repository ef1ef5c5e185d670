// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.channel;

import dev.freehold.crypto.PrivateFile;
import dev.freehold.crypto.PrivateFolder;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * One file a channel in a folder, named by the channel's id. Whoever writes holds the home's lock.
 *
 * @param <T> what is kept of each
 */
public final class FolderChannels<T extends ChannelEnd> implements ChannelStorage<T> {
  private static final String END = ".json";
  private static final int LIMIT = 16 << 10;

  private final Path folder;
  private final Function<byte[], Parsed<T>> decoder;
  private final SecureRandom random;

  private FolderChannels(Path folder, Function<byte[], Parsed<T>> decoder, SecureRandom random) {
    this.folder = folder;
    this.decoder = decoder;
    this.random = random;
  }

  /** The buyer's ends in a folder. */
  public static FolderChannels<PayerChannel> ofPayer(Path folder, SecureRandom random) {
    return new FolderChannels<>(folder, PayerChannel::decode, random);
  }

  /** The seller's ends in a folder. */
  public static FolderChannels<PayeeChannel> ofPayee(Path folder, SecureRandom random) {
    return new FolderChannels<>(folder, PayeeChannel::decode, random);
  }

  @Override
  public List<T> all() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    List<Path> files;
    try (Stream<Path> list = Files.list(folder)) {
      files = list.filter(file -> file.toString().endsWith(END)).sorted().toList();
    }
    List<T> ends = new ArrayList<>();
    for (Path file : files) {
      byte[] bytes;
      try (InputStream in = Files.newInputStream(file)) {
        bytes = in.readNBytes(LIMIT + 1);
      }
      switch (decoder.apply(bytes)) {
        case Parsed.Read<T>(T end) -> {
          if (!file.getFileName().toString().equals(name(end))) {
            throw new IOException(file + " holds another channel: give it its name back");
          }
          ends.add(end);
        }
        case Parsed.Malformed<T>(String reason) ->
            throw new IOException(
                file + ": " + reason + ". Nothing is signed or served while this is unclear");
      }
    }
    return ends;
  }

  @Override
  public void write(T end) throws IOException {
    PrivateFolder.make(folder);
    PrivateFile.replace(folder.resolve(name(end)), end.encode(), random);
  }

  private static String name(ChannelEnd end) {
    return end.channel().id() + END;
  }
}
