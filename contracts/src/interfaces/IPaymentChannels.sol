// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Payment channels in one direction, claimed in batches.
/// @notice ABI and typed data are those of x402 v2's `batch-settlement` (domain "x402 Batch Settlement", version "1"), so
/// that its clients work unchanged. A payer deposits once, signs one growing voucher per answer off chain, and the receiver
/// claims the latest whenever it likes.
///
/// What always holds, whoever calls what in which order:
/// - a channel's claims never exceed its deposit, nor what the payer signed, and never shrink;
/// - deposits = settled + claimed but unsettled + refundable + refunded or withdrawn; the contract holds at least the middle two;
/// - every coin has a way out: claimed coins to the receiver (`settle`, by anybody), unclaimed ones to the payer (`refund` by the
///   receiver's side, or the delayed withdrawal by the payer alone);
/// - between the start and the end of a withdrawal lies at least the channel's delay, in which every signed voucher can be
///   claimed; what was claimed is no longer withdrawn. Whoever sells must treat the amount of a pending withdrawal as gone and
///   come online once within each delay, itself or through a watchtower (anybody who holds the vouchers and a signed claim).
///
/// Coins sent here by a plain transfer are nobody's deposit and can't be returned. Tokens that take fees can't be
/// deposited; tokens that change balances by themselves must not be.
interface IPaymentChannels {
    /// @notice What a channel is, for ever; its hash is its id.
    /// @param payer whose coins are deposited and to whom unclaimed ones return
    /// @param payerAuthorizer the key that signs vouchers and may withdraw to the payer; zero: the payer itself (a contract too)
    /// @param receiver who is paid
    /// @param receiverAuthorizer the key that may claim and refund for the receiver, also by signature
    /// @param token the ERC-20
    /// @param withdrawDelay seconds between the start and the end of a withdrawal
    /// @param salt tells channels of the same parties apart
    struct ChannelConfig {
        address payer;
        address payerAuthorizer;
        address receiver;
        address receiverAuthorizer;
        address token;
        uint40 withdrawDelay;
        bytes32 salt;
    }

    /// @notice What the payer signs, with the channel in full.
    struct Voucher {
        ChannelConfig channel;
        uint128 maxClaimableAmount;
    }

    /// @notice One row of a claim: the voucher, its signature, and how much of it is claimed in all (not in addition).
    struct VoucherClaim {
        Voucher voucher;
        bytes signature;
        uint128 totalClaimed;
    }

    /// @notice First deposit into an empty channel.
    event ChannelCreated(bytes32 indexed channelId, ChannelConfig config);

    /// @notice All coins went back to the payer and nothing was ever claimed.
    event ChannelClosed(bytes32 indexed channelId, ChannelConfig config);

    /// @notice A deposit was taken.
    event Deposited(bytes32 indexed channelId, address indexed sender, uint128 amount, uint128 newBalance);

    /// @notice More of a channel was claimed.
    event Claimed(bytes32 indexed channelId, address indexed sender, uint128 claimAmount, uint128 newTotalClaimed);

    /// @notice Claimed coins were paid out.
    event Settled(address indexed receiver, address indexed token, address indexed sender, uint128 amount);

    /// @notice The receiver's side gave unclaimed coins back.
    event Refunded(bytes32 indexed channelId, address indexed sender, uint128 amount);

    /// @notice The payer's side wants unclaimed coins back.
    event WithdrawInitiated(bytes32 indexed channelId, uint128 amount, uint40 finalizeAfter);

    /// @notice The payer's side got unclaimed coins back.
    event WithdrawFinalized(bytes32 indexed channelId, address indexed sender, uint128 amount);

