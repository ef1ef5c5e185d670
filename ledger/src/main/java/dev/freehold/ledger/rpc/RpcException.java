// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.rpc;

import org.jspecify.annotations.Nullable;

/** A call to a chain brought no result. Whether it was done depends on which kind it is. */
public abstract sealed class RpcException extends Exception {
  private static final long serialVersionUID = 1L;

  private RpcException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** The chain answered that it does not do this. */
  public static final class Refused extends RpcException {
    private static final long serialVersionUID = 1L;

    private final byte[] data;

    /** With the chain's own words. */
    public Refused(String method, String reason) {
      this(method, reason, new byte[0]);
    }

    /** With what a contract said: its error, ABI-encoded. */
    public Refused(String method, String reason, byte[] data) {
      super(method + " was refused: " + reason, null);
      this.data = data.clone();
    }

    /** A contract's error, ABI-encoded; no bytes where it was not a contract that refused. */
    public byte[] data() {
      return data.clone();
    }
  }

  /** There is no answer, or none that can be read: what was asked for may have been done. */
  public static final class Unanswered extends RpcException {
    private static final long serialVersionUID = 1L;

    /** With what went wrong. */
    public Unanswered(String method, String reason, @Nullable Throwable cause) {
      super(method + " brought no answer: " + reason, cause);
    }
  }
}
