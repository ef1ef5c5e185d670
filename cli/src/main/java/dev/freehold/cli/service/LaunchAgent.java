// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.service;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The text of a launchd agent's property list. */
final class LaunchAgent {
  private LaunchAgent() {}

  /**
   * @param log where it writes what it prints
   */
  static String text(String label, ServiceDefinition service, Path log) {
    List<String> command = new ArrayList<>();
    command.add(service.launcher().toString());
    command.addAll(service.arguments());
    StringBuilder out = new StringBuilder();
    out.append(
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
        <plist version="1.0">
        <dict>
        """);
    out.append("  <key>Label</key>\n").append(string(label));
    out.append("  <key>ProgramArguments</key>\n  <array>\n");
    command.forEach(word -> out.append("  ").append(string(word)));
    out.append("  </array>\n  <key>EnvironmentVariables</key>\n  <dict>\n");
    service
        .environment()
        .forEach(
            (name, value) ->
                out.append("    <key>")
                    .append(escaped(name))
                    .append("</key>\n  ")
                    .append(string(value)));
    out.append("  </dict>\n");
    for (String key : List.of("StandardOutPath", "StandardErrorPath")) {
      out.append("  <key>").append(key).append("</key>\n").append(string(log.toString()));
    }
    out.append(
        """
          <key>RunAtLoad</key>
          <true/>
          <key>KeepAlive</key>
          <dict>
            <key>SuccessfulExit</key>
            <false/>
          </dict>
          <key>ThrottleInterval</key>
          <integer>10</integer>
          <key>ExitTimeOut</key>
          <integer>60</integer>
          <key>Umask</key>
          <integer>63</integer>
        </dict>
        </plist>
        """);
    return out.toString();
  }

  private static String string(String text) {
    return "  <string>" + escaped(text) + "</string>\n";
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
