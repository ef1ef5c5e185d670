// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.channel;

import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelState;

/** What one end of a channel keeps durable (docs/formats/channel-end.md). */
public sealed interface ChannelEnd permits PayerChannel, PayeeChannel {
  /** Which channel. */
  Channel channel();

  /** What the chain held of it when it was last asked. */
  ChannelState state();

  /** The one encoding. */
  byte[] encode();
}
