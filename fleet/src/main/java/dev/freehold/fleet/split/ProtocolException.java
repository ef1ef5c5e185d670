// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

import java.io.IOException;
import java.io.Serial;

/**
 * The other end sent what docs/formats/stage.md does not allow. The connection is of no more use.
 */
final class ProtocolException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  ProtocolException(String message) {
    super(message);
  }
}
