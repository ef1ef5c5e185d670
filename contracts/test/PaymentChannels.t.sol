// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPaymentChannels} from "../src/interfaces/IPaymentChannels.sol";
import {ChannelFixture} from "./ChannelFixture.sol";
import {ContractWallet} from "./doubles/ContractWallet.sol";

/// @title What payment channels do when everybody behaves, and each refusal for its stated reason.
contract PaymentChannelsTest is ChannelFixture {
    function test_aBuyerDepositsASellerClaimsAndIsPaid() public {
        deposit(channel(1), DEPOSIT);
        claim(channel(1), 400e6);
        claim(channel(1), 700e6);
        channels.settle(seller, address(token));
        vm.assertEq(token.balanceOf(seller), 700e6);
        vm.prank(seller);
        channels.refund(channel(1), DEPOSIT);
        vm.assertEq(token.balanceOf(payer), 1_000_000e6 - 700e6);
        vm.assertEq(token.balanceOf(address(channels)), 0);
    }

    function test_lessThanTheVoucherMayBeClaimed() public {
        deposit(channel(1), DEPOSIT);
        IPaymentChannels.VoucherClaim[] memory list = rows(row(channel(1), VOUCHER_KEY, 500e6, 300e6));
        vm.prank(authorizer);
        channels.claim(list);
        vm.assertEq(claimedOf(channel(1)), 300e6);
    }

    function test_anOldVoucherIsPassedOverWithoutError() public {
        deposit(channel(1), DEPOSIT);
        claim(channel(1), 700e6);
        claim(channel(1), 400e6);
        claim(channel(1), 700e6);
        vm.assertEq(claimedOf(channel(1)), 700e6);
        (uint128 claimed,) = channels.receivers(seller, address(token));
        vm.assertEq(claimed, 700e6);
    }

    function test_aWatchtowerClaimsByTheAuthorizersSignature() public {
        deposit(channel(1), DEPOSIT);
        deposit(channel(2), DEPOSIT);
        IPaymentChannels.VoucherClaim[] memory list = new IPaymentChannels.VoucherClaim[](2);
        list[0] = row(channel(1), VOUCHER_KEY, 10e6, 10e6);
        list[1] = row(channel(2), VOUCHER_KEY, 20e6, 15e6);
        bytes memory signed = signature(AUTHORIZER_KEY, channels.getClaimBatchDigest(list));
        vm.prank(stranger);
        channels.claimWithSignature(list, signed);
        vm.assertEq(claimedOf(channel(1)), 10e6);
        vm.assertEq(claimedOf(channel(2)), 15e6);
    }

    function test_claimAndSettlementGoInOneTransaction() public {
        deposit(channel(1), DEPOSIT);
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(IPaymentChannels.claim, (rows(row(channel(1), VOUCHER_KEY, 5e6, 5e6))));
        calls[1] = abi.encodeCall(IPaymentChannels.settle, (seller, address(token)));
        vm.prank(seller);
        channels.multicall(calls);
        vm.assertEq(token.balanceOf(seller), 5e6);
    }

    function test_aPayerThatIsAContractSignsVouchers() public {
        ContractWallet wallet = new ContractWallet(payer);
        token.mint(address(wallet), DEPOSIT);
        wallet.execute(address(token), abi.encodeCall(token.approve, (address(collector), DEPOSIT)));
        IPaymentChannels.ChannelConfig memory config = channel(1);
        config.payer = address(wallet);
        config.payerAuthorizer = address(0);
        deposit(config, DEPOSIT);
        IPaymentChannels.VoucherClaim[] memory list = rows(row(config, PAYER_KEY, 9e6, 9e6));
        vm.prank(seller);
        channels.claim(list);
        vm.assertEq(claimedOf(config), 9e6);
        list = rows(row(config, VOUCHER_KEY, 10e6, 10e6));
        vm.expectRevert(IPaymentChannels.InvalidSignature.selector);
        vm.prank(seller);
        channels.claim(list);
    }

    function test_settlingNothingIsNoError() public {
        channels.settle(seller, address(token));
        vm.assertEq(token.balanceOf(seller), 0);
    }

    function test_depositsAreRefusedForWhatIsWrongWithThem() public {
        IPaymentChannels.ChannelConfig memory config = channel(1);
        config.payer = address(0);
        refusedDeposit(config, 1, address(collector), IPaymentChannels.InvalidChannel.selector);
        config = channel(1);
        config.receiver = address(0);
        refusedDeposit(config, 1, address(collector), IPaymentChannels.InvalidChannel.selector);
        config = channel(1);
        config.receiverAuthorizer = address(0);
        refusedDeposit(config, 1, address(collector), IPaymentChannels.InvalidChannel.selector);
        config = channel(1);
        config.token = address(0);
        refusedDeposit(config, 1, address(collector), IPaymentChannels.InvalidChannel.selector);
        config = channel(1);
        config.withdrawDelay = 15 minutes - 1;
        refusedDeposit(config, 1, address(collector), IPaymentChannels.WithdrawDelayOutOfRange.selector);
        config.withdrawDelay = 30 days + 1;
        refusedDeposit(config, 1, address(collector), IPaymentChannels.WithdrawDelayOutOfRange.selector);
        refusedDeposit(channel(1), 0, address(collector), IPaymentChannels.ZeroDeposit.selector);
        refusedDeposit(channel(1), 1, address(0), IPaymentChannels.InvalidCollector.selector);
        token.mint(payer, type(uint128).max);
        deposit(channel(1), type(uint128).max);
        refusedDeposit(channel(1), 1, address(collector), IPaymentChannels.DepositOverflow.selector);
    }

    function test_theShortestAndTheLongestDelayAreTaken() public {
        IPaymentChannels.ChannelConfig memory config = channel(1);
        config.withdrawDelay = 15 minutes;
        deposit(config, 1);
        config.withdrawDelay = 30 days;
        deposit(config, 1);
    }

    function test_withdrawalsAreRefusedForWhatIsWrongWithThem() public {
        deposit(channel(1), DEPOSIT);
        vm.expectRevert(IPaymentChannels.InvalidChannel.selector);
        vm.prank(seller);
        channels.initiateWithdraw(channel(1), 1);
        vm.expectRevert(IPaymentChannels.NothingToWithdraw.selector);
        vm.prank(payer);
        channels.initiateWithdraw(channel(1), 0);
        vm.expectRevert(IPaymentChannels.WithdrawAmountExceedsAvailable.selector);
        vm.prank(payer);
        channels.initiateWithdraw(channel(1), DEPOSIT + 1);
        vm.expectRevert(IPaymentChannels.WithdrawalNotPending.selector);
        vm.prank(payer);
        channels.finalizeWithdraw(channel(1));

        vm.prank(voucherSigner);
        channels.initiateWithdraw(channel(1), DEPOSIT);
        vm.expectRevert(IPaymentChannels.WithdrawalAlreadyPending.selector);
        vm.prank(payer);
        channels.initiateWithdraw(channel(1), 1);
        vm.expectRevert(IPaymentChannels.NotAuthorizedToFinalizeWithdraw.selector);
        vm.prank(stranger);
        channels.finalizeWithdraw(channel(1));
        vm.warp(block.timestamp + DELAY - 1);
        vm.expectRevert(IPaymentChannels.WithdrawDelayNotElapsed.selector);
        vm.prank(payer);
        channels.finalizeWithdraw(channel(1));
        vm.warp(block.timestamp + 1);
        vm.prank(voucherSigner);
        channels.finalizeWithdraw(channel(1));
        vm.assertEq(token.balanceOf(payer), 1_000_000e6);
    }

    function test_refundsAreRefusedForWhatIsWrongWithThem() public {
        deposit(channel(1), DEPOSIT);
        bytes32 id = channels.getChannelId(channel(1));
        vm.expectRevert(IPaymentChannels.NotAuthorizedToRefund.selector);
        vm.prank(payer);
        channels.refund(channel(1), 1);
        vm.expectRevert(IPaymentChannels.ZeroRefund.selector);
        vm.prank(seller);
        channels.refund(channel(1), 0);

        bytes memory signed = signature(AUTHORIZER_KEY, channels.getRefundDigest(id, 0, 100e6));
        vm.expectRevert(IPaymentChannels.InvalidRefundNonce.selector);
        channels.refundWithSignature(channel(1), 100e6, 1, signed);
        vm.expectRevert(IPaymentChannels.InvalidSignature.selector);
        channels.refundWithSignature(channel(1), 101e6, 0, signed);
        channels.refundWithSignature(channel(1), 100e6, 0, signed);
        vm.expectRevert(IPaymentChannels.InvalidRefundNonce.selector);
        channels.refundWithSignature(channel(1), 100e6, 0, signed);
        vm.assertEq(token.balanceOf(payer), 1_000_000e6 - DEPOSIT + 100e6);
    }

    function test_aRefundLessensThePendingWithdrawal() public {
        deposit(channel(1), DEPOSIT);
        bytes32 id = channels.getChannelId(channel(1));
        vm.prank(payer);
        channels.initiateWithdraw(channel(1), 600e6);
        vm.prank(seller);
        channels.refund(channel(1), 200e6);
        (uint128 amount,) = channels.pendingWithdrawals(id);
        vm.assertEq(amount, 400e6);
        vm.prank(seller);
        channels.refund(channel(1), 500e6);
        (, uint40 initiatedAt) = channels.pendingWithdrawals(id);
        vm.assertEq(initiatedAt, 0);
        vm.assertEq(balanceOf(channel(1)), 300e6);
    }

    function test_openingAndClosingAreTold() public {
        bytes32 id = channels.getChannelId(channel(1));
        vm.expectEmit();
        emit IPaymentChannels.ChannelCreated(id, channel(1));
        vm.expectEmit();
        emit IPaymentChannels.Deposited(id, address(this), DEPOSIT, DEPOSIT);
        channels.deposit(channel(1), DEPOSIT, address(collector), "");
        vm.expectEmit();
        emit IPaymentChannels.Refunded(id, seller, DEPOSIT);
        vm.expectEmit();
        emit IPaymentChannels.ChannelClosed(id, channel(1));
        vm.prank(seller);
        channels.refund(channel(1), DEPOSIT);
    }

    function testFuzz_whatGoesInComesOut(uint128 amount, uint128 ceiling, uint128 total) public {
        amount = uint128(bound(amount, 1, 1_000_000e6));
        ceiling = uint128(bound(ceiling, 0, amount));
        total = uint128(bound(total, 0, ceiling));
        deposit(channel(1), amount);
        IPaymentChannels.VoucherClaim[] memory list = rows(row(channel(1), VOUCHER_KEY, ceiling, total));
        vm.prank(seller);
        channels.claim(list);
        channels.settle(seller, address(token));
        if (total < amount) {
            vm.prank(payer);
            channels.initiateWithdraw(channel(1), amount - total);
            vm.warp(block.timestamp + DELAY);
            vm.prank(payer);
            channels.finalizeWithdraw(channel(1));
        }
        vm.assertEq(token.balanceOf(seller), total);
        vm.assertEq(token.balanceOf(payer), 1_000_000e6 - total);
        vm.assertEq(token.balanceOf(address(channels)), 0);
    }

    /// @dev The digests computed here by the rules of EIP-712 from nothing but the type strings.
    function testFuzz_digestsFollowTheTypedData(IPaymentChannels.ChannelConfig memory config, uint128 a, uint128 b)
        public
        view
    {
        bytes32 id = digest(
            keccak256(
                bytes.concat(
                    keccak256(
                        "ChannelConfig(address payer,address payerAuthorizer,address receiver,address receiverAuthorizer,address token,uint40 withdrawDelay,bytes32 salt)"
                    ),
                    abi.encode(config.payer, config.payerAuthorizer, config.receiver, config.receiverAuthorizer),
                    abi.encode(config.token, config.withdrawDelay, config.salt)
                )
            )
        );
        vm.assertEq(channels.getChannelId(config), id);
        vm.assertEq(
            channels.getVoucherDigest(id, a),
            digest(keccak256(abi.encode(keccak256("Voucher(bytes32 channelId,uint128 maxClaimableAmount)"), id, a)))
        );
        vm.assertEq(
            channels.getRefundDigest(id, a, b),
            digest(
                keccak256(
                    abi.encode(keccak256("Refund(bytes32 channelId,uint256 nonce,uint128 amount)"), id, uint256(a), b)
                )
            )
        );
        IPaymentChannels.VoucherClaim[] memory list = new IPaymentChannels.VoucherClaim[](2);
        list[0] = IPaymentChannels.VoucherClaim(IPaymentChannels.Voucher(config, a), "", b);
        list[1] = IPaymentChannels.VoucherClaim(IPaymentChannels.Voucher(config, b), "", a);
        bytes32 entryType =
            keccak256("ClaimEntry(bytes32 channelId,uint128 maxClaimableAmount,uint128 totalClaimed)");
        bytes32 entries = keccak256(
            bytes.concat(
                keccak256(abi.encode(entryType, id, a, b)), keccak256(abi.encode(entryType, id, b, a))
            )
        );
        bytes32 batchType = keccak256(
            "ClaimBatch(ClaimEntry[] claims)ClaimEntry(bytes32 channelId,uint128 maxClaimableAmount,uint128 totalClaimed)"
        );
        vm.assertEq(channels.getClaimBatchDigest(list), digest(keccak256(abi.encode(batchType, entries))));
    }

    function digest(bytes32 structHash) private view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("x402 Batch Settlement"),
                keccak256("1"),
                block.chainid,
                address(channels)
            )
        );
        return keccak256(bytes.concat(hex"1901", domain, structHash));
    }

    function refusedDeposit(
        IPaymentChannels.ChannelConfig memory config,
        uint128 amount,
        address collector_,
        bytes4 reason
    ) private {
        vm.expectRevert(reason);
        channels.deposit(config, amount, collector_, "");
    }
}
