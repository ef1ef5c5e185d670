// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPaymentChannels} from "../src/interfaces/IPaymentChannels.sol";
import {PaymentChannels} from "../src/PaymentChannels.sol";
import {AllowanceCollector, PlainToken} from "./doubles/Tokens.sol";
import {Test} from "./Test.sol";

/// @title Buyers, sellers and strangers who do what they like, in any order; and one watchtower that looks at each channel
/// once within a withdrawal delay.
/// @dev It keeps its own books, from which the invariants are judged.
contract ChannelWorld is Test {
    uint256 private constant CHANNELS = 6;
    uint40 private constant DELAY = 1 hours;

    PaymentChannels public immutable channels = new PaymentChannels();
    AllowanceCollector private immutable collector = new AllowanceCollector();
    PlainToken[2] public tokens;
    IPaymentChannels.ChannelConfig[CHANNELS] private configs;
    bytes32[CHANNELS] private ids;

    mapping(PlainToken => uint256) public deposited;
    mapping(PlainToken => uint256) public returned;
    mapping(PlainToken => uint256) public settled;
    mapping(uint256 index => uint128) public signed;
    mapping(uint256 index => uint128) public accepted;
    mapping(uint256 index => uint128) public lastClaimed;
    mapping(uint256 index => uint256) public watchBy;
    uint256 public deposits;
    uint256 public claims;
    uint256 public withdrawals;

    constructor() {
        vm.warp(1_800_000_000);
        tokens = [new PlainToken(), new PlainToken()];
        for (uint256 i = 0; i < CHANNELS; ++i) {
            // Two buyers, two sellers, two tokens; every third channel has the payer sign for itself.
            address payer = vm.addr(payerKey(i));
            configs[i] = IPaymentChannels.ChannelConfig({
                payer: payer,
                payerAuthorizer: i % 3 == 2 ? address(0) : vm.addr(payerKey(i) + 100),
                receiver: vm.addr(300 + i % 2),
                receiverAuthorizer: vm.addr(400),
                token: address(tokens[i / 3]),
                withdrawDelay: DELAY,
                salt: bytes32(i)
            });
            ids[i] = channels.getChannelId(configs[i]);
            tokens[i / 3].mint(payer, 1e30);
            vm.prank(payer);
            tokens[i / 3].approve(address(collector), type(uint256).max);
        }
    }

    function deposit(uint256 which, uint128 amount) external {
        (uint256 i, IPaymentChannels.ChannelConfig memory config,) = pick(which);
        amount = uint128(bound(amount, 1, 1e24));
        channels.deposit(config, amount, address(collector), "");
        deposited[tokens[i / 3]] += amount;
        ++deposits;
    }

    /// @dev The buyer signs; the seller takes it only where the channel covers it beside what is being withdrawn.
    function sign(uint256 which, uint128 ceiling) external {
        (uint256 i,, bytes32 id) = pick(which);
        (uint128 balance,) = channels.channels(id);
        (uint128 leaving,) = channels.pendingWithdrawals(id);
        ceiling = uint128(bound(ceiling, 0, uint256(balance) + 1e20));
        if (ceiling > signed[i]) signed[i] = ceiling;
        if (ceiling <= balance - leaving && ceiling > accepted[i]) accepted[i] = ceiling;
    }

    function claim(uint256 which, uint128 total, bool byAuthorizer) external {
        (uint256 i, IPaymentChannels.ChannelConfig memory config, bytes32 id) = pick(which);
        (uint128 balance,) = channels.channels(id);
        uint128 most = signed[i] < balance ? signed[i] : balance;
        total = uint128(bound(total, 0, most));
        IPaymentChannels.VoucherClaim[] memory list = new IPaymentChannels.VoucherClaim[](1);
        list[0] = row(i, signed[i], total);
        vm.prank(byAuthorizer ? config.receiverAuthorizer : config.receiver);
        channels.claim(list);
        ++claims;
    }

    /// @dev All channels at once, in the authorizer's name, by nobody in particular.
    function claimAll(uint128 share) external {
        IPaymentChannels.VoucherClaim[] memory list = new IPaymentChannels.VoucherClaim[](CHANNELS);
        for (uint256 i = 0; i < CHANNELS; ++i) {
            list[i] = row(i, accepted[i], uint128(bound(share, 0, accepted[i])));
        }
        submit(list);
    }

    /// @dev More than the voucher or the balance: never goes through.
    function overclaim(uint256 which, uint128 more) external {
        (uint256 i, IPaymentChannels.ChannelConfig memory config, bytes32 id) = pick(which);
        (uint128 balance,) = channels.channels(id);
        more = uint128(bound(more, 1, 1e24));
        IPaymentChannels.VoucherClaim[] memory list = new IPaymentChannels.VoucherClaim[](1);
        uint128 most = signed[i] < balance ? signed[i] : balance;
        list[0] = row(i, signed[i], most + more);
        vm.prank(config.receiver);
        try channels.claim(list) {
            revert("an overclaim went through");
        } catch {}
    }

    function settle(uint256 which) external {
        (uint256 i, IPaymentChannels.ChannelConfig memory config,) = pick(which);
        uint256 before = PlainToken(config.token).balanceOf(config.receiver);
        channels.settle(config.receiver, config.token);
        settled[tokens[i / 3]] += PlainToken(config.token).balanceOf(config.receiver) - before;
    }

    /// @dev An honest seller gives back what it holds no voucher for.
    function refund(uint256 which, uint128 amount, bool bySignature) external {
        (uint256 i, IPaymentChannels.ChannelConfig memory config, bytes32 id) = pick(which);
        (uint128 balance,) = channels.channels(id);
        if (balance == accepted[i]) return;
        amount = uint128(bound(amount, 1, balance - accepted[i]));
        uint256 before = PlainToken(config.token).balanceOf(config.payer);
        if (bySignature) {
            uint256 nonce = channels.refundNonce(id);
            bytes memory permission = signature(400, channels.getRefundDigest(id, nonce, amount));
            channels.refundWithSignature(config, amount, nonce, permission);
        } else {
            vm.prank(config.receiver);
            channels.refund(config, amount);
        }
        returned[tokens[i / 3]] += PlainToken(config.token).balanceOf(config.payer) - before;
    }

    function initiateWithdraw(uint256 which, uint128 amount) external {
        (uint256 i, IPaymentChannels.ChannelConfig memory config, bytes32 id) = pick(which);
        (uint128 balance, uint128 claimed) = channels.channels(id);
        (, uint40 since) = channels.pendingWithdrawals(id);
        if (since != 0 || balance == claimed) return;
        vm.prank(config.payer);
        channels.initiateWithdraw(config, uint128(bound(amount, 1, balance - claimed)));
        watchBy[i] = block.timestamp + DELAY;
    }

    function finalizeWithdraw(uint256 which) external {
        (uint256 i, IPaymentChannels.ChannelConfig memory config, bytes32 id) = pick(which);
        (, uint40 since) = channels.pendingWithdrawals(id);
        if (since == 0 || block.timestamp < since + DELAY) return;
        uint256 before = PlainToken(config.token).balanceOf(config.payer);
        vm.prank(config.payer);
        channels.finalizeWithdraw(config);
        returned[tokens[i / 3]] += PlainToken(config.token).balanceOf(config.payer) - before;
        ++withdrawals;
    }

    /// @dev Too early never goes through.
    function finalizeEarly(uint256 which) external {
        (, IPaymentChannels.ChannelConfig memory config, bytes32 id) = pick(which);
        (, uint40 since) = channels.pendingWithdrawals(id);
        if (since == 0 || block.timestamp >= since + DELAY) return;
        vm.prank(config.payer);
        try channels.finalizeWithdraw(config) {
            revert("a withdrawal ended early");
        } catch {}
    }

    /// @dev Time passes, but the watchtower comes online in each delay, at the last second it can.
    function wait(uint256 time) external {
        uint256 until = block.timestamp + bound(time, 1, DELAY);
        for (uint256 i = 0; i < CHANNELS; ++i) {
            if (watchBy[i] == 0 || watchBy[i] > until) continue;
            vm.warp(watchBy[i] - 1 > block.timestamp ? watchBy[i] - 1 : block.timestamp);
            watchBy[i] = 0;
            if (accepted[i] == 0) continue;
            IPaymentChannels.VoucherClaim[] memory list = new IPaymentChannels.VoucherClaim[](1);
            list[0] = row(i, accepted[i], accepted[i]);
            submit(list);
        }
        vm.warp(until);
    }

    /// @dev Everybody takes out what is theirs.
    function closeAll() external {
        for (uint256 i = 0; i < CHANNELS; ++i) {
            IPaymentChannels.ChannelConfig memory config = configs[i];
            bytes32 id = ids[i];
            channels.settle(config.receiver, config.token);
            vm.warp(block.timestamp + DELAY);
            (, uint40 since) = channels.pendingWithdrawals(id);
            if (since != 0) {
                vm.prank(config.payer);
                channels.finalizeWithdraw(config);
            }
            (uint128 balance, uint128 claimed) = channels.channels(id);
            if (balance == claimed) continue;
            vm.prank(config.payer);
            channels.initiateWithdraw(config, balance - claimed);
            vm.warp(block.timestamp + DELAY);
            vm.prank(config.payer);
            channels.finalizeWithdraw(config);
        }
    }

    /// @dev What must hold now; the books are taken forward.
    function check() external {
        for (uint256 t = 0; t < 2; ++t) {
            PlainToken token = tokens[t];
            uint256 held = token.balanceOf(address(channels));
            vm.assertEq(deposited[token], settled[token] + returned[token] + held, "deposits = paid + held");
            uint256 owed = unsettled(t, 300) + unsettled(t, 301);
            for (uint256 i = 3 * t; i < 3 * t + 3; ++i) {
                (uint128 balance, uint128 claimed) = channels.channels(ids[i]);
                vm.assertLe(claimed, balance, "claims within the deposit");
                vm.assertLe(claimed, signed[i], "claims within the vouchers");
                vm.assertGe(claimed, lastClaimed[i], "claims never shrink");
                vm.assertLe(accepted[i], balance, "an accepted voucher stays covered");
                lastClaimed[i] = claimed;
                owed += balance - claimed;
            }
            vm.assertEq(held, owed, "held = claimed and unsettled + refundable");
        }
    }

    function checkEmpty() external view {
        vm.assertEq(tokens[0].balanceOf(address(channels)), 0, "a coin is stranded");
        vm.assertEq(tokens[1].balanceOf(address(channels)), 0, "a coin is stranded");
    }

    function unsettled(uint256 t, uint256 receiverKey) private view returns (uint256) {
        (uint128 claimed, uint128 paid) = channels.receivers(vm.addr(receiverKey), address(tokens[t]));
        return claimed - paid;
    }

    function submit(IPaymentChannels.VoucherClaim[] memory list) private {
        channels.claimWithSignature(list, signature(400, channels.getClaimBatchDigest(list)));
        ++claims;
    }

    function row(uint256 i, uint128 ceiling, uint128 total)
        private
        view
        returns (IPaymentChannels.VoucherClaim memory)
    {
        uint256 key = configs[i].payerAuthorizer == address(0) ? payerKey(i) : payerKey(i) + 100;
        return IPaymentChannels.VoucherClaim(
            IPaymentChannels.Voucher(configs[i], ceiling),
            signature(key, channels.getVoucherDigest(ids[i], ceiling)),
            total
        );
    }

    function pick(uint256 which)
        private
        view
        returns (uint256 i, IPaymentChannels.ChannelConfig memory config, bytes32 id)
    {
        i = which % CHANNELS;
        config = configs[i];
        id = ids[i];
    }

    function payerKey(uint256 i) private pure returns (uint256) {
        return 100 + i / 2;
    }
}

