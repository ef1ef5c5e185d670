// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IIdentityRegistry} from "./interfaces/IIdentityRegistry.sol";
import {IProviderRegistry} from "./interfaces/IProviderRegistry.sol";

/// @title Who sells answers, where, and what it stands to lose: see `IProviderRegistry`.
contract ProviderRegistry is IProviderRegistry, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    struct Provider {
        uint256 agentId;
        bytes32 evidenceKey;
    }

    /// @notice How long after an offence the court may slash, at the latest.
    uint64 public constant DISPUTE_WINDOW = 14 days;

    /// @notice How long unbonding takes: longer than any dispute.
    uint64 public constant UNBONDING_DELAY = 21 days;

    /// @notice The most endpoints of a registration.
    uint256 public constant MAX_ENDPOINTS = 8;

    /// @notice The longest endpoint in bytes.
    uint256 public constant MAX_ENDPOINT_BYTES = 256;

    /// @notice ERC-8004's identities.
    IIdentityRegistry public immutable identities;

    /// @notice What is bonded.
    IERC20 public immutable token;

    /// @notice Who may slash.
    address public immutable court;

    /// @notice The sum of all bonds, those being freed included.
    uint256 public totalBonds;

    /// @inheritdoc IProviderRegistry
    mapping(address provider => Provider) public registrations;

    mapping(address provider => Bond) private _bonds;

    /// @param identities_ ERC-8004's identity registry on this chain
    /// @param token_ what is bonded
    /// @param court_ who may slash
    constructor(IIdentityRegistry identities_, IERC20 token_, address court_) {
        identities = identities_;
        token = token_;
        court = court_;
    }

    /// @inheritdoc IProviderRegistry
    function register(Registration calldata registration) external {
        if (identities.ownerOf(registration.agentId) != msg.sender) {
            revert NotIdentityOwner(registration.agentId, msg.sender);
        }
        if (registration.evidenceKey == 0) revert NoEvidenceKey();
        uint256 count = registration.endpoints.length;
        if (count == 0 || count > MAX_ENDPOINTS) revert EndpointsOutOfRange();
        for (uint256 i = 0; i < count; ++i) {
            uint256 length = bytes(registration.endpoints[i]).length;
            if (length == 0 || length > MAX_ENDPOINT_BYTES) revert EndpointsOutOfRange();
        }
        registrations[msg.sender] = Provider(registration.agentId, registration.evidenceKey);
        emit Registered(msg.sender, registration.agentId, registration.evidenceKey, registration.endpoints);
    }

    /// @inheritdoc IProviderRegistry
    function retire() external {
        if (registrations[msg.sender].evidenceKey == 0) revert NotRegistered(msg.sender);
        delete registrations[msg.sender];
        emit Retired(msg.sender);
    }

    /// @inheritdoc IProviderRegistry
    function bond(address provider, uint128 amount) external nonReentrant {
        if (registrations[provider].evidenceKey == 0) revert NotRegistered(provider);
        if (amount == 0) revert ZeroAmount();
        _bonds[provider].bonded += amount;
        totalBonds += amount;
        uint256 held = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        if (token.balanceOf(address(this)) != held + amount) revert BondCollectionFailed();
        emit Bonded(provider, msg.sender, amount);
    }

    /// @inheritdoc IProviderRegistry
    function startUnbonding(uint128 amount) external nonReentrant {
        if (amount == 0) revert ZeroAmount();
        Bond storage account = _bonds[msg.sender];
        if (amount > account.bonded) revert ExceedsBond(account.bonded, amount);
        account.bonded -= amount;
        account.unbonding += amount;
        account.releaseAt = uint64(block.timestamp) + UNBONDING_DELAY;
        emit UnbondingStarted(msg.sender, amount, account.releaseAt);
    }

    /// @inheritdoc IProviderRegistry
    function withdrawUnbonded() external nonReentrant {
        Bond storage account = _bonds[msg.sender];
        uint128 amount = account.unbonding;
        if (amount == 0 || block.timestamp < account.releaseAt) revert NotReleased(account.releaseAt);
        account.unbonding = 0;
        account.releaseAt = 0;
        totalBonds -= amount;
        token.safeTransfer(msg.sender, amount);
        emit Unbonded(msg.sender, amount);
    }

    /// @inheritdoc IProviderRegistry
    function slash(address provider, uint128 amount, uint64 offendedAt, address beneficiary)
        external
        nonReentrant
        returns (uint128 taken)
    {
        if (msg.sender != court) revert NotCourt(msg.sender);
        if (beneficiary == address(0) || beneficiary == address(this)) revert NoBeneficiary();
        if (amount == 0) revert ZeroAmount();
        if (offendedAt > block.timestamp || block.timestamp > uint256(offendedAt) + DISPUTE_WINDOW) {
            revert OutsideDisputeWindow(offendedAt);
        }
        Bond storage account = _bonds[provider];
        uint128 fromBonded = amount > account.bonded ? account.bonded : amount;
        uint128 rest = amount - fromBonded;
        uint128 fromUnbonding = rest > account.unbonding ? account.unbonding : rest;
        taken = fromBonded + fromUnbonding;
        account.bonded -= fromBonded;
        account.unbonding -= fromUnbonding;
        if (account.unbonding == 0) account.releaseAt = 0;
        totalBonds -= taken;
        if (taken != 0) token.safeTransfer(beneficiary, taken);
        emit Slashed(provider, beneficiary, taken, offendedAt);
    }

    /// @inheritdoc IProviderRegistry
    function isCurrent(address provider) external view returns (bool) {
        Provider memory registration = registrations[provider];
        if (registration.evidenceKey == 0) return false;
        try identities.ownerOf(registration.agentId) returns (address owner) {
            return owner == provider;
        } catch {
            return false;
        }
    }

    /// @inheritdoc IProviderRegistry
    function bonds(address provider) external view returns (Bond memory) {
        return _bonds[provider];
    }
}
