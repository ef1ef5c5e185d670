// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet;

import dev.freehold.link.Links;
import dev.freehold.link.stream.Cancellation;
import dev.freehold.link.stream.Protocol;
import java.util.Optional;

/**
 * What a node does for its members. A stream begins with the name of its protocol ({@code OPEN} in
 * docs/formats/link.md); here each name finds its service, and a stream of a node that is no member
 * is refused as if nothing were served.
 */
public final class StreamServices {
  private final Links links;
  private final Members members;

  /**
   * @param links over which the streams come
   * @param members whom the services are for; asked anew at every stream
   */
  public StreamServices(Links links, Members members) {
    this.links = links;
    this.members = members;
  }

  /** From now on serves the streams of this protocol that members open. */
  public void register(Protocol protocol, StreamService service) {
    links.serve(
        protocol,
        stream -> {
          Optional<Member> member = members.find(stream.peer());
          if (member.isEmpty()) {
            stream.cancel(Cancellation.NOT_SERVED);
            return;
          }
          service.serve(member.get(), stream);
        });
  }
}
