// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.doctor;

import dev.freehold.cli.service.ServiceStatus;

/** How the service stands that keeps the node running. */
public final class ServiceFindings {
  private ServiceFindings() {}

  /** Looks at its status. */
  public static void look(ServiceStatus status, Findings findings) {
    String detail = status.file() + ": " + status.detail();
    switch (status.state()) {
      case RUNNING -> findings.ok("service", "runs (" + status.file() + ")");
      case ABSENT ->
          findings.note(
              "service",
              "none is installed: the node runs as long as its terminal",
              "'freehold service install' keeps it running");
      case STOPPED ->
          findings.wrong(
              "service",
              "it is installed and does not run; " + detail,
              "'freehold service install' starts it again, 'freehold service uninstall' takes it"
                  + " away");
      case FAILED ->
          findings.wrong(
              "service",
              "it failed too often and is not started again; " + detail,
              "see why ('journalctl --user -u "
                  + status.file().getFileName()
                  + "'), mend that, then 'freehold service install'");
      case UNKNOWN ->
          findings.note(
              "service",
              "it is installed, and its supervisor can't be asked; " + detail,
              "ask from a session of this user's own");
    }
  }
}
