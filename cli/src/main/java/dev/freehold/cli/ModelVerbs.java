// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code freehold model}: the verbs on models. */
@Command(
    name = "model",
    description = "The models of this machine.",
    subcommands = {
      ModelList.class,
      ModelPull.class,
      ModelShow.class,
      ModelImport.class,
      ModelRemove.class,
      ModelSign.class,
      ModelVerify.class,
      ModelProvenance.class
    })
final class ModelVerbs {
  @Mixin
  @SuppressWarnings("unused")
  private Verb.Help help = new Verb.Help();
}
