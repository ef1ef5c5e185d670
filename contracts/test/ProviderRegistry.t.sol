// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IProviderRegistry} from "../src/interfaces/IProviderRegistry.sol";
import {ProviderRegistry} from "../src/ProviderRegistry.sol";
import {Identities} from "./doubles/Identities.sol";
import {FalseToken, FeeToken, PlainToken, ReentrantToken} from "./doubles/Tokens.sol";
import {Test} from "./Test.sol";

/// @title Registration, bonds and the court's hand in them; each refusal for its stated reason.
contract ProviderRegistryTest is Test {
    address private provider = address(0x5e11e4);
    address private court = address(0xc0047);
    address private victim = address(0xb0b);
    Identities private identities = new Identities();
    PlainToken private token = new PlainToken();
    ProviderRegistry private registry;

    function setUp() public {
        vm.warp(1_800_000_000);
        registry = new ProviderRegistry(identities, token, court);
        identities.give(7, provider);
        vm.prank(provider);
        registry.register(registration(7));
        fund(token, provider, 100e18);
    }

    function test_aRegistrationIsTold() public {
        IProviderRegistry.Registration memory changed = registration(7);
        changed.endpoints[0] = "https://new.example";
        vm.expectEmit();
        emit IProviderRegistry.Registered(provider, 7, changed.evidenceKey, changed.endpoints);
        vm.prank(provider);
        registry.register(changed);
        vm.assertTrue(registry.isCurrent(provider), "current");
    }

    function test_onlyTheHolderOfAnIdentityRegistersUnderIt() public {
        bytes memory reason =
            abi.encodeWithSelector(IProviderRegistry.NotIdentityOwner.selector, 7, address(0x57a));
        vm.expectRevert(reason);
        vm.prank(address(0x57a));
        registry.register(registration(7));
        vm.expectRevert(abi.encodeWithSelector(Identities.NoSuchIdentity.selector, 8));
        vm.prank(provider);
        registry.register(registration(8));
    }

    function test_whoGivesItsIdentityAwayIsNoLongerCurrent() public {
        identities.give(7, address(0x57a));
        vm.assertTrue(!registry.isCurrent(provider), "identity is gone");
        identities.give(7, address(0));
        vm.assertTrue(!registry.isCurrent(provider), "identity is burnt");
        vm.assertTrue(!registry.isCurrent(address(0x57a)), "never registered");
    }

    function test_registrationsAreRefusedForWhatIsWrongWithThem() public {
        IProviderRegistry.Registration memory bad = registration(7);
        bad.evidenceKey = 0;
        refused(bad, IProviderRegistry.NoEvidenceKey.selector);
        bad = registration(7);
        bad.endpoints = new string[](0);
        refused(bad, IProviderRegistry.EndpointsOutOfRange.selector);
        bad.endpoints = new string[](9);
        refused(bad, IProviderRegistry.EndpointsOutOfRange.selector);
        bad = registration(7);
        bad.endpoints[0] = "";
        refused(bad, IProviderRegistry.EndpointsOutOfRange.selector);
        bad.endpoints[0] = string(new bytes(257));
        refused(bad, IProviderRegistry.EndpointsOutOfRange.selector);
    }

    function test_aRetiredProviderKeepsItsBond() public {
        bond(10e18);
        vm.prank(provider);
        registry.retire();
        vm.assertTrue(!registry.isCurrent(provider), "retired");
        vm.expectRevert(abi.encodeWithSelector(IProviderRegistry.NotRegistered.selector, provider));
        registry.bond(provider, 1);
        vm.expectRevert(abi.encodeWithSelector(IProviderRegistry.NotRegistered.selector, provider));
        vm.prank(provider);
        registry.retire();
        unbond(10e18);
        vm.warp(block.timestamp + registry.UNBONDING_DELAY());
        vm.prank(provider);
        registry.withdrawUnbonded();
        vm.assertEq(token.balanceOf(provider), 100e18);
    }

    function test_unbondingTakesItsTime() public {
        bond(10e18);
        unbond(4e18);
        uint64 releaseAt = uint64(block.timestamp) + registry.UNBONDING_DELAY();
        vm.warp(releaseAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IProviderRegistry.NotReleased.selector, releaseAt));
        vm.prank(provider);
        registry.withdrawUnbonded();
        vm.warp(releaseAt);
        vm.prank(provider);
        registry.withdrawUnbonded();
        vm.assertEq(token.balanceOf(provider), 94e18);
        vm.expectRevert(abi.encodeWithSelector(IProviderRegistry.NotReleased.selector, 0));
        vm.prank(provider);
        registry.withdrawUnbonded();
    }

    function test_moreThanTheBondCannotBeUnbonded() public {
        bond(10e18);
        vm.expectRevert(abi.encodeWithSelector(IProviderRegistry.ExceedsBond.selector, 10e18, 10e18 + 1));
        unbond(10e18 + 1);
        vm.expectRevert(IProviderRegistry.ZeroAmount.selector);
        unbond(0);
        vm.expectRevert(IProviderRegistry.ZeroAmount.selector);
        bond(0);
    }

    function test_unbondingMoreStartsTheDelayAgain() public {
        bond(10e18);
        unbond(4e18);
        vm.warp(block.timestamp + 20 days);
        unbond(1e18);
        vm.assertEq(registry.bonds(provider).releaseAt, block.timestamp + registry.UNBONDING_DELAY());
        vm.assertEq(registry.bonds(provider).unbonding, 5e18);
    }

    /// @dev The rule that makes a bond worth something: whatever the offender does from the moment of the offence, the court
    /// reaches its whole bond for as long as a dispute may last.
    function testFuzz_whoeverIsBondedAtAnOffenceCanBeSlashedForTheWholeWindow(uint128 amount, uint256 wait) public {
        amount = uint128(bound(amount, 1, 100e18));
        bond(amount);
        uint64 offendedAt = uint64(block.timestamp);
        unbond(amount);
        vm.warp(offendedAt + bound(wait, 0, registry.DISPUTE_WINDOW()));
        vm.expectRevert();
        vm.prank(provider);
        registry.withdrawUnbonded();
        vm.prank(court);
        vm.assertEq(registry.slash(provider, type(uint128).max, offendedAt, victim), amount);
        vm.assertEq(token.balanceOf(victim), amount);
        vm.assertEq(registry.totalBonds(), 0);
    }

    function test_theUnbondingDelayExceedsTheDisputeWindow() public view {
        vm.assertGt(registry.UNBONDING_DELAY(), registry.DISPUTE_WINDOW(), "delay");
    }

    function test_slashingTakesTheBondedPartFirst() public {
        bond(10e18);
        unbond(4e18);
        vm.prank(court);
        registry.slash(provider, 7e18, uint64(block.timestamp), victim);
        vm.assertEq(registry.bonds(provider).bonded, 0);
        vm.assertEq(registry.bonds(provider).unbonding, 3e18);
    }

    function test_slashingIsRefusedForWhatIsWrongWithIt() public {
        bond(10e18);
        uint64 present = uint64(block.timestamp);
        vm.expectRevert(abi.encodeWithSelector(IProviderRegistry.NotCourt.selector, provider));
        vm.prank(provider);
        registry.slash(provider, 1, present, victim);
        uint64 late = present - registry.DISPUTE_WINDOW() - 1;
        vm.expectRevert(abi.encodeWithSelector(IProviderRegistry.OutsideDisputeWindow.selector, late));
        vm.prank(court);
        registry.slash(provider, 1, late, victim);
        vm.expectRevert(abi.encodeWithSelector(IProviderRegistry.OutsideDisputeWindow.selector, present + 1));
        vm.prank(court);
        registry.slash(provider, 1, present + 1, victim);
        vm.expectRevert(IProviderRegistry.NoBeneficiary.selector);
        vm.prank(court);
        registry.slash(provider, 1, present, address(0));
        vm.expectRevert(IProviderRegistry.NoBeneficiary.selector);
        vm.prank(court);
        registry.slash(provider, 1, present, address(registry));
        vm.expectRevert(IProviderRegistry.ZeroAmount.selector);
        vm.prank(court);
        registry.slash(provider, 0, present, victim);
    }

    function test_aTokenThatTakesAFeeCannotBeBonded() public {
        FeeToken fee = new FeeToken();
        fee.mint(provider, 100e18);
        newRegistry(fee);
        vm.expectRevert(IProviderRegistry.BondCollectionFailed.selector);
        bond(100e18);
        vm.assertEq(registry.totalBonds(), 0);
    }

    function test_aTokenThatReturnsFalseLosesNobodyACoin() public {
        FalseToken lying = new FalseToken();
        lying.mint(provider, 100e18);
        newRegistry(lying);
        bond(10e18);
        lying.refuse(true);
        bytes memory failed = abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(lying));
        vm.expectRevert(failed);
        bond(10e18);
        unbond(10e18);
        vm.warp(block.timestamp + registry.UNBONDING_DELAY());
        vm.expectRevert(failed);
        vm.prank(provider);
        registry.withdrawUnbonded();
        lying.refuse(false);
        vm.prank(provider);
        registry.withdrawUnbonded();
        vm.assertEq(lying.balanceOf(provider), 100e18);
    }

    function test_aTokenCannotReenter() public {
        ReentrantToken hostile = new ReentrantToken();
        hostile.mint(provider, 100e18);
        newRegistry(hostile);
        hostile.arm(address(registry), abi.encodeCall(IProviderRegistry.withdrawUnbonded, ()));
        bond(10e18);
        vm.assertEq(
            hostile.answer(),
            abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
        );
        vm.assertEq(hostile.attempts(), 1);
    }

    function registration(uint256 agentId) private pure returns (IProviderRegistry.Registration memory) {
        string[] memory endpoints = new string[](1);
        endpoints[0] = "https://node.example";
        return IProviderRegistry.Registration(agentId, keccak256("evidence key"), endpoints);
    }

    function newRegistry(IERC20 other) private {
        registry = new ProviderRegistry(identities, other, court);
        vm.prank(provider);
        other.approve(address(registry), type(uint256).max);
        vm.prank(provider);
        registry.register(registration(7));
    }

    function fund(PlainToken coins, address holder, uint256 amount) private {
        coins.mint(holder, amount);
        vm.prank(holder);
        coins.approve(address(registry), type(uint256).max);
    }

    function bond(uint128 amount) private {
        vm.prank(provider);
        registry.bond(provider, amount);
    }

    function unbond(uint128 amount) private {
        vm.prank(provider);
        registry.startUnbonding(amount);
    }

    function refused(IProviderRegistry.Registration memory bad, bytes4 reason) private {
        vm.expectRevert(reason);
        vm.prank(provider);
        registry.register(bad);
    }
}

