// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.crypto.PrivateFile;
import dev.freehold.crypto.PrivateFolder;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** One file a model in a folder, its owner's alone. Whoever writes holds the home's lock. */
public final class SaleFolder implements Sales {
  private static final String END = ".json";

  private final Path folder;
  private final SecureRandom random;

  /** Nothing is read or made yet. */
  public SaleFolder(Path folder, SecureRandom random) {
    this.folder = folder;
    this.random = random;
  }

  @Override
  public List<Sale> all() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    List<Path> files;
    try (Stream<Path> list = Files.list(folder)) {
      files = list.filter(file -> file.toString().endsWith(END)).sorted().toList();
    }
    List<Sale> sales = new ArrayList<>();
    for (Path file : files) {
      byte[] bytes;
      try (InputStream in = Files.newInputStream(file)) {
        bytes = in.readNBytes(Sale.LIMIT + 1);
      }
      Sale sale =
          switch (Sale.decode(bytes)) {
            case Parsed.Read<Sale>(Sale read) -> read;
            case Parsed.Malformed<Sale>(String reason) ->
                throw new IOException(
                    file + ": " + reason + ". Nothing is offered; mend it, or remove it");
          };
      if (!file.equals(file(sale.model().digest()))) {
        throw new IOException(file + " holds another model's: give it its name back");
      }
      sales.add(sale);
    }
    return sales;
  }

  @Override
  public void write(Sale sale) throws IOException {
    PrivateFolder.make(folder);
    PrivateFile.replace(file(sale.model().digest()), sale.encode(), random);
  }

  @Override
  public void remove(Digest model) throws IOException {
    PrivateFile.erase(file(model));
  }

  private Path file(Digest model) {
    return folder.resolve(model.hex() + END);
  }
}
