// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence;

import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;

/** A file that holds a receipt, alone or in its transcript: told apart by {@code format}. */
public sealed interface EvidenceFile {

  /** The receipt in the file. */
  Receipt receipt();

  /**
   * A receipt alone.
   *
   * @param receipt the receipt
   */
  record ReceiptAlone(Receipt receipt) implements EvidenceFile {}

  /**
   * A receipt in its transcript.
   *
   * @param transcript the transcript
   */
  record WithTranscript(Transcript transcript) implements EvidenceFile {
    @Override
    public Receipt receipt() {
      return transcript.receipt();
    }
  }

  /** Reads the one encoding of either. */
  static Parsed<EvidenceFile> decode(byte[] bytes) {
    try {
      Json value = Members.parse(bytes, Transcript.LIMIT);
      String format = new Members("the file", value).string("format");
      return switch (format) {
        case Statement.FORMAT ->
            switch (Receipt.decode(bytes)) {
              case Parsed.Read<Receipt>(Receipt receipt) ->
                  new Parsed.Read<>(new ReceiptAlone(receipt));
              case Parsed.Malformed<Receipt>(String reason) -> new Parsed.Malformed<>(reason);
            };
        case Transcript.FORMAT ->
            new Parsed.Read<>(new WithTranscript(Transcript.read(value, bytes)));
        default ->
            new Parsed.Malformed<>(
                "the format \""
                    + format
                    + "\" is neither "
                    + Statement.FORMAT
                    + " nor "
                    + Transcript.FORMAT);
      };
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    }
  }
}
