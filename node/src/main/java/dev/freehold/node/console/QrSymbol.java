// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.console;

import dev.freehold.record.Json;
import io.nayuki.qrcodegen.DataTooLongException;
import io.nayuki.qrcodegen.QrCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A text as a QR code (ISO/IEC 18004), to be drawn by the page: decision 0081. */
final class QrSymbol {
  private QrSymbol() {}

  /** Rows of {@code 0} and {@code 1} (dark), without margin; empty where the text is too long. */
  static Optional<Json.Arr> rows(String text) {
    QrCode code;
    try {
      code = QrCode.encodeText(text, QrCode.Ecc.LOW);
    } catch (DataTooLongException e) {
      return Optional.empty();
    }
    List<Json> rows = new ArrayList<>();
    for (int y = 0; y < code.size; y++) {
      StringBuilder row = new StringBuilder();
      for (int x = 0; x < code.size; x++) {
        row.append(code.getModule(x, y) ? '1' : '0');
      }
      rows.add(Json.of(row.toString()));
    }
    return Optional.of(Json.array(rows));
  }
}
