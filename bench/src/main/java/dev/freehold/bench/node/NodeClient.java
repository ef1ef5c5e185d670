// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.node;

import dev.freehold.node.Node;
import dev.freehold.node.owner.OwnerToken;
import dev.freehold.record.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/** Asks nodes of this process by HTTP, as their clients and their owners do. */
public final class NodeClient {
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final boolean shown;

  /**
   * Nothing is connected yet.
   *
   * @param shown whether questions show that they are the owner's, who alone may have answers
   *     bought
   */
  public NodeClient(boolean shown) {
    this.shown = shown;
  }

  /**
   * Asks for a completion.
   *
   * @return its lines, as they come; the status is 200
   */
  public HttpResponse<Stream<String>> ask(Node node, String body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = post(node, "/v1/completions", body);
    if (shown) {
      request.header("Authorization", authorization(node));
    }
    HttpResponse<Stream<String>> answer =
        client.send(request.build(), HttpResponse.BodyHandlers.ofLines());
    if (answer.statusCode() != 200) {
      throw new IOException(answer.statusCode() + " " + answer.body().toList());
    }
    return answer;
  }

  /** Milliseconds until the first event of a streamed completion, which is read to its end. */
  public double firstToken(Node node, String body) throws IOException, InterruptedException {
    long begun = System.nanoTime();
    double first = 0;
    try (Stream<String> answer = ask(node, body).body()) {
      Iterator<String> lines = answer.iterator();
      while (lines.hasNext()) {
        if (lines.next().startsWith("data: {") && first == 0) {
          first = (System.nanoTime() - begun) / 1e6;
        }
      }
    }
    return first;
  }

  /** What the node lists as its models. */
  public String models(Node node) throws IOException, InterruptedException {
    return client
        .send(
            HttpRequest.newBuilder(uri(node, "/v1/models")).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  /** Has the owner want something of the node. */
  public Json.Obj owner(Node node, String verb, Json.Obj body)
      throws IOException, InterruptedException {
    HttpResponse<String> answer =
        client.send(
            post(node, "/owner/" + verb, body.write())
                .header("Authorization", authorization(node))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException(answer.body());
    }
    return (Json.Obj) Json.parse(answer.body());
  }

  /** Makes two nodes machines of one owner. */
  public void pair(Node inviter, Node joiner) throws IOException, InterruptedException {
    Json invite =
        owner(inviter, "invite", Json.object().put("tier", "own").build())
            .get("invite")
            .orElseThrow();
    owner(joiner, "join", Json.object().put("invite", invite).build());
  }

  /** The value that this share of the values is not above. */
  public static double quantile(List<Double> values, double share) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get((int) Math.min(sorted.size() - 1, Math.round(share * (sorted.size() - 1))));
  }

  private static HttpRequest.Builder post(Node node, String path, String body) {
    return HttpRequest.newBuilder(uri(node, path))
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(body));
  }

  private static String authorization(Node node) {
    return OwnerToken.read(node.configuration().home()).orElseThrow().authorization();
  }

  private static URI uri(Node node, String path) {
    return URI.create("http://127.0.0.1:" + node.port() + path);
  }
}
