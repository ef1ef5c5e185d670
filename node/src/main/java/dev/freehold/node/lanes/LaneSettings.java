// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.lanes;

import dev.freehold.fleet.lane.LaneName;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A model server that isn't ours.
 *
 * @param address its base, as an OpenAI client would be given it: {@code http://127.0.0.1:8000/v1}
 * @param model what it calls the model
 * @param keyFile the file whose first line is the key that it demands, or null for none
 */
public record LaneSettings(LaneName name, URI address, String model, @Nullable Path keyFile) {
  private static final int LONGEST = 200;

  /**
   * Checks the address and the model's name.
   *
   * @throws IllegalArgumentException saying what is wrong
   */
  public LaneSettings {
    String scheme = String.valueOf(address.getScheme());
    if (!(scheme.equals("http") || scheme.equals("https"))
        || address.getHost() == null
        || address.getUserInfo() != null
        || address.getQuery() != null
        || address.getFragment() != null) {
      throw new IllegalArgumentException(
          "it takes an address as http://127.0.0.1:8000/v1, without user, query or fragment");
    }
    if (model.isEmpty() || model.length() > LONGEST) {
      throw new IllegalArgumentException("a model's name has 1 to " + LONGEST + " characters");
    }
    if (keyFile != null && scheme.equals("http") && !loopback(address.getHost())) {
      throw new IllegalArgumentException(
          "the key of " + name + " would cross the network in clear: use https");
    }
  }

  private static boolean loopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /**
   * Reads {@code NAME URL [MODEL-AT-THE-SERVER]}.
   *
   * @throws IllegalArgumentException saying what is wrong
   */
  public static LaneSettings parse(String value) {
    String[] parts = value.strip().split("\\s+", 3);
    if (parts.length < 2) {
      throw new IllegalArgumentException("it takes NAME URL, or NAME URL MODEL-AT-THE-SERVER");
    }
    try {
      URI given =
          new URI(parts[1].endsWith("/") ? parts[1].substring(0, parts[1].length() - 1) : parts[1]);
      LaneName name = new LaneName(parts[0]);
      return new LaneSettings(name, given, parts.length == 3 ? parts[2] : name.text(), null);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("'" + parts[1] + "' is no address", e);
    }
  }

  /**
   * A copy whose key is in that file.
   *
   * @throws IllegalArgumentException if it would be sent in clear
   */
  public LaneSettings withKey(Path file) {
    return new LaneSettings(name, address, model, file);
  }

  /** As the configuration writes it. */
  @Override
  public String toString() {
    return name + " " + address + " " + model;
  }
}