/// @title Providers, payers of bonds and a court that does what it likes.
contract BondWorld is Test {
    address public constant COURT = address(0xc0047);
    uint256 private constant PROVIDERS = 4;

    PlainToken public immutable token = new PlainToken();
    ProviderRegistry public immutable registry;
    uint256 public bonded;
    uint256 public slashed;
    uint256 public withdrawn;

    /// @dev For each provider, its bonded part when it last offended, and what it lost or gained since.
    mapping(uint256 => uint256) public offendedAt;
    mapping(uint256 => uint256) public answerable;

    constructor() {
        vm.warp(1_800_000_000);
        Identities identities = new Identities();
        registry = new ProviderRegistry(identities, token, COURT);
        string[] memory endpoints = new string[](1);
        endpoints[0] = "https://node.example";
        for (uint256 i = 0; i < PROVIDERS; ++i) {
            identities.give(i, provider(i));
            vm.prank(provider(i));
            registry.register(IProviderRegistry.Registration(i, bytes32(i + 1), endpoints));
            token.mint(provider(i), 1e36);
            vm.prank(provider(i));
            token.approve(address(registry), type(uint256).max);
        }
    }

    function bond(uint256 who, uint256 forWhom, uint128 amount) external {
        amount = uint128(bound(amount, 1, 1e24));
        vm.prank(provider(who % PROVIDERS));
        registry.bond(provider(forWhom % PROVIDERS), amount);
        bonded += amount;
    }

    function unbond(uint256 who, uint128 amount) external {
        uint128 most = registry.bonds(provider(who % PROVIDERS)).bonded;
        if (most == 0) return;
        vm.prank(provider(who % PROVIDERS));
        registry.startUnbonding(uint128(bound(amount, 1, most)));
    }

    function withdraw(uint256 who) external {
        IProviderRegistry.Bond memory account = registry.bonds(provider(who % PROVIDERS));
        vm.prank(provider(who % PROVIDERS));
        try registry.withdrawUnbonded() {
            vm.assertGe(block.timestamp, account.releaseAt, "withdrawn early");
            withdrawn += account.unbonding;
        } catch {
            vm.assertTrue(account.unbonding == 0 || block.timestamp < account.releaseAt, "withheld");
        }
    }

    /// @dev From now on for a whole dispute window this much must stay within the court's reach.
    function offend(uint256 who) external {
        uint256 i = who % PROVIDERS;
        offendedAt[i] = block.timestamp;
        answerable[i] = registry.bonds(provider(i)).bonded;
    }

    function slash(uint256 who, uint128 amount, uint256 ago) external {
        uint256 i = who % PROVIDERS;
        amount = uint128(bound(amount, 1, 1e24));
        ago = bound(ago, 0, registry.DISPUTE_WINDOW());
        vm.prank(COURT);
        uint128 taken = registry.slash(provider(i), amount, uint64(block.timestamp - ago), address(0xb0b));
        slashed += taken;
        answerable[i] = answerable[i] > taken ? answerable[i] - taken : 0;
    }

    function wait(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 1, 8 days));
    }

    function check() external view {
        uint256 sum;
        for (uint256 i = 0; i < PROVIDERS; ++i) {
            IProviderRegistry.Bond memory account = registry.bonds(provider(i));
            uint256 reach = uint256(account.bonded) + account.unbonding;
            sum += reach;
            if (block.timestamp <= offendedAt[i] + registry.DISPUTE_WINDOW()) {
                vm.assertGe(reach, answerable[i], "a bond slipped out of the court's reach");
            }
        }
        vm.assertEq(sum, token.balanceOf(address(registry)), "bonds = balance");
        vm.assertEq(sum, registry.totalBonds(), "bonds = total");
        vm.assertEq(bonded, sum + slashed + withdrawn, "bonded = held + slashed + withdrawn");
    }

    function closeAll() external {
        for (uint256 i = 0; i < PROVIDERS; ++i) {
            IProviderRegistry.Bond memory account = registry.bonds(provider(i));
            if (account.bonded != 0) {
                vm.prank(provider(i));
                registry.startUnbonding(account.bonded);
            }
            if (account.bonded == 0 && account.unbonding == 0) continue;
            vm.warp(block.timestamp + registry.UNBONDING_DELAY());
            vm.prank(provider(i));
            registry.withdrawUnbonded();
        }
        vm.assertEq(token.balanceOf(address(registry)), 0, "a coin is stranded");
    }

    function provider(uint256 i) private pure returns (address) {
        return address(uint160(0x5e11e4 + i));
    }
}

/// @title What holds of bonds after every call, and at the end.
contract ProviderRegistryInvariantsTest is Test {
    struct Selectors {
        address addr;
        bytes4[] selectors;
    }

    BondWorld private world;

    function setUp() public {
        world = new BondWorld();
    }

    function targetContracts() public view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(world);
    }

    function targetSelectors() public view returns (Selectors[] memory list) {
        list = new Selectors[](1);
        bytes4[] memory selectors = new bytes4[](6);
        selectors[0] = BondWorld.bond.selector;
        selectors[1] = BondWorld.unbond.selector;
        selectors[2] = BondWorld.withdraw.selector;
        selectors[3] = BondWorld.offend.selector;
        selectors[4] = BondWorld.slash.selector;
        selectors[5] = BondWorld.wait.selector;
        list[0] = Selectors(address(world), selectors);
    }

    /// forge-config: default.invariant.runs = 64
    /// forge-config: default.invariant.depth = 200
    function invariant_bondsAddUpAndStayWithinReach() public view {
        world.check();
    }

    function afterInvariant() public {
        world.closeAll();
    }
}
