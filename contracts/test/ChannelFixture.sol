// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPaymentChannels} from "../src/interfaces/IPaymentChannels.sol";
import {PaymentChannels} from "../src/PaymentChannels.sol";
import {AllowanceCollector, PlainToken} from "./doubles/Tokens.sol";
import {Test} from "./Test.sol";

/// @title A buyer, a seller, a stranger and a channel between the first two.
abstract contract ChannelFixture is Test {
    uint256 internal constant PAYER_KEY = 0xa11ce;
    uint256 internal constant VOUCHER_KEY = 0xa11ce2;
    uint256 internal constant SELLER_KEY = 0xb0b;
    uint256 internal constant AUTHORIZER_KEY = 0xb0b2;
    uint128 internal constant DEPOSIT = 1000e6;
    uint40 internal constant DELAY = 1 hours;

    address internal payer = vm.addr(PAYER_KEY);
    address internal voucherSigner = vm.addr(VOUCHER_KEY);
    address internal seller = vm.addr(SELLER_KEY);
    address internal authorizer = vm.addr(AUTHORIZER_KEY);
    address internal stranger = address(0x57a);

    PaymentChannels internal channels;
    PlainToken internal token;
    AllowanceCollector internal collector;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        channels = new PaymentChannels();
        token = new PlainToken();
        collector = new AllowanceCollector();
        token.mint(payer, 1_000_000e6);
        vm.prank(payer);
        token.approve(address(collector), type(uint256).max);
    }

    function channel(uint256 salt) internal view returns (IPaymentChannels.ChannelConfig memory) {
        return IPaymentChannels.ChannelConfig({
            payer: payer,
            payerAuthorizer: voucherSigner,
            receiver: seller,
            receiverAuthorizer: authorizer,
            token: address(token),
            withdrawDelay: DELAY,
            salt: bytes32(salt)
        });
    }

    function deposit(IPaymentChannels.ChannelConfig memory config, uint128 amount) internal {
        channels.deposit(config, amount, address(collector), "");
    }

    function row(IPaymentChannels.ChannelConfig memory config, uint256 key, uint128 ceiling, uint128 total)
        internal
        view
        returns (IPaymentChannels.VoucherClaim memory)
    {
        bytes32 digest = channels.getVoucherDigest(channels.getChannelId(config), ceiling);
        return IPaymentChannels.VoucherClaim(
            IPaymentChannels.Voucher(config, ceiling), signature(key, digest), total
        );
    }

    function rows(IPaymentChannels.VoucherClaim memory only)
        internal
        pure
        returns (IPaymentChannels.VoucherClaim[] memory list)
    {
        list = new IPaymentChannels.VoucherClaim[](1);
        list[0] = only;
    }

    /// @dev One voucher, signed and claimed in full by the seller.
    function claim(IPaymentChannels.ChannelConfig memory config, uint128 total) internal {
        IPaymentChannels.VoucherClaim[] memory list = rows(row(config, VOUCHER_KEY, total, total));
        vm.prank(seller);
        channels.claim(list);
    }

    function balanceOf(IPaymentChannels.ChannelConfig memory config) internal view returns (uint128 balance) {
        (balance,) = channels.channels(channels.getChannelId(config));
    }

    function claimedOf(IPaymentChannels.ChannelConfig memory config) internal view returns (uint128 claimed) {
        (, claimed) = channels.channels(channels.getChannelId(config));
    }
}
