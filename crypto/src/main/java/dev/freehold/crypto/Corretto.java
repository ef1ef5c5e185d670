// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.security.Provider;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Amazon's ACCP, where its native library loads. Found out when first asked for: unpacking and
 * linking the library takes about 0.2 s.
 */
final class Corretto {
  private static final @Nullable Provider PROVIDER = load();

  private Corretto() {}

  /** The provider, if it is there and has this service. */
  static Optional<Provider> provider(String service, String algorithm) {
    return Optional.ofNullable(PROVIDER)
        .filter(provider -> provider.getService(service, algorithm) != null);
  }

  private static @Nullable Provider load() {
    try {
      return Loaded.provider();
    } catch (LinkageError | RuntimeException e) {
      // Not on the class path, or not for this platform.
      return null;
    }
  }

  /** Apart, since a class that names an absent one cannot even be linked. */
  private static final class Loaded {
    static @Nullable Provider provider() {
      // Through Object, so that linking this class need not load that one, from a signed jar.
      Object library = AmazonCorrettoCryptoProvider.INSTANCE;
      return AmazonCorrettoCryptoProvider.INSTANCE.getLoadingError() == null
          ? (Provider) library
          : null;
    }
  }
}
