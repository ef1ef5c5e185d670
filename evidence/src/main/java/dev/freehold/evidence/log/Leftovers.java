// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What nobody needs any more after a publication. */
final class Leftovers {
  private Leftovers() {}

  /**
   * Deletes journals, named by their first entries, and folders of partial tiles; if it can't, they
   * lie there and do no harm.
   */
  static void delete(LogStorage storage, List<Long> journals, List<String> partials) {
    try {
      List<String> names = new ArrayList<>();
      journals.forEach(first -> names.add(Journal.name(first)));
      for (String folder : partials) {
        storage.list(folder).forEach(name -> names.add(folder + "/" + name));
      }
      if (!names.isEmpty()) {
        storage.delete(names);
      }
    } catch (IOException e) {
      // As the comment above says: the next opening reads past it.
    }
  }
}
