// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDepositCollector} from "../src/interfaces/IDepositCollector.sol";
import {IERC3009} from "../src/interfaces/IERC3009.sol";
import {IPaymentChannels} from "../src/interfaces/IPaymentChannels.sol";
import {ISignatureTransfer} from "../src/interfaces/ISignatureTransfer.sol";
import {ERC3009DepositCollector} from "../src/ERC3009DepositCollector.sol";
import {Permit2DepositCollector} from "../src/Permit2DepositCollector.sol";
import {TestDollar} from "../src/TestDollar.sol";
import {ChannelFixture} from "./ChannelFixture.sol";
import {Permit2Double} from "./doubles/Permit2Double.sol";

/// @title Deposits by signature: the coins go into the channel that was signed for, once, or nowhere.
contract DepositCollectorsTest is ChannelFixture {
    TestDollar private dollar;
    ERC3009DepositCollector private gasless;
    Permit2Double private permit2;
    Permit2DepositCollector private permitted;

    function setUp() public override {
        vm.chainId(31337);
        super.setUp();
        dollar = new TestDollar(address(this));
        dollar.mint(payer, 1_000_000e6);
        gasless = new ERC3009DepositCollector(address(channels));
        permit2 = new Permit2Double();
        permitted = new Permit2DepositCollector(address(channels), permit2);
    }

    function test_anAuthorizationFundsTheChannelItNames() public {
        bytes memory data = authorization(DEPOSIT, dollarChannel(1), 7);
        vm.prank(stranger);
        channels.deposit(dollarChannel(1), DEPOSIT, address(gasless), data);
        vm.assertEq(balanceOf(dollarChannel(1)), DEPOSIT);
        vm.assertEq(dollar.balanceOf(address(gasless)), 0);
        vm.expectRevert();
        channels.deposit(dollarChannel(1), DEPOSIT, address(gasless), data);
    }

    function test_anAuthorizationFundsNoOtherChannelAndNoOtherAmount() public {
        bytes memory data = authorization(DEPOSIT, dollarChannel(1), 7);
        vm.expectRevert(IERC3009.AuthorizationSignatureInvalid.selector);
        channels.deposit(dollarChannel(2), DEPOSIT, address(gasless), data);
        vm.expectRevert(IERC3009.AuthorizationSignatureInvalid.selector);
        channels.deposit(dollarChannel(1), DEPOSIT - 1, address(gasless), data);
    }

    function test_onlyTheChannelsMayCollect() public {
        vm.expectRevert(IDepositCollector.OnlyPaymentChannels.selector);
        gasless.collect(payer, address(dollar), 1, bytes32(0), "");
        vm.expectRevert(IDepositCollector.OnlyPaymentChannels.selector);
        permitted.collect(payer, address(dollar), 1, bytes32(0), "");
        bytes memory data = authorization(DEPOSIT, dollarChannel(1), 7);
        bytes32 id = channels.getChannelId(dollarChannel(1));
        vm.expectRevert(IDepositCollector.OnlyPaymentChannels.selector);
        vm.prank(stranger);
        gasless.collect(payer, address(dollar), DEPOSIT, id, data);
    }

    function test_aPermit2SignatureFundsTheChannelItNames() public {
        vm.prank(payer);
        dollar.approve(address(permit2), type(uint256).max);
        bytes memory data = transfer(DEPOSIT, dollarChannel(1), "");
        vm.expectRevert(Permit2Double.WrongSigner.selector);
        channels.deposit(dollarChannel(2), DEPOSIT, address(permitted), data);
        vm.prank(stranger);
        channels.deposit(dollarChannel(1), DEPOSIT, address(permitted), data);
        vm.assertEq(balanceOf(dollarChannel(1)), DEPOSIT);
        vm.expectRevert(Permit2Double.NonceUsed.selector);
        channels.deposit(dollarChannel(1), DEPOSIT, address(permitted), data);
    }

    function test_aPermitMayComeAlong() public {
        bytes memory data = transfer(DEPOSIT, dollarChannel(1), permit(DEPOSIT));
        channels.deposit(dollarChannel(1), DEPOSIT, address(permitted), data);
        vm.assertEq(balanceOf(dollarChannel(1)), DEPOSIT);
    }

    /// @dev Whoever sees the permit in the pool may submit it first; the deposit must go through all the same.
    function test_aPermitThatSomebodySubmittedFirstStopsNothing() public {
        bytes memory allowed = permit(DEPOSIT);
        (uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) =
            abi.decode(allowed, (uint256, uint256, uint8, bytes32, bytes32));
        vm.prank(stranger);
        dollar.permit(payer, address(permit2), value, deadline, v, r, s);
        channels.deposit(
            dollarChannel(1), DEPOSIT, address(permitted), transfer(DEPOSIT, dollarChannel(1), allowed)
        );
        vm.assertEq(balanceOf(dollarChannel(1)), DEPOSIT);
    }

    function test_aPermitForAnotherAmountIsRefused() public {
        bytes memory data = transfer(DEPOSIT, dollarChannel(1), permit(DEPOSIT + 1));
        vm.expectRevert(
            abi.encodeWithSelector(Permit2DepositCollector.PermitForAnotherAmount.selector, DEPOSIT + 1, DEPOSIT)
        );
        channels.deposit(dollarChannel(1), DEPOSIT, address(permitted), data);
    }

    function dollarChannel(uint256 salt) private view returns (IPaymentChannels.ChannelConfig memory config) {
        config = channel(salt);
        config.token = address(dollar);
    }

    function authorization(uint128 amount, IPaymentChannels.ChannelConfig memory config, uint256 salt)
        private
        view
        returns (bytes memory)
    {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256(
                    "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
                ),
                payer,
                address(gasless),
                uint256(amount),
                0,
                type(uint256).max,
                keccak256(abi.encode(channels.getChannelId(config), salt))
            )
        );
        return abi.encode(0, type(uint256).max, salt, signature(PAYER_KEY, typed(structHash)));
    }

    function transfer(uint128 amount, IPaymentChannels.ChannelConfig memory config, bytes memory allowed)
        private
        view
        returns (bytes memory)
    {
        bytes32 digest = permit2.digestOf(
            ISignatureTransfer.PermitTransferFrom(
                ISignatureTransfer.TokenPermissions(address(dollar), amount), 42, block.timestamp
            ),
            address(permitted),
            keccak256(abi.encode(permitted.WITNESS_TYPEHASH(), channels.getChannelId(config))),
            permitted.WITNESS_TYPE_STRING()
        );
        return abi.encode(uint256(42), block.timestamp, signature(PAYER_KEY, digest), allowed);
    }

    function permit(uint256 amount) private view returns (bytes memory) {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                payer,
                address(permit2),
                amount,
                dollar.nonces(payer),
                block.timestamp
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(PAYER_KEY, typed(structHash));
        return abi.encode(amount, block.timestamp, v, r, s);
    }

    function typed(bytes32 structHash) private view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", dollar.DOMAIN_SEPARATOR(), structHash));
    }
}
