// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.table;

import dev.freehold.market.listing.Listing;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import java.util.ArrayList;
import java.util.List;

/**
 * What a table keeps (docs/formats/offer-table.md).
 *
 * @param entries in the order in which they came
 * @param contradictions in the order in which they were noticed
 */
record TableContent(List<Listed> entries, List<Contradiction> contradictions) {
  /** Value of the member {@code format}. */
  static final String FORMAT = "freehold-offer-table/1";

  /** The longest file in bytes. */
  static final int LIMIT = 64 << 20;

  /** Copies both. */
  TableContent {
    entries = List.copyOf(entries);
    contradictions = List.copyOf(contradictions);
  }

  /** The one encoding. */
  byte[] encode() {
    List<Json> listings = new ArrayList<>();
    for (Listed entry : entries) {
      listings.add(
          Json.object()
              .put("listing", entry.listing().toJson())
              .put("source", entry.source().toString())
              .build());
    }
    List<Json> pairs = new ArrayList<>();
    for (Contradiction contradiction : contradictions) {
      pairs.add(
          Json.object()
              .put("first", contradiction.first().toJson())
              .put("second", contradiction.second().toJson())
              .build());
    }
    return CanonicalJson.bytes(
        Json.object()
            .put("contradictions", Json.array(pairs))
            .put("format", FORMAT)
            .put("listings", Json.array(listings))
            .build());
  }

  /** Reads the one encoding. */
  static Parsed<TableContent> decode(byte[] bytes) {
    try {
      Members members = new Members("the table", Members.parse(bytes, LIMIT));
      if (!members.string("format").equals(FORMAT)) {
        throw new Members.MalformedException("its format is not " + FORMAT);
      }
      List<Listed> entries = new ArrayList<>();
      for (Json item : members.array("listings").items()) {
        Members one = new Members("an entry", item);
        entries.add(
            new Listed(Listing.read(one.object("listing")), one.typed("source", Source::parse)));
        one.end();
      }
      List<Contradiction> contradictions = new ArrayList<>();
      for (Json item : members.array("contradictions").items()) {
        Members one = new Members("a contradiction", item);
        contradictions.add(
            new Contradiction(
                Listing.read(one.object("first")), Listing.read(one.object("second"))));
        one.end();
      }
      members.end();
      TableContent content = new TableContent(entries, contradictions);
      Members.requireSame(content.encode(), bytes);
      return new Parsed.Read<>(content);
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>("not a table of offers: " + e.reason());
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>("not a table of offers: " + e.getMessage());
    }
  }
}
