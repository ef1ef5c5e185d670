// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.market;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.evidence.payment.ChannelConfig;
import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.evidence.payment.Domain;
import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.evidence.payment.Voucher;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import fr.acinq.secp256k1.Secp256k1;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

/**
 * How many vouchers one thread signs and checks: {@code bench/run market.Vouchers ROUNDS}. A round
 * signs 2,000 (typed data, signature, which of two keys), checks them (typed data, recovery,
 * address), and between has libsecp256k1 alone sign and recover as many digests. What counts is the
 * thread's own processor time.
 */
public final class Vouchers {
  private static final int COUNT = 2_000;

  private Vouchers() {}

  /** Prints medians and the worst round. */
  public static void main(String[] arguments) {
    int rounds = Integer.parseInt(arguments[0]);
    byte[] secret = ByteBuffer.allocate(32).putInt(28, 7).array();
    PaymentKey key = PaymentKey.ofSecret(secret);
    ChainId chain = ChainId.DEVELOPMENT;
    Address contract = Address.of(new byte[Address.BYTES]);
    Domain domain = Domain.ofPaymentChannels(chain, contract);
    Keccak256 separator = domain.separator();
    ChannelId channel =
        new ChannelConfig(
                key.address(),
                key.address(),
                contract,
                contract,
                contract,
                Duration.ofDays(1),
                Keccak256.hash("bench"))
            .id(domain);
    Secp256k1 library = Secp256k1.get();
    SignedVoucher[] vouchers = new SignedVoucher[COUNT];
    byte[][] digests = new byte[COUNT][];
    byte[][] signatures = new byte[COUNT][];
    double[][] rates = new double[4][rounds];
    long amount = 0;
    for (int round = -3; round < rounds; round++) {
      long[] at = new long[5];
      at[0] = now();
      for (int i = 0; i < COUNT; i++) {
        Voucher voucher = new Voucher(channel, Amount.of(++amount));
        vouchers[i] =
            new SignedVoucher(
                chain, contract, voucher, key.sign(Domain.digest(separator, voucher)));
      }
      at[1] = now();
      for (int i = 0; i < COUNT; i++) {
        digests[i] = Keccak256.hash(Long.toString(amount + i)).bytes();
      }
      long before = now();
      for (int i = 0; i < COUNT; i++) {
        signatures[i] = library.sign(digests[i], secret, null);
      }
      at[2] = at[1] + now() - before;
      before = now();
      for (SignedVoucher voucher : vouchers) {
        if (!voucher.signedBy(key.address(), separator)) {
          throw new IllegalStateException("a voucher is not its signer's");
        }
      }
      at[3] = at[2] + now() - before;
      before = now();
      for (int i = 0; i < COUNT; i++) {
        library.ecdsaRecover(signatures[i], digests[i], 0);
      }
      at[4] = at[3] + now() - before;
      if (round >= 0) {
        for (int i = 0; i < 4; i++) {
          rates[i][round] = COUNT * 1e9 / (at[i + 1] - at[i]);
        }
      }
    }
    String[] names = {"signed", "library alone signs", "checked", "library alone recovers"};
    for (int i = 0; i < 4; i++) {
      Arrays.sort(rates[i]);
      System.out.printf(
          Locale.ROOT,
          "%-24s %,8.0f a second (median of %d rounds; worst %,.0f)%n",
          names[i],
          rates[i][rounds / 2],
          rounds,
          rates[i][0]);
    }
  }

  private static long now() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return threads.getCurrentThreadCpuTime();
  }
}
