// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.control;

/** Why a token is refused, in the order of the checks (docs/formats/token.md). */
public enum TokenFault {
  SYNTAX("syntax"),
  DUPLICATE_KEY("duplicate-key"),
  SCHEMA("schema"),
  HEX_CASE("hex-case"),
  FLOAT_IN_CLAIMS("float-in-claims"),
  NUMBER_RANGE("number-range"),
  TREE_SIZE("tree-size"),
  MODIFY_UNBOUND("modify-unbound"),
  MEASUREMENT_WIDTH("measurement-width"),
  UNSIGNED("unsigned"),
  SIGNATURE("signature");

  private final String code;

  TokenFault(String code) {
    this.code = code;
  }

  /** The word that the standard's vectors call {@code expect_code}. */
  public String code() {
    return code;
  }
}
