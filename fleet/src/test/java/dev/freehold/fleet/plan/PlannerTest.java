// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.gguf.TensorInfo;
import dev.freehold.engine.model.LayerRange;
import dev.freehold.engine.model.MemoryNeed;
import dev.freehold.engine.synthetic.SyntheticModel;
import dev.freehold.fleet.plan.Plan.DoesNotFit;
import dev.freehold.fleet.plan.Plan.Fits;
import dev.freehold.fleet.plan.Plan.Place;
import dev.freehold.kernel.TensorType;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class PlannerTest {
  private static final long MB = 1_000_000;

  /** Twenty layers of 100 MB; a position takes a kilobyte in each; 50 MB besides. */
  private static final ModelShape MODEL =
      new ModelShape(
          Collections.nCopies(20, new ModelShape.Layer(100 * MB, 100 * MB)),
          0,
          1000,
          50 * MB,
          8192);

  private static PlannedMachine machine(String name, long free, double gigabytes, long millis) {
    return new PlannedMachine(name, free, gigabytes * 1e9, Duration.ofMillis(millis), 100e6);
  }

  private static Fits fits(PlannedMachine... machines) {
    Plan plan = Planner.plan(MODEL, List.of(machines), 1000);
    assertThat(plan).isInstanceOf(Fits.class);
    return (Fits) plan;
  }

  @Test
  void usesOneMachineWhereThatIsFastest() {
    Fits plan =
        fits(PlannedMachine.here("here", 3000 * MB, 20e9), machine("there", 3000 * MB, 20, 1));
    assertThat(plan.places()).extracting(Place::machine).extracting("name").containsExactly("here");
    assertThat(plan.tokensPerSecond()).isCloseTo(10, within(1e-6));
    assertThat(plan.places().getFirst().needBytes()).isEqualTo(2070 * MB);
  }

  @Test
  void asksAFarMachineOnlyIfItsSpeedPaysForItsDistance() {
    PlannedMachine slow = PlannedMachine.here("slow", 3000 * MB, 5e9);
    assertThat(fits(slow, machine("fast", 3000 * MB, 50, 20)).places())
        .extracting(Place::machine)
        .extracting("name")
        .containsExactly("fast");
    assertThat(fits(slow, machine("far", 3000 * MB, 50, 1000)).places())
        .extracting(Place::machine)
        .extracting("name")
        .containsExactly("slow");
  }

  @Test
  void cutsTheLayersByMemoryWhereNoMachineHoldsThemAll() {
    Fits plan =
        fits(
            PlannedMachine.here("here", 1000 * MB, 10e9),
            machine("a", 900 * MB, 20, 2),
            machine("b", 700 * MB, 20, 2),
            machine("c", 700 * MB, 20, 2));
    int next = 0;
    double seconds = 0;
    for (Place place : plan.places()) {
      assertThat(place.first()).isEqualTo(next);
      assertThat(place.needBytes()).isLessThanOrEqualTo(place.machine().freeBytes());
      seconds += place.compute().toNanos() * 1e-9 + place.travel().toNanos() * 1e-9;
      next = place.end();
    }
    assertThat(next).isEqualTo(20);
    assertThat(plan.tokensPerSecond()).isCloseTo(1 / seconds, within(1e-3));
    assertThat(plan.tokensPerSecondTogether()).isGreaterThan(plan.tokensPerSecond());
    // Three machines hold 9 + 8 + 6 layers: the fourth would only add its distance.
    assertThat(plan.places()).hasSize(3);
  }

  private static List<String> spread(PlannedMachine... machines) {
    Fits plan = Planner.spread(MODEL, List.of(machines), 1000, machines.length).orElseThrow();
    assertThat(plan.places().getFirst().first()).isZero();
    assertThat(plan.places().getLast().end()).isEqualTo(20);
    return plan.places().stream().map(place -> place.machine().name()).toList();
  }

  @Test
  void theCoordinatorsOwnMachineHasTheFirstLayersOfAModelThatIsSpread() {
    assertThat(
            spread(
                PlannedMachine.here("here", 1000 * MB, 10e9),
                machine("a", 3000 * MB, 10, 2),
                machine("b", 2000 * MB, 10.2, 2)))
        .containsExactly("here", "a", "b");
    assertThat(spread(machine("a", 3000 * MB, 10, 2), PlannedMachine.here("here", 900 * MB, 10e9)))
        .containsExactly("here", "a");
    assertThat(spread(machine("a", 2000 * MB, 10, 2), machine("b", 3000 * MB, 10, 2)))
        .containsExactly("b", "a");
  }

  /** The last layer is read with the output matrix: the fastest machine should have it. */
  @Test
  void anotherOrderIsTakenWhereItIsClearlyBetterOrTheOnlyOne() {
    ModelShape lopsided =
        new ModelShape(
            List.of(
                new ModelShape.Layer(100 * MB, 100 * MB), new ModelShape.Layer(100 * MB, 900 * MB)),
            0,
            1000,
            50 * MB,
            8192);
    PlannedMachine other = machine("other", 5000 * MB, 10, 2);
    for (double speed : new double[] {10, 10.4, 11, 90}) {
      PlannedMachine here = PlannedMachine.here("here", 4000 * MB, speed * 1e9);
      Fits plan = Planner.spread(lopsided, List.of(here, other), 1000, 2).orElseThrow();
      assertThat(plan.places().getFirst().machine().name())
          .as("a speed of %s", speed)
          .isEqualTo(speed > 10.5 ? "other" : "here");
    }
    ModelShape large =
        new ModelShape(
            List.of(
                new ModelShape.Layer(900 * MB, 100 * MB), new ModelShape.Layer(100 * MB, 100 * MB)),
            0,
            1000,
            50 * MB,
            8192);
    PlannedMachine small = PlannedMachine.here("here", 200 * MB, 10e9);
    Fits plan = Planner.spread(large, List.of(small, other), 1000, 2).orElseThrow();
    assertThat(plan.places())
        .extracting(place -> place.machine().name())
        .containsExactly("other", "here");
    assertThat(Planner.spread(large, List.of(small, machine("tiny", 150 * MB, 10, 2)), 1000, 2))
        .isEmpty();
  }

  @Test
  void saysWhatWouldFitWhereItDoesNot() {
    Plan plan = Planner.plan(MODEL, List.of(machine("small", 2100 * MB, 10, 0)), 10_000);
    assertThat(plan).isEqualTo(new DoesNotFit(2250 * MB, 2100 * MB, 2500));
    assertThat(Planner.plan(MODEL, List.of(machine("small", 2100 * MB, 10, 0)), 2500))
        .isInstanceOf(Fits.class);
    assertThat(Planner.plan(MODEL, List.of(machine("tiny", 100 * MB, 10, 0)), 10))
        .isEqualTo(new DoesNotFit(2050 * MB + 200_000, 100 * MB, 0));
    assertThat(Planner.plan(MODEL, List.of(), 10)).isInstanceOf(DoesNotFit.class);
    assertThatThrownBy(() -> Planner.plan(MODEL, List.of(), 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void isQuickWithManyMachinesAndLayers() {
    ModelShape large =
        new ModelShape(
            Collections.nCopies(80, new ModelShape.Layer(500 * MB, 500 * MB)),
            0,
            4000,
            200 * MB,
            32_768);
    List<PlannedMachine> many =
        IntStream.range(0, 14)
            .mapToObj(i -> machine("m" + i, (6000 + 300 * i) * MB, 10 + i, 1 + i % 3))
            .toList();
    assertThat(Planner.plan(large, many, 8192)).isInstanceOf(Fits.class);
  }

  @Test
  void knowsTheShapeOfAFile() {
    SyntheticModel.Shape shape = new SyntheticModel.Shape(4, 64, 2, 1, 32, 96, 512, 128);
    for (boolean tied : new boolean[] {true, false}) {
      SyntheticModel model =
          new SyntheticModel("qwen3", shape, List.of(TensorType.Q8_0), tied, false, 1, Map.of());
      try (Gguf file = Gguf.of("m", MemorySegment.ofArray(model.writer().toBytes()))) {
        ModelShape found = ModelShape.of(file);
        long read = found.layers().stream().mapToLong(ModelShape.Layer::readBytes).sum();
        long all = file.tensors().stream().mapToLong(TensorInfo::bytes).sum();
        long embedding = file.tensor("token_embd.weight").orElseThrow().bytes();
        // A token reads one row of the embedding, but all of it where it is the output matrix too.
        assertThat(read).isEqualTo(tied ? all : all - embedding);
        MemoryNeed whole = MemoryNeed.of(file);
        Plan one = Planner.plan(found, List.of(PlannedMachine.here("m", Long.MAX_VALUE, 1e9)), 128);
        assertThat(((Fits) one).places().getFirst().needBytes()).isEqualTo(whole.total(128));
        assertThat(found.layers().getFirst().needBytes())
            .isEqualTo(MemoryNeed.of(file, new LayerRange(0, 1, 4)).weights());
      }
    }
  }
}