/// @title What holds after every call, and at the end.
contract PaymentChannelsInvariantsTest is Test {
    struct Selectors {
        address addr;
        bytes4[] selectors;
    }

    ChannelWorld private world;

    function setUp() public {
        world = new ChannelWorld();
    }

    function targetContracts() public view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(world);
    }

    function targetSelectors() public view returns (Selectors[] memory list) {
        list = new Selectors[](1);
        bytes4[] memory selectors = new bytes4[](11);
        selectors[0] = ChannelWorld.deposit.selector;
        selectors[1] = ChannelWorld.sign.selector;
        selectors[2] = ChannelWorld.claim.selector;
        selectors[3] = ChannelWorld.claimAll.selector;
        selectors[4] = ChannelWorld.overclaim.selector;
        selectors[5] = ChannelWorld.settle.selector;
        selectors[6] = ChannelWorld.refund.selector;
        selectors[7] = ChannelWorld.initiateWithdraw.selector;
        selectors[8] = ChannelWorld.finalizeWithdraw.selector;
        selectors[9] = ChannelWorld.finalizeEarly.selector;
        selectors[10] = ChannelWorld.wait.selector;
        list[0] = Selectors(address(world), selectors);
    }

    /// forge-config: default.invariant.runs = 240
    /// forge-config: default.invariant.depth = 430
    function invariant_everyCoinIsAccountedFor() public {
        world.check();
    }

    /// @dev At the end of each run the way out is walked.
    function afterInvariant() public {
        // A whole run does something; one that forge cuts short to show a fault may not.
        if (world.deposits() > 20) {
            vm.assertGt(world.claims(), 0, "the run claimed nothing");
            vm.assertGt(world.withdrawals(), 0, "the run withdrew nothing");
        }
        world.closeAll();
        world.checkEmpty();
    }
}
