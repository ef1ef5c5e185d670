// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.record.Json;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reports as the node writes them; it's DoctorFlowTest has them from running nodes. */
@NullMarked
class FleetFindingsTest {
  private static final String NODE = "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp";

  /** A relay and a member that are as they should be. */
  private String relay = "{\"relay\":\"wss://r\",\"state\":\"online\",\"displaced\":false}";

  private String link = "\"link\":\"direct\",\"why\":null";
  private String skew = "0";
  private String work = "yes";
  private String more = "";
  private String joins = "";
  private String failedJoin = "null";

  private List<Finding> found() {
    String report =
        "{\"relays\":["
            + relay
            + "],\"refusedJoins\":["
            + joins
            + "],\"failedJoin\":"
            + failedJoin
            + ",\"members\":[{\"name\":\"bert\","
            + link
            + ",\"clockAheadSeconds\":"
            + skew
            + more
            + ",\"says\":{\"work\":\""
            + work
            + "\"}}]}";
    Findings findings = new Findings();
    FleetFindings.look((Json.Obj) Json.parse(report), findings);
    return findings.all();
  }

  /** The one finding that is not well. */
  private Finding fault(Finding.State state, String what) {
    List<Finding> bad =
        found().stream().filter(finding -> finding.state() != Finding.State.OK).toList();
    assertThat(bad).hasSize(1);
    Finding only = bad.getFirst();
    assertThat(only.state()).isEqualTo(state);
    assertThat(only.what()).isEqualTo(what);
    assertThat(only.cure()).isNotBlank();
    return only;
  }

  @Test
  void aFleetThatIsAsItShouldBeHasNoFault() {
    assertThat(found())
        .hasSize(2)
        .allSatisfy(finding -> assertThat(finding.state()).isEqualTo(Finding.State.OK));
  }

  @Test
  void aNodeWithoutAFleetHasNothingToTell() {
    Findings findings = new Findings();
    FleetFindings.look(Json.object().build(), findings);
    assertThat(findings.all()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "used_by_another, WRONG, another key had used it before, fleet remove",
    "used, NOTE, tried again, make another invite",
    "expired, NOTE, after its 15 minutes, clocks",
    "withdrawn, NOTE, had been withdrawn, make another one",
    "unknown, NOTE, does not know, another home",
  })
  void anInviteThatWasRefusedIsNamedWithItsReason(
      String reason, Finding.State state, String cause, String cure) {
    joins =
        "{\"at\":\"2026-11-29T07:00:00.000Z\",\"invite\":\"0011\",\"node\":\""
            + NODE
            + "\",\"reason\":\""
            + reason
            + "\"}";
    Finding fault = fault(state, "invite");
    assertThat(fault.found().replace("doesn't", "does not")).contains(cause).contains(NODE);
    assertThat(fault.cure()).contains(cure);
  }

  @Test
  void aJoinThatFailedHereIsToldWithTheOthersWords() {
    failedJoin = "{\"at\":\"2026-11-29T07:00:00.000Z\",\"why\":\"the invite has expired\"}";
    assertThat(fault(Finding.State.NOTE, "join").found()).contains("the invite has expired");
  }

  @Test
  void aLaneWhoseServerIsDown() {
    Findings findings = new Findings();
    FleetFindings.look(
        (Json.Obj)
            Json.parse(
                "{\"lanes\":[{\"name\":\"unproven/a\",\"state\":\"ready\"},"
                    + "{\"name\":\"unproven/b\",\"state\":\"failed\",\"problem\":\"nothing answers\"}]}"),
        findings);
    assertThat(findings.all()).hasSize(2);
    assertThat(findings.all().getFirst().state()).isEqualTo(Finding.State.OK);
    Finding fault = findings.all().getLast();
    assertThat(fault.state()).isEqualTo(Finding.State.WRONG);
    assertThat(fault.found()).contains("unproven/b", "nothing answers");
    assertThat(fault.cure()).contains("its server runs");
  }

  @Test
  void aRelayThatIsNotReached() {
    relay = "{\"relay\":\"wss://r\",\"state\":\"offline\",\"why\":\"Connection refused\"}";
    Finding fault = fault(Finding.State.WRONG, "relay");
    assertThat(fault.found()).contains("wss://r").contains("Connection refused");
    assertThat(fault.cure()).contains("'freehold relay' runs there");
  }

