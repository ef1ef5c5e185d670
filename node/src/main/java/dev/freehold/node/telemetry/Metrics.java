// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.telemetry;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** A node's counters since it started. Any thread may count. */
public final class Metrics {
  /**
   * A value read when the metrics are asked for.
   *
   * @param name the metric's name
   * @param type {@code gauge} or {@code counter}
   * @param help one line
   * @param label the name of its one label
   * @param of what it is of: the label's value
   */
  public record Reading(
      String name, String type, String help, String label, String of, double value) {}

  /** How often an endpoint answered so. */
  public record Answered(String method, String path, int status, long times) {}

  private record Request(String method, String path, int status) implements Comparable<Request> {
    @Override
    public int compareTo(Request other) {
      int order = path.compareTo(other.path);
      order = order != 0 ? order : method.compareTo(other.method);
      return order != 0 ? order : Integer.compare(status, other.status);
    }
  }

  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

  private final Map<Request, LongAdder> requests = new ConcurrentHashMap<>();
  private final LongAdder promptTokens = new LongAdder();
  private final LongAdder cachedPromptTokens = new LongAdder();
  private final LongAdder outputTokens = new LongAdder();
  private final LongAdder receipts = new LongAdder();
  private final LongAdder receiptFailures = new LongAdder();
  private final LongAdder cancelled = new LongAdder();
  private final Histogram firstToken =
      new Histogram(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60);
  private final Histogram perToken =
      new Histogram(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1);

  /**
   * Counts a request. {@code path} is the endpoint, never what the client wrote, and a method that
   * HTTP does not know counts as {@code other}: strangers must not be able to make up series.
   */
  public void request(String method, String path, int status) {
    String known = METHODS.contains(method) ? method : "other";
    requests.computeIfAbsent(new Request(known, path, status), _ -> new LongAdder()).increment();
  }

  /** Counts one answer's tokens. */
  public void tokens(int prompt, int cached, int output) {
    promptTokens.add(prompt);
    cachedPromptTokens.add(cached);
    outputTokens.add(output);
  }

  /** Counts the time from a request's arrival to its answer's first token. */
  public void firstToken(Duration duration) {
    firstToken.add(duration);
  }

  /** Counts {@code tokens} tokens that followed the first, {@code mean} apart. */
  public void nextTokens(Duration mean, int tokens) {
    perToken.add(mean, tokens);
  }

  /** Counts a receipt that is durable. */
  public void receipt() {
    receipts.increment();
  }

  /** Counts a receipt that could not be stored, and so an answer withheld. */
  public void receiptFailure() {
    receiptFailures.increment();
  }

  /** Counts an answer that was cut because its client left or the node stopped. */
  public void cancelled() {
    cancelled.increment();
  }

  /** Requests that were answered with a refusal or a failure, by path. */
  public List<Answered> errors() {
    return new TreeMap<>(requests)
        .entrySet().stream()
            .filter(each -> each.getKey().status >= 400)
            .map(
                each ->
                    new Answered(
                        each.getKey().method,
                        each.getKey().path,
                        each.getKey().status,
                        each.getValue().sum()))
            .toList();
  }

  /** Requests answered. */
  public long requests() {
    return requests.values().stream().mapToLong(LongAdder::sum).sum();
  }

  /** Receipts that could not be stored. */
  public long receiptFailures() {
    return receiptFailures.sum();
  }

  /** Answers that were cut. */
  public long cut() {
    return cancelled.sum();
  }

  /** Everything, in Prometheus' text format. */
  public String text(List<Reading> readings) {
    StringBuilder out = new StringBuilder(4096);
    head(out, "freehold_requests_total", "counter", "Requests answered.");
    new TreeMap<>(requests)
        .forEach(
            (request, count) ->
                out.append("freehold_requests_total{method=\"")
                    .append(request.method)
                    .append("\",path=\"")
                    .append(request.path)
                    .append("\",status=\"")
                    .append(request.status)
                    .append("\"} ")
                    .append(count.sum())
                    .append('\n'));
    counter(out, "freehold_prompt_tokens_total", "Prompt tokens read.", promptTokens);
    counter(
        out,
        "freehold_prompt_tokens_cached_total",
        "Prompt tokens found in the prefix cache.",
        cachedPromptTokens);
    counter(out, "freehold_output_tokens_total", "Tokens generated.", outputTokens);
    counter(out, "freehold_receipts_total", "Receipts written.", receipts);
    counter(
        out,
        "freehold_receipt_failures_total",
        "Receipts that could not be stored; their answers were withheld.",
        receiptFailures);
    counter(out, "freehold_answers_cancelled_total", "Answers cut short.", cancelled);
    firstToken.write(
        out, "freehold_time_to_first_token_seconds", "From a request to its first token.");
    perToken.write(
        out, "freehold_time_per_output_token_seconds", "Between tokens, mean of each answer.");
    String last = "";
    for (Reading reading : readings) {
      if (!reading.name.equals(last)) {
        head(out, reading.name, reading.type, reading.help);
        last = reading.name;
      }
      out.append(reading.name).append('{').append(reading.label).append("=\"");
      out.append(escape(reading.of)).append("\"} ");
      out.append(number(reading.value)).append('\n');
    }
    return out.toString();
  }

  private static void counter(StringBuilder out, String name, String help, LongAdder value) {
    head(out, name, "counter", help);
    out.append(name).append(' ').append(value.sum()).append('\n');
  }

  private static void head(StringBuilder out, String name, String type, String help) {
    out.append("# HELP ").append(name).append(' ').append(help).append('\n');
    out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  private static String escape(String label) {
    return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}
