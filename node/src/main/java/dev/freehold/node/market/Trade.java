// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.fleet.job.JobWork;
import dev.freehold.market.offer.PaymentTerms;
import dev.freehold.market.sales.SoldAnswer;
import dev.freehold.market.table.OfferTable;
import dev.freehold.node.money.Money;
import dev.freehold.record.Digest;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * With what a node buys and sells.
 *
 * @param money pays and is paid
 * @param table who sells what
 * @param bought what was learnt of sellers
 * @param terms on which this node sells a model now; empty where it doesn't
 * @param sold told of each answer that was sold
 * @param made how answers that are sold are made
 */
public record Trade(
    Money money,
    OfferTable table,
    BuyerBook bought,
    Function<Digest, Optional<PaymentTerms>> terms,
    Consumer<SoldAnswer> sold,
    UnaryOperator<JobWork> made) {}
