// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.record;

import static org.assertj.core.api.Assertions.assertThat;

import com.upokecenter.cbor.CBOREncodeOptions;
import com.upokecenter.cbor.CBORException;
import com.upokecenter.cbor.CBORObject;
import java.util.HexFormat;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/**
 * Total and strict: any bytes give a value or a {@link CborException}; what is accepted is written
 * as the same bytes, and another library reads it as the same value.
 */
@NullMarked
class CborFuzzTest {
  private static final CBOREncodeOptions STRICT =
      new CBOREncodeOptions("allowduplicatekeys=false;ctap2canonical=false");
  private static final String[] SEEDS = {
    "a7016161022003f504f6058301820203820405186440386340",
    "d28443a10126a10442313154546869732069732074686520636f6e74656e742e4401020304",
    "83c11a514b67b0d818456449455446a26161016162820203",
    "a4001bffffffff011903e8021a000f4240033b7fffffffffffffff",
    "8664f09085916063e6b0b462c3bc4018ff"
  };

  @Test
  void neverFailsOtherwiseOnMutatedBytes() {
    long seed = 20261125;
    Random random = new Random(seed);
    int accepted = 0;
    for (int i = 0; i < 200_000; i++) {
      byte[] bytes = mutate(HexFormat.of().parseHex(SEEDS[i % SEEDS.length]), random);
      try {
        Cbor value = Cbor.parseUnsorted(bytes);
        assertThat(value.encode()).as("seed %d, round %d", seed, i).isEqualTo(bytes);
        accepted++;
        agree(value, CBORObject.DecodeFromBytes(bytes, STRICT));
      } catch (CborException e) {
        assertThat(e.getMessage()).isNotBlank();
      } catch (CBORException e) {
        // The other library checks what some tags hold; this one leaves that to their readers.
        assertThat(HexFormat.of().formatHex(bytes)).containsPattern("[cd]");
      }
    }
    assertThat(accepted).isGreaterThan(5000);
  }

  @Test
  void anotherLibraryWritesRandomValuesAsTheSameBytes() {
    long seed = 8949;
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      Cbor value = random(random, 0);
      byte[] bytes = value.encode();
      CBORObject other = CBORObject.DecodeFromBytes(bytes, STRICT);
      agree(value, other);
      assertThat(other.EncodeToBytes(new CBOREncodeOptions("keepkeyorder=true")))
          .as("seed %d, round %d", seed, i)
          .isEqualTo(bytes);
      assertThat(Cbor.parse(bytes)).isEqualTo(value);
    }
  }

  private static void agree(Cbor ours, CBORObject theirs) {
    switch (ours) {
      case Cbor.Int(long value) -> assertThat(theirs.AsInt64Value()).isEqualTo(value);
      case Cbor.Bytes bytes -> assertThat(theirs.GetByteString()).isEqualTo(bytes.value());
      case Cbor.Text(String value) -> assertThat(theirs.AsString()).isEqualTo(value);
      case Cbor.Arr(var items) -> {
        assertThat(theirs.size()).isEqualTo(items.size());
        for (int i = 0; i < items.size(); i++) {
          agree(items.get(i), theirs.get(i));
        }
      }
      case Cbor.Map map -> {
        assertThat(theirs.size()).isEqualTo(map.pairs().size());
        map.pairs()
            .forEach(
                (key, value) -> agree(value, theirs.get(CBORObject.DecodeFromBytes(key.encode()))));
      }
      case Cbor.Tag(long tag, Cbor value) -> {
        assertThat(theirs.HasMostOuterTag(com.upokecenter.numbers.EInteger.FromInt64(tag)))
            .isTrue();
        agree(value, theirs.UntagOne());
      }
      case Cbor.Bool(boolean value) -> assertThat(theirs.AsBoolean()).isEqualTo(value);
      case Cbor.Null _ -> assertThat(theirs.isNull()).isTrue();
    }
  }

  private static Cbor random(Random random, int depth) {
    return switch (random.nextInt(depth > 4 ? 5 : 8)) {
      case 0 -> Cbor.of(random.nextLong() >> random.nextInt(64));
      case 1 -> {
        byte[] bytes = new byte[random.nextInt(300)];
        random.nextBytes(bytes);
        yield Cbor.of(bytes);
      }
      case 2 -> Cbor.of("\u6c34".repeat(random.nextInt(20)) + random.nextInt());
      case 3 -> Cbor.of(random.nextBoolean());
      case 4 -> Cbor.Null.VALUE;
      case 5 -> {
        Cbor[] items = new Cbor[random.nextInt(30)];
        for (int i = 0; i < items.length; i++) {
          items[i] = random(random, depth + 3);
        }
        yield Cbor.array(items);
      }
      case 6 -> {
        Cbor.Map map = Cbor.map();
        for (int i = random.nextInt(5); i > 0; i--) {
          map = map.with(random(random, depth + 2), random(random, depth + 2));
        }
        yield map;
      }
      default -> new Cbor.Tag(60_000 + random.nextInt(10_000), random(random, depth + 1));
    };
  }

  private static byte[] mutate(byte[] bytes, Random random) {
    byte[] changed = bytes.clone();
    for (int times = 1 + random.nextInt(3); times > 0; times--) {
      int at = random.nextInt(changed.length);
      int from = random.nextInt(changed.length);
      changed =
          switch (random.nextInt(4)) {
            case 0 -> {
              changed[at] = (byte) random.nextInt(256);
              yield changed;
            }
            case 1 -> {
              changed[at] ^= (byte) (1 << random.nextInt(8));
              yield changed;
            }
            case 2 -> join(changed, at, from, Math.min(changed.length, from + 5));
            default -> java.util.Arrays.copyOf(changed, Math.max(1, at));
          };
    }
    return changed;
  }

  private static byte[] join(byte[] bytes, int at, int from, int to) {
    byte[] joined = new byte[bytes.length + to - from];
    System.arraycopy(bytes, 0, joined, 0, at);
    System.arraycopy(bytes, from, joined, at, to - from);
    System.arraycopy(bytes, at, joined, at + to - from, bytes.length - at);
    return joined;
  }
}
