// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.catalogue;

/** Told how a pull goes; called often, from the pulling thread. */
public interface Progress {
  /** A source is being tried. */
  void trying(String source);

  /** {@code done} of {@code total} bytes are here ({@code total} is -1 where it is not known). */
  void bytes(long done, long total);

  /** A source did not serve; the next one is tried. */
  void failed(String source, String why);

  /** All bytes are here and their digest is being checked. */
  void checking();

  /** A progress that nobody watches. */
  Progress SILENT =
      new Progress() {
        @Override
        public void trying(String source) {}

        @Override
        public void bytes(long done, long total) {}

        @Override
        public void failed(String source, String why) {}

        @Override
        public void checking() {}
      };
}
