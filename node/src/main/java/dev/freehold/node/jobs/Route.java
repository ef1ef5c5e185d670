// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.jobs;

import dev.freehold.fleet.job.JobPeer;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.record.Digest;
import dev.freehold.record.Tier;
import java.util.List;

/** Where a model is. */
public sealed interface Route {
  /**
   * This machine serves it.
   *
   * @param model as it does
   * @param peers others that may be asked for the very same, the nearest first
   */
  record Here(ServedModel model, List<JobPeer> peers) implements Route {
    /** Copies the list. */
    public Here {
      peers = List.copyOf(peers);
    }
  }

  /**
   * Others serve it.
   *
   * @param digest of the file, the same on all
   * @param name what the nearest calls it
   * @param peers at least one, the nearest first
   */
  record Elsewhere(Digest digest, String name, List<JobPeer> peers) implements Route {
    /** Copies the list. */
    public Elsewhere {
      peers = List.copyOf(peers);
    }
  }

  /**
   * Only machines serve it that the request may not go to.
   *
   * @param nearest their tier
   */
  record Beyond(Tier nearest) implements Route {}

  /**
   * Machines call different models so.
   *
   * @param digests theirs
   */
  record Ambiguous(List<Digest> digests) implements Route {
    /** Copies the list. */
    public Ambiguous {
      digests = List.copyOf(digests);
    }
  }

  /**
   * Only machines have it that can't be asked now.
   *
   * @param why a sentence for each of them
   */
  record Away(List<String> why) implements Route {
    /** Copies the list. */
    public Away {
      why = List.copyOf(why);
    }
  }

  /** Nobody serves it. */
  record Nowhere() implements Route {}
}