  @ParameterizedTest
  @CsvSource({"the relay did not prove itself", "the relay is not did:key:z6Mk"})
  void aRelayThatIsNotWhoItSays(String why) {
    relay = "{\"relay\":\"wss://r\",\"state\":\"offline\",\"why\":\"" + why + "\"}";
    assertThat(fault(Finding.State.WRONG, "relay").cure()).contains("not the relay of that line");
  }

  @Test
  void twoMachinesWithOneKeyWhereTheOtherHasIt() {
    relay = "{\"relay\":\"wss://r\",\"state\":\"claimed-elsewhere\"}";
    Finding fault = fault(Finding.State.WRONG, "key");
    assertThat(fault.found()).contains("another machine has proven this node's key");
    assertThat(fault.cure()).contains("another FREEHOLD_HOME");
  }

  @Test
  void twoMachinesWithOneKeyWhereThisOneHasIt() {
    relay = "{\"relay\":\"wss://r\",\"state\":\"online\",\"displaced\":true}";
    assertThat(fault(Finding.State.WRONG, "key").found()).contains("until this one took it");
  }

  @Test
  void aMachineThatIsNotReachedOrThatARelayHides() {
    link = "\"link\":\"down\",\"why\":\"not at its relay\"";
    Finding fault = fault(Finding.State.WRONG, "link");
    assertThat(fault.found()).contains("bert").contains("not at its relay");
    assertThat(fault.cure()).contains("freehold up").contains("a relay can hide a machine");
  }

  @Test
  void aMachineThatOnlyARelayReaches() {
    link = "\"link\":\"relay\",\"why\":null";
    assertThat(fault(Finding.State.NOTE, "link").cure()).contains("link-listen");
  }

  @ParameterizedTest
  @CsvSource({
    "no_library, no QUIC for this system, link-listen",
    "no_socket, can't use UDP, firewall",
    "not_wanted_there, takes no direct paths by UDP, direct = tcp quic",
    "udp_blocked, no relay answers by UDP, let UDP out",
    "symmetric_nat, another port, symmetric",
    "unanswered, nothing came through the NATs, symmetric",
    "no_quic, no QUIC did, firewall"
  })
  void whatStandsInTheWayOfAPathByUdp(String obstacle, String cause, String cure) {
    link = "\"link\":\"relay\",\"why\":null,\"obstacle\":\"" + obstacle + "\"";
    Finding fault = fault(Finding.State.NOTE, "link");
    assertThat(fault.found()).contains(cause);
    assertThat(fault.cure()).contains(cure).contains("link-listen");
  }

  @Test
  void aPathByQuicIsWell() {
    link = "\"link\":\"quic\",\"why\":null";
    assertThat(found()).allMatch(finding -> finding.state() == Finding.State.OK);
  }

  @ParameterizedTest
  @CsvSource({"3600, ahead of", "-3600, behind", "301, ahead of"})
  void aClockThatDiffers(String seconds, String how) {
    skew = seconds;
    Finding fault = fault(Finding.State.WRONG, "clock");
    assertThat(fault.found()).contains(how).contains(seconds.replace("-", "") + " s");
  }

  @ParameterizedTest
  @CsvSource({"300", "-300", "2"})
  void aClockThatDiffersLittleIsNoFault(String seconds) {
    skew = seconds;
    assertThat(found()).noneMatch(finding -> finding.what().equals("clock"));
  }

  @Test
  void aMachineThatWasCaughtIsNamedWithItsEvidence() {
    more =
        ",\"quarantined\":{\"since\":\"2026-11-29T07:00:00.000Z\",\"reasons\":[\"another"
            + " nonce\"],\"evidence\":\"/home/e.json\"}";
    Finding fault = fault(Finding.State.WRONG, "liar");
    assertThat(fault.found()).contains("bert").contains("another nonce");
    assertThat(fault.cure()).contains("/home/e.json").contains("fleet release bert");
  }

  @Test
  void aMachineThatRests() {
    work = "machine_in_use";
    assertThat(fault(Finding.State.NOTE, "rest").found()).contains("machine_in_use");
  }

  @Test
  void whatAnotherMachineSaysSteersNoTerminal() {
    link = "\"link\":\"down\",\"why\":\"\\u001b[2Jgone\"";
    assertThat(fault(Finding.State.WRONG, "link").found()).doesNotContain("\u001b");
  }
}
