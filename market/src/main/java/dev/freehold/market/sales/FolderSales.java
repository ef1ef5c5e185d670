// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.sales;

import dev.freehold.crypto.PrivateFile;
import dev.freehold.crypto.PrivateFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.YearMonth;
import java.util.List;
import java.util.stream.Stream;

/** One file a month in a folder, its owner's alone. Whoever appends holds the home's lock. */
public final class FolderSales implements SaleStorage {
  private static final String END = ".jsonl";

  private final Path folder;
  private final SecureRandom random;

  /** Nothing is read or made yet. */
  public FolderSales(Path folder, SecureRandom random) {
    this.folder = folder;
    this.random = random;
  }

  @Override
  public List<YearMonth> months() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> list = Files.list(folder)) {
      return list.map(file -> file.getFileName().toString())
          .filter(name -> name.matches("[0-9]{4}-(0[1-9]|1[0-2])\\.jsonl"))
          .map(name -> YearMonth.parse(name.substring(0, name.length() - END.length())))
          .sorted()
          .toList();
    }
  }

  @Override
  public InputStream read(YearMonth month) throws IOException {
    return Files.newInputStream(file(month));
  }

  @Override
  public void append(YearMonth month, byte[] line) throws IOException {
    Path file = file(month);
    if (!Files.exists(file)) {
      PrivateFolder.make(folder);
      PrivateFile.create(file, new byte[0], random);
    }
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long end = wholeLines(channel);
      channel.truncate(end).position(end);
      ByteBuffer rest = ByteBuffer.wrap(line);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }
  }

  /** Where the last line feed ends: what follows a crash left there. */
  private static long wholeLines(FileChannel channel) throws IOException {
    ByteBuffer one = ByteBuffer.allocate(1);
    for (long end = channel.size(); end > 0; end--) {
      one.clear();
      if (channel.read(one, end - 1) == 1 && one.get(0) == '\n') {
        return end;
      }
    }
    return 0;
  }

  private Path file(YearMonth month) {
    return folder.resolve(month + END);
  }

  @Override
  public String toString() {
    return folder.toString();
  }
}
