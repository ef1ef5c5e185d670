// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.engine.memory.PagePool.Page;
import dev.freehold.kernel.KeyValuePage;
import dev.freehold.record.Digest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class PrefixCacheTest {
  /** Remembers what was written, and which page was given back. */
  private static final class FakePage implements KeyValuePage {
    private boolean freed;

    @Override
    public long bytes() {
      return 1;
    }

    @Override
    public void copyFrom(KeyValuePage source, int slots) {}

    @Override
    public void free() {
      freed = true;
    }
  }

  private final List<FakePage> made = new ArrayList<>();
  private final PagePool pool =
      new PagePool(
          () -> {
            made.add(new FakePage());
            return made.getLast();
          },
          20);
  private final PrefixCache cache = new PrefixCache(pool, 8);

  @Test
  void findsNothingInAnEmptyCache() {
    var match = cache.find(tokens(100, 1), 100);
    assertThat(match.length()).isZero();
    assertThat(match.leaves()).isEmpty();
  }

  @Test
  void findsWholePagesAndTheStartOfTheNext() {
    int[] tokens = tokens(150, 1);
    List<Page> pages = run(tokens);
    int[] other = tokens.clone();
    other[140]++;
    var match = cache.find(other, 150);
    assertThat(match.length()).isEqualTo(140);
    assertThat(match.whole()).containsExactly(pages.get(0), pages.get(1));
    assertThat(match.partial()).contains(pages.get(2));
    assertThat(match.leaves())
        .containsExactlyElementsOf(IntStream.range(0, 140).mapToObj(i -> leaf(tokens, i)).toList());
    assertThat(cache.lengthOf(other, 150)).isEqualTo(140);
    assertThat(cache.lengthOf(other, 100)).isEqualTo(100);
  }

  @Test
  void neverFindsMoreThanAskedFor() {
    int[] tokens = tokens(128, 1);
    run(tokens);
    var match = cache.find(tokens, 127);
    assertThat(match.length()).isEqualTo(127);
    assertThat(match.whole()).hasSize(1);
    assertThat(match.slots()).isEqualTo(63);
  }

  @Test
  void keepsOnePageForEqualPrompts() {
    int[] tokens = tokens(64, 1);
    run(tokens);
    run(tokens);
    assertThat(cache.idlePages()).isEqualTo(1);
    assertThat(pool.held()).isEqualTo(1);
  }

  @Test
  void sequenceThatGoesOnMakesItsOwnPartialPageLonger() {
    int[] tokens = tokens(60, 1);
    List<Page> pages = take(1);
    cache.insert(tokens, 30, pages, i -> leaf(tokens, i));
    cache.insert(tokens, 60, pages, i -> leaf(tokens, i));
    pages.forEach(pool::release);
    assertThat(cache.lengthOf(tokens, 60)).isEqualTo(60);
    assertThat(cache.idlePages()).isEqualTo(1);
  }

  @Test
  void longerPageTakesThePlaceOfAShorterOneWithTheSameTokens() {
    int[] tokens = tokens(60, 1);
    List<Page> first = take(1);
    cache.insert(tokens, 30, first, i -> leaf(tokens, i));
    first.forEach(pool::release);
    List<Page> second = take(1);
    cache.insert(tokens, 60, second, i -> leaf(tokens, i));
    second.forEach(pool::release);
    assertThat(cache.idlePages()).isEqualTo(1);
    assertThat(cache.lengthOf(tokens, 60)).isEqualTo(60);
  }

  @Test
  void givesBackThePageUsedLongestAgoFirst() {
    int[] first = tokens(64, 1);
    run(first);
    for (int seed = 2; seed < 9; seed++) {
      run(tokens(64, seed));
    }
    cache.find(first, 64).whole().forEach(pool::release);
    run(tokens(64, 9));
    assertThat(cache.lengthOf(first, 64)).isEqualTo(64);
    assertThat(cache.lengthOf(tokens(64, 2), 64)).isLessThan(64);
    assertThat(pool.held()).isEqualTo(8);
  }

  @Test
  void neverGivesBackAPageThatIsInUse() {
    int[] tokens = tokens(64, 1);
    run(tokens);
    var match = cache.find(tokens, 64);
    assertThat(cache.evict()).isFalse();
    match.whole().forEach(pool::release);
    assertThat(cache.evict()).isTrue();
    assertThat(pool.held()).isZero();
  }

  @Test
  void keepsNothingWhereItMayNot() {
    PrefixCache none = new PrefixCache(pool, 0);
    int[] tokens = tokens(64, 1);
    List<Page> pages = take(1);
    none.insert(tokens, 64, pages, i -> leaf(tokens, i));
    pages.forEach(pool::release);
    assertThat(none.lengthOf(tokens, 64)).isZero();
    assertThat(pool.held()).isZero();
  }

  @Test
  void poolRefusesWhatIsBeyondItsLimitAndReusesWhatCameBack() {
    List<Page> pages = take(20);
    assertThat(pool.take()).isEmpty();
    pool.release(pages.getFirst());
    assertThat(pool.take()).contains(pages.getFirst());
    assertThat(made).hasSize(20);
    pages.forEach(pool::release);
    assertThatThrownBy(() -> pool.release(pages.getFirst()))
        .isInstanceOf(IllegalStateException.class);
    pool.close();
    assertThat(made).allMatch(page -> page.freed);
  }

  @Test
  void poolGoesOnWithWhatTheMachineHas() {
    PagePool small =
        new PagePool(
            () -> {
              if (made.size() == 2) {
                throw new OutOfMemoryError("the machine is small");
              }
              made.add(new FakePage());
              return made.getLast();
            },
            20);
    Page page = small.take().orElseThrow();
    assertThat(small.take()).isPresent();
    assertThat(small.take()).isEmpty();
    assertThat(small.limit()).isEqualTo(2);
    small.release(page);
    assertThat(small.take()).contains(page);
  }

  @Test
  void randomUseLeavesNoPageBehindAndFindsOnlyTrueLeaves() {
    Random random = new Random(7);
    for (int turn = 0; turn < 2000; turn++) {
      int[] tokens = new int[1 + random.nextInt(300)];
      for (int i = 0; i < tokens.length; i++) {
        tokens[i] = i % 64 == 10 ? random.nextInt(3) : i;
      }
      var match = cache.find(tokens, tokens.length - 1);
      for (int i = 0; i < match.length(); i++) {
        assertThat(match.leaves().get(i)).isEqualTo(leaf(tokens, i));
      }
      List<Page> pages = new ArrayList<>(match.whole());
      match.partial().ifPresent(pool::release);
      while (pages.size() * 64 < tokens.length) {
        var page = pool.take();
        if (page.isEmpty()) {
          assertThat(cache.evict()).isTrue();
        } else {
          pages.add(page.get());
        }
      }
      cache.insert(tokens, tokens.length, pages, i -> leaf(tokens, i));
      pages.forEach(pool::release);
      cache.trim();
      assertThat(pool.held()).isEqualTo(cache.idlePages()).isLessThanOrEqualTo(8);
    }
    cache.clear();
    assertThat(pool.held()).isZero();
  }

  private List<Page> run(int[] tokens) {
    List<Page> pages = take((tokens.length + 63) / 64);
    cache.insert(tokens, tokens.length, pages, i -> leaf(tokens, i));
    pages.forEach(pool::release);
    cache.trim();
    return pages;
  }

  private List<Page> take(int count) {
    return new ArrayList<>(
        IntStream.range(0, count).mapToObj(i -> pool.take().orElseThrow()).toList());
  }

  /** Stands for the hash of everything up to a position, as a real leaf does. */
  private static Digest leaf(int[] tokens, int position) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * (position + 1));
    for (int i = 0; i <= position; i++) {
      bytes.putInt(tokens[i]);
    }
    return Digest.sha256(bytes.array());
  }

  private static int[] tokens(int count, int seed) {
    return new Random(seed).ints(count, 0, 1000).toArray();
  }
}
