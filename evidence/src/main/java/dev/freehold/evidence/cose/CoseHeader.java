// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.cose;

import dev.freehold.record.Cbor;
import dev.freehold.record.CborException;
import java.util.List;
import java.util.Set;

/** The labels of headers (docs/formats/cose.md) and what their values have to be. */
final class CoseHeader {
  static final long ALG = 1;
  static final long CRIT = 2;
  static final long CONTENT_TYPE = 3;
  static final long KID = 4;
  static final long CWT_CLAIMS = 15;
  static final long RECEIPTS = 394;
  static final long VDS = 395;
  static final long PROOFS = 396;

  /** In the CWT claims: who. */
  static final long ISSUER = 1;

  /** In the CWT claims: of what. */
  static final long SUBJECT = 2;

  private CoseHeader() {}

  /** Checks both headers as far as they are known. */
  static void check(Cbor.Map protectedHeader, Cbor.Map unprotectedHeader) {
    for (Cbor label : unprotectedHeader.pairs().keySet()) {
      if (protectedHeader.pairs().containsKey(label)) {
        throw new CborException("the header " + label + " is both protected and unprotected");
      }
    }
    if (unprotectedHeader.get(CRIT).isPresent()) {
      throw new CborException("crit stands in the unprotected header");
    }
    checkTypes(protectedHeader);
    checkTypes(unprotectedHeader);
  }

  private static void checkTypes(Cbor.Map header) {
    header
        .pairs()
        .forEach(
            (label, value) -> {
              if (label instanceof Cbor.Int(long number)) {
                checkType(number, value);
              } else if (!(label instanceof Cbor.Text)) {
                throw new CborException("the header label " + label + " is no number and no text");
              }
            });
  }

  private static void checkType(long label, Cbor value) {
    boolean sound = true;
    if (label == ALG) {
      sound = value instanceof Cbor.Int || value instanceof Cbor.Text;
    } else if (label == CRIT) {
      sound =
          value instanceof Cbor.Arr(List<Cbor> labels)
              && !labels.isEmpty()
              && labels.stream().allMatch(l -> l instanceof Cbor.Int || l instanceof Cbor.Text);
    } else if (label == CONTENT_TYPE) {
      sound = value instanceof Cbor.Text || (value instanceof Cbor.Int(long n) && n >= 0);
    } else if (label == KID) {
      sound = value instanceof Cbor.Bytes;
    }
    if (!sound) {
      throw new CborException("the header " + label + " has the wrong type: " + value);
    }
  }

  /** Refuses what the sender calls critical and this reader does not know. */
  static void checkCritical(Cbor.Map protectedHeader, Set<Long> understood) {
    if (protectedHeader.get(CRIT).orElse(null) instanceof Cbor.Arr(List<Cbor> labels)) {
      for (Cbor label : labels) {
        if (!protectedHeader.pairs().containsKey(label)) {
          throw new CborException("crit names the header " + label + ", which is absent");
        }
        if (!(label instanceof Cbor.Int(long number)) || !understood.contains(number)) {
          throw new CborException("crit names the header " + label + ", which is not understood");
        }
      }
    }
  }
}
