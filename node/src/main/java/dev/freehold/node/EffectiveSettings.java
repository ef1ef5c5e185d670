// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import dev.freehold.node.console.Setting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The configuration in force, and where each value came from. */
final class EffectiveSettings {
  private EffectiveSettings() {}

  /**
   * Compares what a node was started with.
   *
   * @param file what the defaults and the home's file come to
   */
  static List<Setting> of(NodeConfiguration inForce, NodeConfiguration file) {
    Map<String, String> defaults =
        values(NodeConfiguration.defaults(inForce.home(), inForce.cache()));
    Map<String, String> written = values(file);
    List<Setting> settings = new ArrayList<>();
    values(inForce)
        .forEach(
            (name, value) -> {
              String from = "command line";
              if (value.equals(defaults.get(name))) {
                from = "default";
              } else if (value.equals(written.get(name))) {
                from = "config";
              }
              settings.add(new Setting(name, value, from));
            });
    return settings;
  }

  private static Map<String, String> values(NodeConfiguration c) {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("host", c.host());
    values.put("port", "" + c.port());
    values.put("threads", "" + c.threads());
    values.put("kernel", c.kernel());
    values.put("max-concurrent", "" + c.maxConcurrent());
    values.put("queue-limit", "" + c.queueLimit());
    values.put("memory-bytes", "" + c.memoryBytes());
    values.put("api-keys", c.apiKeys() == null ? "none" : c.apiKeys().toString());
    values.put("arrival-seconds", "" + c.arrival().toSeconds());
    values.put("drain-seconds", "" + c.drain().toSeconds());
    values.put("access-log", c.accessLog() ? "yes" : "no");
    values.putAll(c.work().values());
    return values;
  }
}
