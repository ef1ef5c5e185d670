// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import dev.freehold.market.offer.PaymentTerms;
import dev.freehold.node.http.HttpServer;
import dev.freehold.node.http.SaleApi;
import dev.freehold.node.market.Market;
import dev.freehold.node.market.Trade;
import dev.freehold.node.money.Money;
import dev.freehold.node.money.SaleAddress;
import dev.freehold.node.serve.Answerer;
import dev.freehold.node.serve.Models;
import dev.freehold.node.telemetry.EventLog;
import dev.freehold.node.telemetry.Metrics;
import dev.freehold.node.work.WorkGate;
import dev.freehold.node.x402.ChainTill;
import dev.freehold.node.x402.TillTerms;
import java.io.IOException;
import java.net.BindException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;

/** Where a node sells to anybody who pays over HTTP. */
final class SaleDoor implements AutoCloseable {
  private final SaleApi api;
  private final HttpServer server;

  private SaleDoor(SaleApi api, HttpServer server) {
    this.api = api;
    this.server = server;
  }

  /** How answers are made. */
  record Makers(
      Models models,
      Answerer answerer,
      WorkGate work,
      Metrics metrics,
      EventLog log,
      InstantSource clock,
      SecureRandom random) {}

  /**
   * Opens it.
   *
   * @param market what is for sale; empty where the node has no money
   * @return empty where the configuration doesn't ask for it
   * @throws NodeException if it asks, and something that is needed is missing
   */
  static Optional<SaleDoor> open(
      NodeConfiguration configuration, Optional<Market> market, Makers makers) throws IOException {
    SaleAddress address = configuration.money().sales();
    if (address == null) {
      return Optional.empty();
    }
    if (market.isEmpty()) {
      throw new NodeException(
          "'x402-listen' sells answers, and the configuration lacks 'chain', where they are paid");
    }
    Trade trade = market.get().trade();
    Money money = trade.money();
    SaleApi api =
        new SaleApi(
            new SaleApi.Shop(
                makers.models,
                makers.answerer,
                model -> trade.terms().apply(model).map(PaymentTerms::price),
                new ChainTill(
                    new TillTerms(
                        money.coin(),
                        money.account(),
                        money.settings().delay(),
                        money.settings().least()),
                    money.payee(),
                    money::ledger,
                    makers.clock,
                    makers.log::event),
                trade.sold(),
                makers.work,
                configuration.maxConcurrent(),
                makers.metrics,
                makers.log,
                makers.clock,
                makers.random));
    try {
      return Optional.of(
          new SaleDoor(
              api, HttpServer.start(address.host(), address.port(), configuration.arrival(), api)));
    } catch (BindException e) {
      throw new NodeException(
          "'x402-listen': " + address + " can't be used (" + e.getMessage() + ")", e);
    }
  }

  int port() {
    return server.port();
  }

  void stop() {
    api.stop();
  }

  int active() {
    return api.active();
  }

  @Override
  public void close() {
    server.close();
  }
}
