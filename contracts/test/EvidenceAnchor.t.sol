// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEvidenceAnchor} from "../src/interfaces/IEvidenceAnchor.sol";
import {EvidenceAnchor} from "../src/EvidenceAnchor.sol";
import {Test} from "./Test.sol";

/// @title Checkpoints on the chain grow, and nobody speaks for another.
contract EvidenceAnchorTest is Test {
    bytes32 private constant ORIGIN = keccak256("the SHA-256 of an origin line stands here");

    EvidenceAnchor private anchors = new EvidenceAnchor();

    function setUp() public {
        vm.warp(1_800_000_000);
        vm.roll(77);
    }

    function test_aCheckpointIsKeptWithItsTimeAndBlock() public {
        vm.expectEmit();
        emit IEvidenceAnchor.Anchored(address(this), ORIGIN, 5, bytes32(uint256(1)));
        anchors.anchor(ORIGIN, 5, bytes32(uint256(1)));
        check(address(this), 5, bytes32(uint256(1)));
        (, uint64 anchoredAt, uint64 anchoredIn,) = anchors.latest(address(this), ORIGIN);
        vm.assertEq(anchoredAt, 1_800_000_000);
        vm.assertEq(anchoredIn, 77);
    }

    function test_aShorterLogIsRefused() public {
        anchors.anchor(ORIGIN, 5, bytes32(uint256(1)));
        vm.expectRevert(abi.encodeWithSelector(IEvidenceAnchor.SizeShrinks.selector, 5, 4));
        anchors.anchor(ORIGIN, 4, bytes32(uint256(1)));
    }

    function test_anotherRootOfTheSameSizeIsRefused() public {
        anchors.anchor(ORIGIN, 5, bytes32(uint256(1)));
        vm.expectRevert(
            abi.encodeWithSelector(IEvidenceAnchor.RootDiffers.selector, bytes32(uint256(1)), bytes32(uint256(2)))
        );
        anchors.anchor(ORIGIN, 5, bytes32(uint256(2)));
    }

    function test_anEmptyLogIsRefused() public {
        vm.expectRevert(IEvidenceAnchor.EmptyLog.selector);
        anchors.anchor(ORIGIN, 0, bytes32(0));
    }

    /// @dev Sending a transaction twice must not look like a second anchor.
    function test_theSameCheckpointAgainChangesNothing() public {
        anchors.anchor(ORIGIN, 5, bytes32(uint256(1)));
        vm.warp(1_900_000_000);
        vm.recordLogs();
        anchors.anchor(ORIGIN, 5, bytes32(uint256(1)));
        vm.assertEq(vm.getRecordedLogs().length, 0);
        (, uint64 anchoredAt,,) = anchors.latest(address(this), ORIGIN);
        vm.assertEq(anchoredAt, 1_800_000_000);
    }

    function test_aStrangerCannotBlockAnOrigin() public {
        vm.prank(address(0x57a));
        anchors.anchor(ORIGIN, type(uint64).max, bytes32(uint256(666)));
        anchors.anchor(ORIGIN, 5, bytes32(uint256(1)));
        check(address(this), 5, bytes32(uint256(1)));
    }

    function testFuzz_theSizeNeverShrinks(uint64[16] calldata sizes) public {
        uint64 longest;
        for (uint256 i = 0; i < sizes.length; ++i) {
            try anchors.anchor(ORIGIN, sizes[i], keccak256(abi.encode(sizes[i]))) {
                vm.assertGe(sizes[i], longest, "shrunk");
                longest = sizes[i];
            } catch {
                vm.assertTrue(sizes[i] < longest || sizes[i] == 0, "refused without reason");
            }
            (uint64 size,,, bytes32 root) = anchors.latest(address(this), ORIGIN);
            vm.assertEq(size, longest);
            if (longest != 0) vm.assertEq(root, keccak256(abi.encode(longest)));
        }
    }

    function check(address publisher, uint64 expected, bytes32 expectedRoot) private view {
        (uint64 size,,, bytes32 root) = anchors.latest(publisher, ORIGIN);
        vm.assertEq(size, expected);
        vm.assertEq(root, expectedRoot);
    }
}
