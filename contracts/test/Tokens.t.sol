// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC3009} from "../src/interfaces/IERC3009.sol";
import {TestDollar} from "../src/TestDollar.sol";
import {WorkToken} from "../src/WorkToken.sol";
import {ContractWallet} from "./doubles/ContractWallet.sol";
import {Test} from "./Test.sol";

/// @title The development chain's dollar and the token of bonds and votes.
contract TokensTest is Test {
    uint256 private constant OWNER_KEY = 0xa11ce;
    bytes32 private constant TRANSFER = keccak256(
        "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );
    bytes32 private constant RECEIVE = keccak256(
        "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );
    bytes32 private constant NONCE = keccak256("nonce");

    address private owner = vm.addr(OWNER_KEY);
    address private other = address(0x07e4);
    TestDollar private dollar;

    function setUp() public {
        vm.chainId(31337);
        vm.warp(1_800_000_000);
        dollar = new TestDollar(address(this));
        dollar.mint(owner, 100e6);
    }

    function test_theDollarExistsOnTheDevelopmentChainOnly() public {
        vm.chainId(8453);
        vm.expectRevert(abi.encodeWithSelector(TestDollar.OnlyOnDevelopmentChain.selector, 8453));
        new TestDollar(address(this));
    }

    function test_onlyTheMinterMakesDollarsOfSixDecimals() public {
        vm.expectRevert(abi.encodeWithSelector(TestDollar.NotMinter.selector, other));
        vm.prank(other);
        dollar.mint(other, 1);
        vm.assertEq(dollar.decimals(), 6);
    }

    function test_anybodySubmitsASignedTransferOnce() public {
        bytes memory signed = sign(TRANSFER, 10e6, 0, type(uint256).max);
        vm.prank(address(0x57a));
        dollar.transferWithAuthorization(owner, other, 10e6, 0, type(uint256).max, NONCE, signed);
        vm.assertEq(dollar.balanceOf(other), 10e6);
        vm.expectRevert(abi.encodeWithSelector(IERC3009.AuthorizationSpent.selector, owner, NONCE));
        dollar.transferWithAuthorization(owner, other, 10e6, 0, type(uint256).max, NONCE, signed);
    }

    function test_bothFormsOfASignatureAreTaken() public {
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(OWNER_KEY, digest(structHash(TRANSFER, 10e6, 0, type(uint256).max)));
        dollar.transferWithAuthorization(owner, other, 10e6, 0, type(uint256).max, NONCE, v, r, s);
        vm.assertEq(dollar.balanceOf(other), 10e6);
    }

    function test_aSignedTransferIsRefusedOutsideItsTimes() public {
        bytes memory signed = sign(TRANSFER, 10e6, block.timestamp, block.timestamp + 10);
        uint256 start = block.timestamp;
        vm.expectRevert(abi.encodeWithSelector(IERC3009.AuthorizationNotYetValid.selector, start));
        dollar.transferWithAuthorization(owner, other, 10e6, start, start + 10, NONCE, signed);
        vm.warp(start + 10);
        vm.expectRevert(abi.encodeWithSelector(IERC3009.AuthorizationExpired.selector, start + 10));
        dollar.transferWithAuthorization(owner, other, 10e6, start, start + 10, NONCE, signed);
        vm.warp(start + 9);
        dollar.transferWithAuthorization(owner, other, 10e6, start, start + 10, NONCE, signed);
    }

    function testFuzz_aSignedTransferIsRefusedForAnythingElse(uint256 value, address to, bytes32 nonce) public {
        bytes memory signed = sign(TRANSFER, 10e6, 0, type(uint256).max);
        vm.assume(value != 10e6 || to != other || nonce != NONCE);
        vm.expectRevert(IERC3009.AuthorizationSignatureInvalid.selector);
        dollar.transferWithAuthorization(owner, to, value, 0, type(uint256).max, nonce, signed);
    }

    function test_aTransferForOneIsNotAReceiptForAnother() public {
        bytes memory signed = sign(TRANSFER, 10e6, 0, type(uint256).max);
        vm.expectRevert(IERC3009.AuthorizationSignatureInvalid.selector);
        vm.prank(other);
        dollar.receiveWithAuthorization(owner, other, 10e6, 0, type(uint256).max, NONCE, signed);
    }

    function test_onlyTheRecipientReceives() public {
        bytes memory signed = sign(RECEIVE, 10e6, 0, type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(IERC3009.CallerNotRecipient.selector, address(this), other));
        dollar.receiveWithAuthorization(owner, other, 10e6, 0, type(uint256).max, NONCE, signed);
        vm.prank(other);
        dollar.receiveWithAuthorization(owner, other, 10e6, 0, type(uint256).max, NONCE, signed);
        vm.assertEq(dollar.balanceOf(other), 10e6);
    }

    function test_aCancelledNonceIsSpent() public {
        bytes32 cancel = keccak256(
            abi.encode(keccak256("CancelAuthorization(address authorizer,bytes32 nonce)"), owner, NONCE)
        );
        dollar.cancelAuthorization(owner, NONCE, signature(OWNER_KEY, digest(cancel)));
        bytes memory signed = sign(TRANSFER, 10e6, 0, type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(IERC3009.AuthorizationSpent.selector, owner, NONCE));
        dollar.transferWithAuthorization(owner, other, 10e6, 0, type(uint256).max, NONCE, signed);
    }

    function test_aContractsSignatureCounts() public {
        ContractWallet wallet = new ContractWallet(owner);
        dollar.mint(address(wallet), 10e6);
        owner = address(wallet);
        bytes memory signed = sign(TRANSFER, 10e6, 0, type(uint256).max);
        dollar.transferWithAuthorization(address(wallet), other, 10e6, 0, type(uint256).max, NONCE, signed);
        vm.assertEq(dollar.balanceOf(other), 10e6);
    }

    function test_workIsFixedInSupplyAndVotesByTime() public {
        WorkToken work = new WorkToken(owner);
        vm.assertEq(work.totalSupply(), 1_000_000_000e18);
        vm.assertEq(work.balanceOf(owner), work.totalSupply());
        vm.assertEq(work.clock(), block.timestamp);
        vm.prank(owner);
        work.delegate(owner);
        vm.warp(block.timestamp + 1);
        vm.prank(owner);
        work.transfer(other, 400e18);
        vm.assertEq(work.getPastVotes(owner, block.timestamp - 1), work.totalSupply());
        vm.assertEq(work.getVotes(owner), work.totalSupply() - 400e18);
        // Nobody votes with coins that aren't delegated.
        vm.assertEq(work.getVotes(other), 0);
    }

    function test_workIsPermittedBySignature() public {
        WorkToken work = new WorkToken(owner);
        bytes32 permit = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                owner,
                other,
                5e18,
                0,
                block.timestamp
            )
        );
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(OWNER_KEY, keccak256(abi.encodePacked(hex"1901", work.DOMAIN_SEPARATOR(), permit)));
        work.permit(owner, other, 5e18, block.timestamp, v, r, s);
        vm.assertEq(work.allowance(owner, other), 5e18);
        vm.assertEq(work.nonces(owner), 1);
        vm.expectRevert();
        work.permit(owner, other, 5e18, block.timestamp, v, r, s);
    }

    function structHash(bytes32 typeHash, uint256 value, uint256 after_, uint256 before)
        private
        view
        returns (bytes32)
    {
        return keccak256(abi.encode(typeHash, owner, other, value, after_, before, NONCE));
    }

    function sign(bytes32 typeHash, uint256 value, uint256 after_, uint256 before)
        private
        view
        returns (bytes memory)
    {
        return signature(OWNER_KEY, digest(structHash(typeHash, value, after_, before)));
    }

    function digest(bytes32 hash) private view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", dollar.DOMAIN_SEPARATOR(), hash));
    }
}