    /// @notice A party is missing, or the caller isn't of the payer's side.
    error InvalidChannel();
    /// @notice A deposit of nothing.
    error ZeroDeposit();
    /// @notice The channel's balance would exceed 128 bits.
    error DepositOverflow();
    /// @notice Not the signature of the one who must sign, over these values, this contract and this chain.
    error InvalidSignature();
    /// @notice A row of a signed batch is of another authorizer.
    error NotReceiverAuthorizer();
    /// @notice The caller isn't of the receiver's side.
    error NotAuthorizedToClaim();
    /// @notice The caller isn't of the receiver's side.
    error NotAuthorizedToRefund();
    /// @notice More than the voucher allows.
    error ClaimExceedsCeiling();
    /// @notice More than was deposited.
    error ClaimExceedsBalance();
    /// @notice One withdrawal at a time.
    error WithdrawalAlreadyPending();
    /// @notice There is no withdrawal to end.
    error WithdrawalNotPending();
    /// @notice The caller isn't of the payer's side.
    error NotAuthorizedToFinalizeWithdraw();
    /// @notice The receiver still has time to claim.
    error WithdrawDelayNotElapsed();
    /// @notice A withdrawal of nothing.
    error NothingToWithdraw();
    /// @notice More than is unclaimed.
    error WithdrawAmountExceedsAvailable();
    /// @notice Outside of `MIN_WITHDRAW_DELAY` to `MAX_WITHDRAW_DELAY`.
    error WithdrawDelayOutOfRange();
    /// @notice A claim without rows.
    error EmptyBatch();
    /// @notice The contract's balance did not grow by exactly the deposit.
    error DepositCollectionFailed();
    /// @notice No collector.
    error InvalidCollector();
    /// @notice The signed refund is for an earlier or later state.
    error InvalidRefundNonce();
    /// @notice A refund of nothing.
    error ZeroRefund();

    /// @notice Puts `amount` into a channel; who calls doesn't matter, the collector takes the payer's coins by the payer's signature.
    function deposit(ChannelConfig calldata config, uint128 amount, address collector, bytes calldata collectorData)
        external;

    /// @notice Claims vouchers; the caller is receiver or authorizer of every row. A row that claims nothing new is passed over.
    function claim(VoucherClaim[] calldata voucherClaims) external;

    /// @notice Claims vouchers by the authorizer's signature over the batch; anybody may submit it (a watchtower).
    function claimWithSignature(VoucherClaim[] calldata voucherClaims, bytes calldata authorizerSignature) external;

    /// @notice Pays a receiver what was claimed for it; anybody may ask. Nothing to pay is no error.
    function settle(address receiver, address token) external;

    /// @notice Starts the withdrawal of unclaimed coins.
    function initiateWithdraw(ChannelConfig calldata config, uint128 amount) external;

    /// @notice Ends it after the delay; what was claimed meanwhile is not paid back.
    function finalizeWithdraw(ChannelConfig calldata config) external;

    /// @notice Gives unclaimed coins back to the payer at once: all of them where `amount` is more.
    function refund(ChannelConfig calldata config, uint128 amount) external;

    /// @notice The same by the authorizer's signature; each refund uses up one nonce.
    function refundWithSignature(
        ChannelConfig calldata config,
        uint128 amount,
        uint256 nonce,
        bytes calldata receiverAuthorizerSignature
    ) external;

    /// @notice The id: the EIP-712 digest of the configuration, of this contract and chain only.
    function getChannelId(ChannelConfig calldata config) external view returns (bytes32);

    /// @notice What the payer signs.
    function getVoucherDigest(bytes32 channelId, uint128 maxClaimableAmount) external view returns (bytes32);

    /// @notice What the receiver's authorizer signs for a refund.
    function getRefundDigest(bytes32 channelId, uint256 nonce, uint128 amount) external view returns (bytes32);

    /// @notice What the receiver's authorizer signs for a batch.
    function getClaimBatchDigest(VoucherClaim[] calldata voucherClaims) external view returns (bytes32);

    /// @notice Deposited less returned, and claimed in all.
    function channels(bytes32 channelId) external view returns (uint128 balance, uint128 totalClaimed);

    /// @notice The pending withdrawal; zero and zero where there is none.
    function pendingWithdrawals(bytes32 channelId) external view returns (uint128 amount, uint40 initiatedAt);

    /// @notice Claimed for a receiver and paid to it, over all channels of a token.
    function receivers(address receiver, address token)
        external
        view
        returns (uint128 totalClaimed, uint128 totalSettled);

    /// @notice The nonce that the next signed refund must have.
    function refundNonce(bytes32 channelId) external view returns (uint256);
}
