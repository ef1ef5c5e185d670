// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.service;

import java.io.IOException;

/** What keeps programs running on an operating system. */
public sealed interface Supervisor permits Systemd, Launchd {
  /** The file that {@link #install} would write. */
  String text(ServiceDefinition service);

  /**
   * Writes the service down and starts it, now and whenever the user's session begins; in place of
   * an earlier one. Whatever fails on the way, doing it again mends it.
   *
   * @throws ServiceException if the supervisor refuses; nothing is written where it doesn't answer
   */
  void install(ServiceDefinition service)
      throws IOException, InterruptedException, ServiceException;

  /** How it stands. */
  ServiceStatus status() throws IOException, InterruptedException;

  /**
   * Stops it and takes away all that {@link #install} wrote. Whatever fails on the way, doing it
   * again mends it.
   *
   * @throws ServiceException if the supervisor can't be told; the files are gone even so
   */
  void uninstall() throws IOException, InterruptedException, ServiceException;
}
