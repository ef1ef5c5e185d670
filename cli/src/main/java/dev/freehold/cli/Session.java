// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.node.ConfigurationFile;
import dev.freehold.node.Node;
import dev.freehold.node.NodeConfiguration;
import dev.freehold.node.NodeException;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A node to talk to: the one that already runs on this home, or one started for as long as this
 * verb lasts.
 */
final class Session implements AutoCloseable {
  private final ApiClient client;
  private final String model;
  private final @Nullable Node own;

  private Session(ApiClient client, String model, @Nullable Node own) {
    this.client = client;
    this.model = model;
    this.own = own;
  }

  static Session open(Places places, NodeOptions options, Screen screen) throws Exception {
    Optional<Endpoint> running = Endpoint.find(places.home());
    if (running.isPresent()) {
      String key = OwnKey.of(ConfigurationFile.read(places.home(), places.cache()), places);
      return new Session(
          new ApiClient(running.get().base(), key), model(options, running.get()), null);
    }
    Node.headStart();
    try {
      NodeConfiguration configuration =
          options
              .settings(places)
              .withHost("127.0.0.1")
              .withPort(0)
              .withApiKeys(null)
              .withModels(options.served(places, screen));
      Node node = Node.start(configuration, Passphrases.of(places));
      return new Session(
          new ApiClient(URI.create("http://127.0.0.1:" + node.port()), null),
          configuration.models().getFirst().name(),
          node);
    } catch (NodeException e) {
      throw new Verb.Failure(String.valueOf(e.getMessage()));
    }
  }

  private static String model(NodeOptions options, Endpoint running) throws Verb.Failure {
    String model = options.firstModel().orElse(running.model());
    if (model.isEmpty()) {
      throw new Verb.Failure(
          "the running node serves no model of its own: name one of another machine's with -m (GET "
              + running.base()
              + "/v1/models lists them)");
    }
    return model;
  }

  ApiClient client() {
    return client;
  }

  /** The name of the model that questions go to. */
  String model() {
    return model;
  }

  @Override
  public void close() throws IOException {
    client.close();
    if (own != null) {
      own.close();
    }
  }
}
