// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.route;

import dev.freehold.crypto.NodeId;
import dev.freehold.fleet.job.Attempt;
import dev.freehold.fleet.job.JobOrder;
import java.util.function.Function;

/**
 * A machine that may run an order.
 *
 * @param id its node
 * @param own whether it is this very machine, whose word decides here
 * @param begin has it run an order
 */
public record Machine(NodeId id, boolean own, Function<JobOrder, Attempt> begin) {}
