// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullMarked
class CborTest {
  /** RFC 8949, appendix A: all of its examples that are of this kind. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | 00",
        "1 | 01",
        "10 | 0a",
        "23 | 17",
        "24 | 1818",
        "25 | 1819",
        "100 | 1864",
        "1000 | 1903e8",
        "1000000 | 1a000f4240",
        "1000000000000 | 1b000000e8d4a51000",
        "-1 | 20",
        "-10 | 29",
        "-100 | 3863",
        "-1000 | 3903e7",
        "false | f4",
        "true | f5",
        "null | f6",
        "0(\"2013-03-21T20:04:00Z\") | c074323031332d30332d32315432303a30343a30305a",
        "1(1363896240) | c11a514b67b0",
        "23(h'01020304') | d74401020304",
        "24(h'6449455446') | d818456449455446",
        "h'' | 40",
        "h'01020304' | 4401020304",
        "\"\" | 60",
        "\"a\" | 6161",
        "\"IETF\" | 6449455446",
        "\"\\\"\\\\\" | 62225c",
        "\"\u00fc\" | 62c3bc",
        "\"\u6c34\" | 63e6b0b4",
        "\"\ud800\udd51\" | 64f0908591",
        "[] | 80",
        "[1, 2, 3] | 83010203",
        "[1, [2, 3], [4, 5]] | 8301820203820405",
        "{} | a0",
        "{1: 2, 3: 4} | a201020304",
        "{\"a\": 1, \"b\": [2, 3]} | a26161016162820203",
        "[\"a\", {\"b\": \"c\"}] | 826161a161626163",
      })
  void readsAndWritesTheExamplesOfTheStandard(String diagnostic, String hex) {
    Cbor value = Cbor.parse(hex(hex));
    assertThat(value).hasToString(diagnostic);
    assertThat(HexFormat.of().formatHex(value.encode())).isEqualTo(hex);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1817 | shortest form",
        "190018 | shortest form",
        "1900ff | shortest form",
        "1a0000ffff | shortest form",
        "1b00000000ffffffff | shortest form",
        "3817 | shortest form",
        "580161 | shortest form",
        "780161 | shortest form",
        "980101 | shortest form",
        "b8010101 | shortest form",
        "d81701 | shortest form",
        "5f42010243030405ff | indefinite",
        "7f657374726561646d696e67ff | indefinite",
        "9fff | indefinite",
        "bf61610161629f0203ffff | indefinite",
        "ff | break",
        "1f | indefinite",
        "1c | means nothing",
        "3d | means nothing",
        "5e | means nothing",
        "f90000 | floating point",
        "fa47c35000 | floating point",
        "fb3ff199999999999a | floating point",
        "f97e00 | floating point",
        "f7 | simple value",
        "f0 | simple value",
        "f8ff | simple value",
        "e0 | simple value",
        "c249010000000000000000 | bignum",
        "c349010000000000000000 | bignum",
        "1bffffffffffffffff | beyond 64 bits",
        "3bffffffffffffffff | beyond 64 bits",
        "5bffffffffffffffff | beyond 64 bits",
        "a201020103 | stands twice",
        "a2616101616102 | stands twice",
        "a220010a02 | out of order",
        "a2617a016161020a | out of order",
        "a2616102616101 | stands twice",
        "62c328 | not UTF-8",
        "63eda080 | not UTF-8",
        "62c080 | not UTF-8",
        "4401 | longer than",
        "5b7fffffffffffffff | longer than",
        "9b7fffffffffffffff | more items",
        "bb4000000000000000 | more items",
        "8201 | more items",
        "a101 | more items",
        "83820101 | an item is due",
        "82820101 | an item is due",
        "19 | inside an argument",
        "1a000f | inside an argument",
        "'' | an item is due",
        "d8 | inside an argument",
        "c1 | an item is due",
        "0000 | follows",
        "8000 | follows",
      })
  void refusesEverythingElseForItsReason(String hex, String reason) {
    assertThatThrownBy(() -> Cbor.parse(hex(hex)))
        .isInstanceOf(CborException.class)
        .hasMessageContaining(reason);
    if (!reason.equals("out of order")) {
      assertThatThrownBy(() -> Cbor.parseUnsorted(hex(hex)))
          .isInstanceOf(CborException.class)
          .hasMessageContaining(reason);
    }
  }

  @Test
  void refusesNestingThatWouldExhaustTheStack() {
    String deepest = "81".repeat(CborParser.MAX_DEPTH) + "00";
    assertThat(Cbor.parse(hex(deepest)).encode()).isEqualTo(hex(deepest));
    for (String opening : new String[] {"81", "c1", "a100"}) {
      assertThatThrownBy(() -> Cbor.parse(hex(opening.repeat(100_000) + "00")))
          .isInstanceOf(CborException.class)
          .hasMessageContaining("nested deeper");
    }
  }

  @Test
  void sortsKeysByTheirEncodedBytes() {
    // RFC 8949, section 4.2.1, its own example.
    Cbor.Map map = Cbor.map();
    for (Cbor key :
        new Cbor[] {
          Cbor.of(false),
          Cbor.array(Cbor.of(-1)),
          Cbor.of("aa"),
          Cbor.array(Cbor.of(100)),
          Cbor.of("z"),
          Cbor.of(100),
          Cbor.of(-1),
          Cbor.of(10)
        }) {
      map = map.with(key, Cbor.Null.VALUE);
    }
    assertThat(map)
        .hasToString(
            "{10: null, 100: null, -1: null, \"z\": null, \"aa\": null, [100]: null, [-1]: null,"
                + " false: null}");
    assertThat(Cbor.parse(map.encode())).isEqualTo(map);
  }

  @Test
  void keepsAnotherSendersOrderWhereAskedTo() {
    byte[] unsorted = hex("a30302010f2004");
    assertThat(Cbor.parseUnsorted(unsorted).encode()).isEqualTo(unsorted);
    assertThatThrownBy(() -> Cbor.parse(unsorted)).hasMessageContaining("out of order");
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex);
  }
}
