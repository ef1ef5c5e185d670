// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IPaymentChannels} from "../src/interfaces/IPaymentChannels.sol";
import {PaymentChannels} from "../src/PaymentChannels.sol";
import {ChannelFixture} from "./ChannelFixture.sol";
import {FalseToken, FeeToken, LyingCollector, ReentrantToken} from "./doubles/Tokens.sol";

/// @title Every attack on payment channels that we know of, and what becomes of it.
contract PaymentChannelsAttacksTest is ChannelFixture {
    bytes4 private constant REENTERED = ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector;

    function test_aVoucherAboveTheDepositIsRefused() public {
        deposit(channel(1), DEPOSIT);
        refusedClaim(row(channel(1), VOUCHER_KEY, DEPOSIT + 1, DEPOSIT + 1), IPaymentChannels.ClaimExceedsBalance.selector);
        // What is covered of it may be claimed.
        IPaymentChannels.VoucherClaim[] memory list = rows(row(channel(1), VOUCHER_KEY, DEPOSIT + 1, DEPOSIT));
        vm.prank(seller);
        channels.claim(list);
        vm.assertEq(claimedOf(channel(1)), DEPOSIT);
    }

    function test_aClaimAboveTheVoucherIsRefused() public {
        deposit(channel(1), DEPOSIT);
        refusedClaim(row(channel(1), VOUCHER_KEY, 5e6, 5e6 + 1), IPaymentChannels.ClaimExceedsCeiling.selector);
    }

    function test_aVoucherOfAnotherKeyIsRefused() public {
        deposit(channel(1), DEPOSIT);
        // The payer itself, where it has named another key; the seller; a broken signature; none; one with the high s.
        refusedClaim(row(channel(1), PAYER_KEY, 5e6, 5e6), IPaymentChannels.InvalidSignature.selector);
        refusedClaim(row(channel(1), SELLER_KEY, 5e6, 5e6), IPaymentChannels.InvalidSignature.selector);
        IPaymentChannels.VoucherClaim memory broken = row(channel(1), VOUCHER_KEY, 5e6, 5e6);
        broken.signature[10] = bytes1(uint8(broken.signature[10]) ^ 1);
        refusedClaim(broken, IPaymentChannels.InvalidSignature.selector);
        broken.signature = "";
        refusedClaim(broken, IPaymentChannels.InvalidSignature.selector);
        bytes32 voucher = channels.getVoucherDigest(channels.getChannelId(channel(1)), 5e6);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(VOUCHER_KEY, voucher);
        uint256 order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        broken.signature = abi.encodePacked(r, order - uint256(s), v ^ 7);
        refusedClaim(broken, IPaymentChannels.InvalidSignature.selector);
    }

    function test_aStrangerCanNeitherClaimNorRefundNorWithdraw() public {
        deposit(channel(1), DEPOSIT);
        IPaymentChannels.VoucherClaim[] memory list = rows(row(channel(1), VOUCHER_KEY, 5e6, 5e6));
        vm.expectRevert(IPaymentChannels.NotAuthorizedToClaim.selector);
        vm.prank(stranger);
        channels.claim(list);
        vm.expectRevert(IPaymentChannels.NotAuthorizedToRefund.selector);
        vm.prank(stranger);
        channels.refund(channel(1), 1);
        vm.expectRevert(IPaymentChannels.InvalidChannel.selector);
        vm.prank(stranger);
        channels.initiateWithdraw(channel(1), 1);
        // The payer can't claim its own vouchers to a state of its choice either.
        vm.expectRevert(IPaymentChannels.NotAuthorizedToClaim.selector);
        vm.prank(payer);
        channels.claim(list);
    }

    function test_aVoucherIsWorthNothingOnAnotherChain() public {
        deposit(channel(1), DEPOSIT);
        IPaymentChannels.VoucherClaim memory here = row(channel(1), VOUCHER_KEY, 5e6, 5e6);
        bytes32 id = channels.getChannelId(channel(1));
        vm.chainId(block.chainid + 1);
        vm.assertNotEq(channels.getChannelId(channel(1)), id);
        // There the same configuration is another channel: empty first, and when funded, of another digest.
        refusedClaim(here, IPaymentChannels.ClaimExceedsBalance.selector);
        deposit(channel(1), DEPOSIT);
        refusedClaim(here, IPaymentChannels.InvalidSignature.selector);
    }

    function test_aVoucherIsWorthNothingOnAnotherContract() public {
        deposit(channel(1), DEPOSIT);
        IPaymentChannels.VoucherClaim memory here = row(channel(1), VOUCHER_KEY, 5e6, 5e6);
        channels = new PaymentChannels();
        refusedClaim(here, IPaymentChannels.ClaimExceedsBalance.selector);
        deposit(channel(1), DEPOSIT);
        refusedClaim(here, IPaymentChannels.InvalidSignature.selector);
    }

    function test_aVoucherIsWorthNothingOnAnotherChannel() public {
        deposit(channel(1), DEPOSIT);
        deposit(channel(2), DEPOSIT);
        IPaymentChannels.VoucherClaim memory moved = row(channel(1), VOUCHER_KEY, 5e6, 5e6);
        moved.voucher.channel = channel(2);
        refusedClaim(moved, IPaymentChannels.InvalidSignature.selector);
    }

    /// @dev Vouchers are cumulative: two of one place in the sequence are two ceilings, of which the higher one counts once.
    function test_twoVouchersWithTheSameNumberPayTheHigherOnce() public {
        deposit(channel(1), DEPOSIT);
        IPaymentChannels.VoucherClaim[] memory both = new IPaymentChannels.VoucherClaim[](3);
        both[0] = row(channel(1), VOUCHER_KEY, 30e6, 30e6);
        both[1] = row(channel(1), VOUCHER_KEY, 20e6, 20e6);
        both[2] = row(channel(1), VOUCHER_KEY, 30e6, 30e6);
        vm.prank(seller);
        channels.claim(both);
        vm.assertEq(claimedOf(channel(1)), 30e6);
        channels.settle(seller, address(token));
        vm.assertEq(token.balanceOf(seller), 30e6);
    }

    function test_aSignedBatchOfTwoAuthorizersIsRefused() public {
        IPaymentChannels.ChannelConfig memory other = channel(2);
        other.receiverAuthorizer = stranger;
        deposit(channel(1), DEPOSIT);
        deposit(other, DEPOSIT);
        IPaymentChannels.VoucherClaim[] memory list = new IPaymentChannels.VoucherClaim[](2);
        list[0] = row(channel(1), VOUCHER_KEY, 5e6, 5e6);
        list[1] = row(other, VOUCHER_KEY, 5e6, 5e6);
        bytes memory signed = signature(AUTHORIZER_KEY, channels.getClaimBatchDigest(list));
        vm.expectRevert(IPaymentChannels.NotReceiverAuthorizer.selector);
        channels.claimWithSignature(list, signed);
        // And one row more than was signed.
        list[1] = row(channel(2), VOUCHER_KEY, 5e6, 5e6);
        vm.expectRevert(IPaymentChannels.InvalidSignature.selector);
        channels.claimWithSignature(list, signed);
    }

    function test_anEmptyBatchIsRefused() public {
        vm.expectRevert(IPaymentChannels.EmptyBatch.selector);
        channels.claim(new IPaymentChannels.VoucherClaim[](0));
        vm.expectRevert(IPaymentChannels.EmptyBatch.selector);
        channels.claimWithSignature(new IPaymentChannels.VoucherClaim[](0), "");
    }

    /// @dev x402 #3464, the seller's good end: online once within the delay, wherever in it, it loses nothing it holds.
    function testFuzz_aSellerOnlineOnceWithinTheDelayLosesNoVoucher(uint128 held, uint128 wanted, uint256 moment)
        public
    {
        held = uint128(bound(held, 1, DEPOSIT));
        wanted = uint128(bound(wanted, 1, DEPOSIT));
        deposit(channel(1), DEPOSIT);
        IPaymentChannels.VoucherClaim[] memory list = rows(row(channel(1), VOUCHER_KEY, held, held));
        bytes memory signed = signature(AUTHORIZER_KEY, channels.getClaimBatchDigest(list));
        vm.prank(payer);
        channels.initiateWithdraw(channel(1), wanted);
        uint256 start = block.timestamp;
        vm.warp(start + bound(moment, 0, DELAY - 1));
        vm.expectRevert(IPaymentChannels.WithdrawDelayNotElapsed.selector);
        vm.prank(payer);
        channels.finalizeWithdraw(channel(1));
        vm.prank(stranger);
        channels.claimWithSignature(list, signed);
        vm.warp(start + DELAY);
        vm.prank(payer);
        channels.finalizeWithdraw(channel(1));
        channels.settle(seller, address(token));
        vm.assertEq(token.balanceOf(seller), held);
        uint128 free = DEPOSIT - held;
        vm.assertEq(token.balanceOf(payer), 1_000_000e6 - DEPOSIT + (wanted < free ? wanted : free));
    }

    /// @dev x402 #3464, the bad end, so that nobody believes otherwise: offline for the whole delay, the voucher is lost.
    function test_aSellerOfflineForTheWholeDelayLosesItsVoucher() public {
        deposit(channel(1), DEPOSIT);
        IPaymentChannels.VoucherClaim memory late = row(channel(1), VOUCHER_KEY, 400e6, 400e6);
        vm.prank(payer);
        channels.initiateWithdraw(channel(1), DEPOSIT);
        vm.warp(block.timestamp + DELAY);
        vm.prank(payer);
        channels.finalizeWithdraw(channel(1));
        refusedClaim(late, IPaymentChannels.ClaimExceedsBalance.selector);
    }

    /// @dev A withdrawal left lying takes no more than was asked for when it began, whatever is deposited since.
    function test_anOldWithdrawalTakesNothingOfALaterDeposit() public {
        deposit(channel(1), 10e6);
        vm.prank(payer);
        channels.initiateWithdraw(channel(1), 10e6);
        vm.warp(block.timestamp + 10 * DELAY);
        deposit(channel(1), 90e6);
        vm.prank(payer);
        channels.finalizeWithdraw(channel(1));
        vm.assertEq(balanceOf(channel(1)), 90e6);
        claim(channel(1), 90e6);
    }

    function test_aTokenThatTakesAFeeCannotBeDeposited() public {
        FeeToken fee = new FeeToken();
        fee.mint(payer, DEPOSIT);
        vm.prank(payer);
        fee.approve(address(collector), DEPOSIT);
        IPaymentChannels.ChannelConfig memory config = channel(1);
        config.token = address(fee);
        vm.expectRevert(IPaymentChannels.DepositCollectionFailed.selector);
        deposit(config, DEPOSIT);
        vm.assertEq(fee.balanceOf(payer), DEPOSIT);
    }

    function test_aTokenThatReturnsFalseLosesNobodyACoin() public {
        FalseToken lying = new FalseToken();
        lying.mint(payer, 2 * DEPOSIT);
        vm.prank(payer);
        lying.approve(address(collector), 2 * DEPOSIT);
        IPaymentChannels.ChannelConfig memory config = channel(1);
        config.token = address(lying);
        deposit(config, DEPOSIT);
        claim(config, 300e6);
        lying.refuse(true);
        vm.expectRevert(IPaymentChannels.DepositCollectionFailed.selector);
        deposit(config, DEPOSIT);
        bytes memory failed = abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(lying));
        vm.expectRevert(failed);
        channels.settle(seller, address(lying));
        vm.expectRevert(failed);
        vm.prank(seller);
        channels.refund(config, 1);
        // Nothing was booked as paid, so it is paid when the token works again.
        lying.refuse(false);
        channels.settle(seller, address(lying));
        vm.assertEq(lying.balanceOf(seller), 300e6);
    }

    function test_aCollectorThatBringsNothingIsFoundOut() public {
        LyingCollector liar = new LyingCollector();
        vm.expectRevert(IPaymentChannels.DepositCollectionFailed.selector);
        channels.deposit(channel(1), DEPOSIT, address(liar), "");
        // A collector without code fails as well.
        vm.expectRevert();
        channels.deposit(channel(1), DEPOSIT, stranger, "");
    }

    /// @dev One transfer, booked twice: the inner deposit would count the outer one's coins.
    function test_aCollectorCannotDepositWithinADeposit() public {
        LyingCollector liar = new LyingCollector();
        liar.arm(abi.encodeCall(IPaymentChannels.deposit, (channel(2), DEPOSIT, address(collector), "")));
        vm.expectRevert(IPaymentChannels.DepositCollectionFailed.selector);
        channels.deposit(channel(1), DEPOSIT, address(liar), "");
        vm.assertEq(token.balanceOf(payer), 1_000_000e6);
    }

    function test_aTokenCannotReenterFromAnyTransfer() public {
        ReentrantToken hostile = new ReentrantToken();
        hostile.mint(payer, 10 * DEPOSIT);
        vm.prank(payer);
        hostile.approve(address(collector), type(uint256).max);
        IPaymentChannels.ChannelConfig memory config = channel(1);
        config.token = address(hostile);
        // The token itself may do all that a payer or receiver may.
        config.receiverAuthorizer = address(hostile);
        config.payerAuthorizer = address(hostile);
        bytes[] memory inner = new bytes[](6);
        inner[0] = abi.encodeCall(IPaymentChannels.deposit, (config, 1, address(collector), ""));
        inner[1] = abi.encodeCall(IPaymentChannels.settle, (seller, address(hostile)));
        inner[2] = abi.encodeCall(IPaymentChannels.refund, (config, 1));
        inner[3] = abi.encodeCall(IPaymentChannels.initiateWithdraw, (config, 1));
        inner[4] = abi.encodeCall(IPaymentChannels.finalizeWithdraw, (config));
        inner[5] = abi.encodeCall(IPaymentChannels.claim, (rows(row(config, VOUCHER_KEY, 1, 1))));
        for (uint256 i = 0; i < inner.length; ++i) {
            hostile.arm(address(channels), inner[i]);
            uint256 before = hostile.attempts();
            deposit(config, DEPOSIT);
            vm.prank(seller);
            channels.refund(config, 10e6);
            vm.assertEq(hostile.attempts(), before + 2);
            vm.assertTrue(!hostile.succeeded(), "re-entered");
            vm.assertEq(hostile.answer(), abi.encodeWithSelector(REENTERED));
        }
        hostile.arm(address(0), "");
        vm.assertEq(balanceOf(config), 6 * (DEPOSIT - 10e6));
        vm.assertEq(hostile.balanceOf(address(channels)), 6 * (DEPOSIT - 10e6));
    }

    function test_aTokenCannotReenterFromSettlementOrWithdrawal() public {
        ReentrantToken hostile = new ReentrantToken();
        hostile.mint(payer, DEPOSIT);
        vm.prank(payer);
        hostile.approve(address(collector), type(uint256).max);
        IPaymentChannels.ChannelConfig memory config = channel(1);
        config.token = address(hostile);
        deposit(config, DEPOSIT);
        claim(config, 300e6);
        vm.prank(payer);
        channels.initiateWithdraw(config, DEPOSIT - 300e6);
        vm.warp(block.timestamp + DELAY);
        hostile.arm(address(channels), abi.encodeCall(IPaymentChannels.settle, (seller, address(hostile))));
        channels.settle(seller, address(hostile));
        vm.assertEq(hostile.answer(), abi.encodeWithSelector(REENTERED));
        vm.prank(payer);
        channels.finalizeWithdraw(config);
        vm.assertEq(hostile.answer(), abi.encodeWithSelector(REENTERED));
        vm.assertEq(hostile.attempts(), 2);
        vm.assertEq(hostile.balanceOf(seller), 300e6);
        vm.assertEq(hostile.balanceOf(address(channels)), 0);
    }

    /// @dev A junk token's accounts are its own: they overflow without touching anybody else's.
    function test_aJunkTokenOverflowsOnlyItsOwnAccounts() public {
        deposit(channel(1), DEPOSIT);
        claim(channel(1), 5e6);
        ReentrantToken junk = new ReentrantToken();
        junk.mint(payer, type(uint256).max);
        vm.prank(payer);
        junk.approve(address(collector), type(uint256).max);
        IPaymentChannels.ChannelConfig memory config = channel(1);
        config.token = address(junk);
        deposit(config, type(uint128).max);
        claim(config, type(uint128).max);
        config.salt = bytes32(uint256(2));
        deposit(config, 1);
        IPaymentChannels.VoucherClaim[] memory list = rows(row(config, VOUCHER_KEY, 1, 1));
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        vm.prank(seller);
        channels.claim(list);
        channels.settle(seller, address(token));
        vm.assertEq(token.balanceOf(seller), 5e6);
    }

    function test_multicallKeepsTheCaller() public {
        deposit(channel(1), DEPOSIT);
        bytes[] memory calls = new bytes[](1);
        calls[0] = abi.encodeCall(IPaymentChannels.refund, (channel(1), 1));
        vm.expectRevert(IPaymentChannels.NotAuthorizedToRefund.selector);
        vm.prank(stranger);
        channels.multicall(calls);
    }

    function refusedClaim(IPaymentChannels.VoucherClaim memory only, bytes4 reason) private {
        IPaymentChannels.VoucherClaim[] memory list = rows(only);
        vm.expectRevert(reason);
        vm.prank(seller);
        channels.claim(list);
    }
}
