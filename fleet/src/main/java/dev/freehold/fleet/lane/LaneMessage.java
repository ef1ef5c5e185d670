// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.lane;

import dev.freehold.fleet.job.JobError;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Members.MalformedException;
import dev.freehold.record.Parsed;

/** A message of a lane's answer (docs/formats/lane.md). */
public sealed interface LaneMessage {
  /** The longest in bytes. */
  int LIMIT = 32 << 20;

  /** The server has taken the request on. */
  record Begun() implements LaneMessage {}

  /** A part of the answer. */
  record Said(LaneEvent event) implements LaneMessage {}

  /** The answer is whole. */
  record Done() implements LaneMessage {}

  /** There is none, or no more. */
  record Failed(JobError error) implements LaneMessage {}

  /** The one encoding. */
  default byte[] encode() {
    Json.Builder out = Json.object();
    switch (this) {
      case Begun() -> out.put("begun", true);
      case Said(LaneEvent event) -> out.put("event", event.toJson());
      case Done() -> out.put("done", true);
      case Failed(JobError error) -> out.put("error", error.toJson());
    }
    return CanonicalJson.bytes(out.build());
  }

  /** Reads the one encoding. */
  static Parsed<LaneMessage> decode(byte[] bytes) {
    try {
      Members from = new Members("the message", Members.parse(bytes, LIMIT));
      LaneMessage message;
      if (from.has("event")) {
        message = new Said(LaneEvent.of(from.value("event")));
      } else if (from.has("error")) {
        message = new Failed(JobError.read(from.value("error")));
      } else {
        boolean done = from.has("done");
        if (!(from.value(done ? "done" : "begun") instanceof Json.Bool(boolean is)) || !is) {
          throw new MalformedException("the message says nothing");
        }
        message = done ? new Done() : new Begun();
      }
      from.end();
      Members.requireSame(message.encode(), bytes);
      return new Parsed.Read<>(message);
    } catch (MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    }
  }
}
