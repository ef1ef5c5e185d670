// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Who sells answers, where, and what it stands to lose.
/// @notice A provider registers under its ERC-8004 identity with its evidence key and its addresses, and may bond coins that
/// the court can take from it.
///
/// What always holds: the bonds, those being unbonded included, add up to the coins held for them; whoever is bonded at the
/// time of an offence can be slashed for `DISPUTE_WINDOW` seconds after it, whatever it does, since unbonding takes longer;
/// nothing is slashed later than that; a bond that nobody slashes is back with its owner after `UNBONDING_DELAY`, without
/// anybody's consent.
interface IProviderRegistry {
    /// @notice What a provider says of itself.
    /// @param agentId its ERC-8004 identity
    /// @param evidenceKey its Ed25519 public key, which signs receipts
    /// @param endpoints addresses of the node itself or of relays before it, best first
    struct Registration {
        uint256 agentId;
        bytes32 evidenceKey;
        string[] endpoints;
    }

    /// @notice The coins of one provider.
    /// @param bonded can be slashed
    /// @param unbonding can be slashed until it is withdrawn
    /// @param releaseAt when the unbonding part may be withdrawn, in seconds
    struct Bond {
        uint128 bonded;
        uint128 unbonding;
        uint64 releaseAt;
    }

    /// @notice A provider registered or changed its registration.
    event Registered(
        address indexed provider, uint256 indexed agentId, bytes32 indexed evidenceKey, string[] endpoints
    );

    /// @notice A provider sells no more.
    event Retired(address indexed provider);

    /// @notice Coins were bonded.
    event Bonded(address indexed provider, address indexed sender, uint128 amount);

    /// @notice Coins will be free.
    event UnbondingStarted(address indexed provider, uint128 amount, uint64 releaseAt);

    /// @notice Coins went back to the provider.
    event Unbonded(address indexed provider, uint128 amount);

    /// @notice The court took coins.
    event Slashed(address indexed provider, address indexed beneficiary, uint128 amount, uint64 offendedAt);

    /// @notice The caller doesn't hold this identity.
    error NotIdentityOwner(uint256 agentId, address caller);
    /// @notice There is no evidence key.
    error NoEvidenceKey();
    /// @notice None, too many, an empty or too long endpoint.
    error EndpointsOutOfRange();
    /// @notice The caller isn't registered.
    error NotRegistered(address provider);
    /// @notice Nothing was named to bond or unbond.
    error ZeroAmount();
    /// @notice The balance did not grow by exactly the bond: the token takes a fee, or isn't what it says.
    error BondCollectionFailed();
    /// @notice More than is bonded.
    error ExceedsBond(uint128 bonded, uint128 amount);
    /// @notice The delay isn't over, or nothing is being unbonded.
    error NotReleased(uint64 releaseAt);
    /// @notice Only the court slashes.
    error NotCourt(address caller);
    /// @notice The offence lies too far back, or in the future.
    error OutsideDisputeWindow(uint64 offendedAt);
    /// @notice Slashed coins go to somebody.
    error NoBeneficiary();

    /// @notice Registers the caller, or replaces its registration.
    function register(Registration calldata registration) external;

    /// @notice Ends the caller's registration. Its bond stays as it is.
    function retire() external;

    /// @notice Adds to a provider's bond from the caller's coins. They are the provider's from then on.
    function bond(address provider, uint128 amount) external;

    /// @notice Starts to free part of the caller's bond. What is already being freed waits as long as the new part.
    function startUnbonding(uint128 amount) external;

    /// @notice Takes out what is free.
    function withdrawUnbonded() external;

    /// @notice The court takes coins, those that are being freed last; as many as there are where `amount` is more.
    /// @param offendedAt when the offence took place, in seconds: at most `DISPUTE_WINDOW` ago
    /// @return taken how many there were
    function slash(address provider, uint128 amount, uint64 offendedAt, address beneficiary)
        external
        returns (uint128 taken);

    /// @notice Whether the provider is registered and still holds the identity it registered under.
    function isCurrent(address provider) external view returns (bool);

    /// @notice The identity and key of a provider; zeros where it isn't registered.
    function registrations(address provider) external view returns (uint256 agentId, bytes32 evidenceKey);

    /// @notice The coins of a provider.
    function bonds(address provider) external view returns (Bond memory);
}
