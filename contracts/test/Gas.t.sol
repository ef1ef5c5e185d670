// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPaymentChannels} from "../src/interfaces/IPaymentChannels.sol";
import {ERC3009DepositCollector} from "../src/ERC3009DepositCollector.sol";
import {EvidenceAnchor} from "../src/EvidenceAnchor.sol";
import {TestDollar} from "../src/TestDollar.sol";
import {ChannelFixture} from "./ChannelFixture.sol";

/// @title What the calls cost inside a transaction, measured as x402 measures its own: gas/PaymentChannels.json is a reviewed diff.
/// @dev x402's published snapshot (contracts/evm of its repository): claim 40,252, ten channels 192,043, settle 31,204.
contract GasTest is ChannelFixture {
    function test_claimOfOneVoucher() public {
        deposit(channel(1), DEPOSIT);
        IPaymentChannels.VoucherClaim[] memory list = rows(row(channel(1), VOUCHER_KEY, 100e6, 100e6));
        vm.prank(authorizer);
        channels.claim(list);
        vm.assertLt(vm.snapshotGasLastCall("PaymentChannels", "claim"), 40_252, "claim");
    }

    function test_claimOfTenChannels() public {
        IPaymentChannels.VoucherClaim[] memory list = new IPaymentChannels.VoucherClaim[](10);
        for (uint256 i = 0; i < 10; ++i) {
            deposit(channel(i), DEPOSIT);
            list[i] = row(channel(i), VOUCHER_KEY, 100e6, 100e6);
        }
        vm.prank(authorizer);
        channels.claim(list);
        vm.assertLt(vm.snapshotGasLastCall("PaymentChannels", "claim ten channels"), 192_043, "ten channels");
    }

    function test_settle() public {
        deposit(channel(1), DEPOSIT);
        claim(channel(1), 100e6);
        channels.settle(seller, address(token));
        vm.assertLt(vm.snapshotGasLastCall("PaymentChannels", "settle"), 31_204, "settle");
    }

    function test_refund() public {
        deposit(channel(1), DEPOSIT);
        vm.prank(authorizer);
        channels.refund(channel(1), DEPOSIT);
        vm.snapshotGasLastCall("PaymentChannels", "refund");
    }
}

/// @title What whole transactions cost, each on cold storage, with what every transaction costs anyway.
/// forge-config: default.isolate = true
contract TransactionGasTest is ChannelFixture {
    uint256 private constant CALLS = 1000;

    TestDollar private dollar;
    ERC3009DepositCollector private gasless;

    function setUp() public override {
        vm.chainId(31337);
        super.setUp();
        dollar = new TestDollar(address(this));
        gasless = new ERC3009DepositCollector(address(channels));
    }

    /// @dev A thousand answers are a thousand vouchers off chain and two transactions: the deposit, and the claim of the last
    /// voucher together with its settlement. A new buyer opens a new channel with a seller that has sold before.
    function test_aThousandCallsOnOneChannel() public {
        uint256 first = lifeOfAChannel(PAYER_KEY, "first channel of all");
        vm.snapshotValue("Transactions", "first channel of all, per call of a thousand", first / CALLS);
        uint256 later = lifeOfAChannel(0xa11ce3, "new buyer's channel");
        vm.snapshotValue("Transactions", "new buyer's channel, per call of a thousand", later / CALLS);
        vm.assertLe(later / CALLS, 200, "gas per call");
    }

    function lifeOfAChannel(uint256 buyerKey, string memory name) private returns (uint256) {
        address buyer = vm.addr(buyerKey);
        // As buyers do, it has more than it deposits.
        dollar.mint(buyer, 2 * DEPOSIT);
        IPaymentChannels.ChannelConfig memory config = channel(1);
        config.payer = buyer;
        config.token = address(dollar);
        bytes memory data = authorization(buyerKey, buyer, channels.getChannelId(config));
        channels.deposit(config, DEPOSIT, address(gasless), data);
        uint256 depositing = vm.snapshotGasLastCall("Transactions", string.concat(name, ": deposit by ERC-3009"));

        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(
            IPaymentChannels.claim, (rows(row(config, VOUCHER_KEY, uint128(CALLS) * 1e5, uint128(CALLS) * 1e5)))
        );
        calls[1] = abi.encodeCall(IPaymentChannels.settle, (seller, address(dollar)));
        vm.prank(seller);
        channels.multicall(calls);
        return depositing + vm.snapshotGasLastCall("Transactions", string.concat(name, ": claim with settlement"));
    }

    function authorization(uint256 buyerKey, address buyer, bytes32 id) private view returns (bytes memory) {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256(
                    "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
                ),
                buyer,
                address(gasless),
                uint256(DEPOSIT),
                0,
                type(uint256).max,
                keccak256(abi.encode(id, uint256(7)))
            )
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", dollar.DOMAIN_SEPARATOR(), structHash));
        return abi.encode(0, type(uint256).max, uint256(7), signature(buyerKey, digest));
    }

    /// @dev What an answer costs that is paid by x402's scheme `exact`: the seller submits the buyer's transfer.
    function test_exact() public {
        address buyer = vm.addr(PAYER_KEY);
        dollar.mint(buyer, 1e6);
        exact(buyer, 1);
        vm.snapshotGasLastCall("Transactions", "first transfer by ERC-3009 to a seller");
        exact(buyer, 2);
        vm.snapshotGasLastCall("Transactions", "later transfer by ERC-3009 to a seller");
    }

    function exact(address buyer, uint256 nonce) private {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256(
                    "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
                ),
                buyer,
                seller,
                uint256(50),
                0,
                type(uint256).max,
                nonce
            )
        );
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(PAYER_KEY, keccak256(abi.encodePacked(hex"1901", dollar.DOMAIN_SEPARATOR(), structHash)));
        dollar.transferWithAuthorization(buyer, seller, 50, 0, type(uint256).max, bytes32(nonce), v, r, s);
    }

    function test_refundAlone() public {
        deposit(channel(1), DEPOSIT);
        vm.prank(seller);
        channels.refund(channel(1), 1e6);
        vm.snapshotGasLastCall("Transactions", "refund");
    }

    function test_claimAlone() public {
        deposit(channel(1), DEPOSIT);
        claim(channel(1), 1e6);
        claim(channel(1), 2e6);
        vm.snapshotGasLastCall("Transactions", "later claim");
        channels.settle(seller, address(token));
        vm.snapshotGasLastCall("Transactions", "first settlement");
        claim(channel(1), 3e6);
        channels.settle(seller, address(token));
        vm.snapshotGasLastCall("Transactions", "later settlement");
    }

    function test_anchor() public {
        EvidenceAnchor anchors = new EvidenceAnchor();
        anchors.anchor(keccak256("origin"), 1, keccak256("root"));
        vm.snapshotGasLastCall("Transactions", "first anchor of a log");
        anchors.anchor(keccak256("origin"), 2, keccak256("root 2"));
        vm.snapshotGasLastCall("Transactions", "later anchor of a log");
    }
}
