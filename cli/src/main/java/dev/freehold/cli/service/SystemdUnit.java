// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.service;

import java.util.ArrayList;
import java.util.List;

/** The text of a systemd user unit. */
final class SystemdUnit {
  private SystemdUnit() {}

  static String text(ServiceDefinition service) {
    List<String> words = new ArrayList<>();
    // A dollar sign is a variable's in arguments, and only there.
    service.arguments().forEach(argument -> words.add(quoted(argument).replace("$", "$$")));
    words.addFirst(quoted(service.launcher().toString()));
    StringBuilder out = new StringBuilder();
    out.append(
        """
        # Written by 'freehold service install'; 'freehold service uninstall' takes it away.
        [Unit]
        Description=Freehold node
        StartLimitIntervalSec=600
        StartLimitBurst=5

        [Service]
        Type=exec
        """);
    out.append("ExecStart=").append(String.join(" ", words)).append('\n');
    service
        .environment()
        .forEach(
            (name, value) ->
                out.append("Environment=").append(quoted(name + "=" + value)).append('\n'));
    // Java ends with 143 where SIGTERM ended it. 64 is a wrong option: no restart mends that.
    out.append(
        """
        Restart=on-failure
        RestartSec=10
        RestartPreventExitStatus=64
        SuccessExitStatus=143
        KillMode=mixed
        TimeoutStopSec=60
        UMask=0077
        NoNewPrivileges=yes

        [Install]
        WantedBy=default.target
        """);
    return out.toString();
  }

  /** One word, whatever it holds: systemd.syntax(7), and specifiers of systemd.unit(5). */
  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("%", "%%") + '"';
  }
}
