// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {IDepositCollector} from "./interfaces/IDepositCollector.sol";
import {IPaymentChannels} from "./interfaces/IPaymentChannels.sol";
import {ChannelHashes} from "./libraries/ChannelHashes.sol";

/// @title Payment channels in one direction, claimed in batches: see `IPaymentChannels`.
/// @dev No constructor, no immutables, no owner: the runtime code is complete by itself and may be placed at any address.
/// Re-entry is refused by a lock in transient storage (EIP-1153).
contract PaymentChannels is IPaymentChannels, IERC5267, Multicall, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @notice The shortest time in which a receiver must come online once.
    uint40 public constant MIN_WITHDRAW_DELAY = 15 minutes;

    /// @notice The longest time for which a payer may bind its coins.
    uint40 public constant MAX_WITHDRAW_DELAY = 30 days;

    struct Channel {
        uint128 balance;
        uint128 totalClaimed;
    }

    struct Withdrawal {
        uint128 amount;
        uint40 initiatedAt;
    }

    struct Receiver {
        uint128 totalClaimed;
        uint128 totalSettled;
    }

    /// @inheritdoc IPaymentChannels
    mapping(bytes32 channelId => Channel) public channels;

    /// @inheritdoc IPaymentChannels
    mapping(bytes32 channelId => uint256) public refundNonce;

    /// @inheritdoc IPaymentChannels
    mapping(bytes32 channelId => Withdrawal) public pendingWithdrawals;

    /// @inheritdoc IPaymentChannels
    mapping(address receiver => mapping(address token => Receiver)) public receivers;

    /// @inheritdoc IPaymentChannels
    function deposit(ChannelConfig calldata config, uint128 amount, address collector, bytes calldata collectorData)
        external
        nonReentrant
    {
        if (
            config.payer == address(0) || config.receiver == address(0) || config.receiverAuthorizer == address(0)
                || config.token == address(0)
        ) revert InvalidChannel();
        if (config.withdrawDelay < MIN_WITHDRAW_DELAY || config.withdrawDelay > MAX_WITHDRAW_DELAY) {
            revert WithdrawDelayOutOfRange();
        }
        if (amount == 0) revert ZeroDeposit();
        if (collector == address(0)) revert InvalidCollector();

        bytes32 channelId = getChannelId(config);
        Channel storage channel = channels[channelId];
        uint128 before = channel.balance;
        if (amount > type(uint128).max - before) revert DepositOverflow();

        // What was really received counts, not what the token or the collector says.
        uint256 held = IERC20(config.token).balanceOf(address(this));
        IDepositCollector(collector).collect(config.payer, config.token, amount, channelId, collectorData);
        if (IERC20(config.token).balanceOf(address(this)) != held + amount) revert DepositCollectionFailed();

        channel.balance = before + amount;
        if (before == 0 && channel.totalClaimed == 0) emit ChannelCreated(channelId, config);
        emit Deposited(channelId, msg.sender, amount, before + amount);
    }

    /// @inheritdoc IPaymentChannels
    function claim(VoucherClaim[] calldata voucherClaims) external nonReentrant {
        if (voucherClaims.length == 0) revert EmptyBatch();
        bytes32 separator = ChannelHashes.domain();
        for (uint256 i = 0; i < voucherClaims.length; ++i) {
            VoucherClaim calldata row = voucherClaims[i];
            if (!_isReceiverSide(row.voucher.channel)) revert NotAuthorizedToClaim();
            _claim(separator, ChannelHashes.channel(separator, row.voucher.channel), row);
        }
    }

    /// @inheritdoc IPaymentChannels
    function claimWithSignature(VoucherClaim[] calldata voucherClaims, bytes calldata authorizerSignature)
        external
        nonReentrant
    {
        if (voucherClaims.length == 0) revert EmptyBatch();
        bytes32 separator = ChannelHashes.domain();
        address authorizer = voucherClaims[0].voucher.channel.receiverAuthorizer;
        (bytes32 digest, bytes32[] memory channelIds) = _batch(separator, voucherClaims);
        if (!SignatureChecker.isValidSignatureNowCalldata(authorizer, digest, authorizerSignature)) {
            revert InvalidSignature();
        }
        for (uint256 i = 0; i < voucherClaims.length; ++i) {
            if (voucherClaims[i].voucher.channel.receiverAuthorizer != authorizer) revert NotReceiverAuthorizer();
            _claim(separator, channelIds[i], voucherClaims[i]);
        }
    }

    /// @inheritdoc IPaymentChannels
    function settle(address receiver, address token) external nonReentrant {
        Receiver storage account = receivers[receiver][token];
        uint128 claimed = account.totalClaimed;
        uint128 amount = claimed - account.totalSettled;
        if (amount == 0) return;
        account.totalSettled = claimed;
        IERC20(token).safeTransfer(receiver, amount);
        emit Settled(receiver, token, msg.sender, amount);
    }

    /// @inheritdoc IPaymentChannels
    function initiateWithdraw(ChannelConfig calldata config, uint128 amount) external nonReentrant {
        if (!_isPayerSide(config)) revert InvalidChannel();
        if (amount == 0) revert NothingToWithdraw();
        bytes32 channelId = getChannelId(config);
        Withdrawal storage withdrawal = pendingWithdrawals[channelId];
        if (withdrawal.initiatedAt != 0) revert WithdrawalAlreadyPending();
        Channel storage channel = channels[channelId];
        if (amount > channel.balance - channel.totalClaimed) revert WithdrawAmountExceedsAvailable();

        uint40 start = uint40(block.timestamp);
        withdrawal.amount = amount;
        withdrawal.initiatedAt = start;
        emit WithdrawInitiated(channelId, amount, start + config.withdrawDelay);
    }

    /// @inheritdoc IPaymentChannels
    function finalizeWithdraw(ChannelConfig calldata config) external nonReentrant {
        if (!_isPayerSide(config)) revert NotAuthorizedToFinalizeWithdraw();
        bytes32 channelId = getChannelId(config);
        Withdrawal memory withdrawal = pendingWithdrawals[channelId];
        if (withdrawal.initiatedAt == 0) revert WithdrawalNotPending();
        if (block.timestamp < uint256(withdrawal.initiatedAt) + config.withdrawDelay) {
            revert WithdrawDelayNotElapsed();
        }
        delete pendingWithdrawals[channelId];
        uint128 amount = _takeUnclaimed(channelId, withdrawal.amount);
        emit WithdrawFinalized(channelId, msg.sender, amount);
        _giveBack(channelId, config, amount);
    }

    /// @inheritdoc IPaymentChannels
    function refund(ChannelConfig calldata config, uint128 amount) external nonReentrant {
        if (!_isReceiverSide(config)) revert NotAuthorizedToRefund();
        _refund(getChannelId(config), config, amount);
    }

    /// @inheritdoc IPaymentChannels
    function refundWithSignature(
        ChannelConfig calldata config,
        uint128 amount,
        uint256 nonce,
        bytes calldata receiverAuthorizerSignature
    ) external nonReentrant {
        bytes32 separator = ChannelHashes.domain();
        bytes32 channelId = ChannelHashes.channel(separator, config);
        if (nonce != refundNonce[channelId]) revert InvalidRefundNonce();
        bytes32 digest = ChannelHashes.refund(separator, channelId, nonce, amount);
        if (
            !SignatureChecker.isValidSignatureNowCalldata(
                config.receiverAuthorizer, digest, receiverAuthorizerSignature
            )
        ) revert InvalidSignature();
        _refund(channelId, config, amount);
    }

    /// @inheritdoc IPaymentChannels
    function getChannelId(ChannelConfig calldata config) public view returns (bytes32) {
        return ChannelHashes.channel(ChannelHashes.domain(), config);
    }

    /// @inheritdoc IPaymentChannels
    function getVoucherDigest(bytes32 channelId, uint128 maxClaimableAmount) external view returns (bytes32) {
        return ChannelHashes.voucher(ChannelHashes.domain(), channelId, maxClaimableAmount);
    }

    /// @inheritdoc IPaymentChannels
    function getRefundDigest(bytes32 channelId, uint256 nonce, uint128 amount) external view returns (bytes32) {
        return ChannelHashes.refund(ChannelHashes.domain(), channelId, nonce, amount);
    }

    /// @inheritdoc IPaymentChannels
    function getClaimBatchDigest(VoucherClaim[] calldata voucherClaims) external view returns (bytes32 digest) {
        (digest,) = _batch(ChannelHashes.domain(), voucherClaims);
    }

    /// @notice EIP-712 type hash of `ChannelConfig`.
    function CHANNEL_CONFIG_TYPEHASH() external pure returns (bytes32) {
        return ChannelHashes.CHANNEL_CONFIG_TYPEHASH;
    }

    /// @notice EIP-712 type hash of `Voucher`.
    function VOUCHER_TYPEHASH() external pure returns (bytes32) {
        return ChannelHashes.VOUCHER_TYPEHASH;
    }

    /// @notice EIP-712 type hash of `Refund`.
    function REFUND_TYPEHASH() external pure returns (bytes32) {
        return ChannelHashes.REFUND_TYPEHASH;
    }

    /// @notice EIP-712 type hash of `ClaimEntry`.
    function CLAIM_ENTRY_TYPEHASH() external pure returns (bytes32) {
        return ChannelHashes.CLAIM_ENTRY_TYPEHASH;
    }

    /// @notice EIP-712 type hash of `ClaimBatch`.
    function CLAIM_BATCH_TYPEHASH() external pure returns (bytes32) {
        return ChannelHashes.CLAIM_BATCH_TYPEHASH;
    }

    /// @inheritdoc IERC5267
    function eip712Domain()
        external
        view
        returns (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        )
    {
        return (0x0f, "x402 Batch Settlement", "1", block.chainid, address(this), bytes32(0), new uint256[](0));
    }

    function _isReceiverSide(ChannelConfig calldata config) private view returns (bool) {
        return msg.sender == config.receiverAuthorizer || msg.sender == config.receiver;
    }

    function _isPayerSide(ChannelConfig calldata config) private view returns (bool) {
        return msg.sender == config.payer || msg.sender == config.payerAuthorizer;
    }

    function _batch(bytes32 separator, VoucherClaim[] calldata rows)
        private
        pure
        returns (bytes32 digest, bytes32[] memory channelIds)
    {
        channelIds = new bytes32[](rows.length);
        bytes32[] memory entries = new bytes32[](rows.length);
        for (uint256 i = 0; i < rows.length; ++i) {
            channelIds[i] = ChannelHashes.channel(separator, rows[i].voucher.channel);
            entries[i] =
                ChannelHashes.entry(channelIds[i], rows[i].voucher.maxClaimableAmount, rows[i].totalClaimed);
        }
        digest = ChannelHashes.batch(separator, entries);
    }

    function _claim(bytes32 separator, bytes32 channelId, VoucherClaim calldata row) private {
        Channel storage channel = channels[channelId];
        uint128 before = channel.totalClaimed;
        uint128 total = row.totalClaimed;
        // An old voucher changes nothing: no error, so that one late row doesn't stop a batch.
        if (total <= before) return;
        if (total > row.voucher.maxClaimableAmount) revert ClaimExceedsCeiling();
        if (total > channel.balance) revert ClaimExceedsBalance();

        ChannelConfig calldata config = row.voucher.channel;
        bytes32 digest = ChannelHashes.voucher(separator, channelId, row.voucher.maxClaimableAmount);
        if (config.payerAuthorizer != address(0)) {
            // A key, never a contract: whether a voucher holds can't change after it was given.
            (address signer, ECDSA.RecoverError fault,) = ECDSA.tryRecoverCalldata(digest, row.signature);
            if (fault != ECDSA.RecoverError.NoError || signer != config.payerAuthorizer) revert InvalidSignature();
        } else if (!SignatureChecker.isValidSignatureNowCalldata(config.payer, digest, row.signature)) {
            revert InvalidSignature();
        }

        channel.totalClaimed = total;
        receivers[config.receiver][config.token].totalClaimed += total - before;
        emit Claimed(channelId, msg.sender, total - before, total);
    }

    function _refund(bytes32 channelId, ChannelConfig calldata config, uint128 amount) private {
        if (amount == 0) revert ZeroRefund();
        unchecked {
            // 256 bits don't run out.
            ++refundNonce[channelId];
        }
        uint128 returned = _takeUnclaimed(channelId, amount);
        if (returned == 0) return;

        // What is back already need not be withdrawn as well.
        Withdrawal storage withdrawal = pendingWithdrawals[channelId];
        if (withdrawal.initiatedAt != 0) {
            if (returned >= withdrawal.amount) delete pendingWithdrawals[channelId];
            else withdrawal.amount -= returned;
        }
        emit Refunded(channelId, msg.sender, returned);
        _giveBack(channelId, config, returned);
    }

    /// @dev Takes `wanted` out of a channel's balance, or what is unclaimed of it where that is less.
    function _takeUnclaimed(bytes32 channelId, uint128 wanted) private returns (uint128 taken) {
        Channel storage channel = channels[channelId];
        uint128 available = channel.balance - channel.totalClaimed;
        taken = wanted > available ? available : wanted;
        channel.balance -= taken;
    }

    function _giveBack(bytes32 channelId, ChannelConfig calldata config, uint128 amount) private {
        Channel storage channel = channels[channelId];
        if (channel.balance == 0 && channel.totalClaimed == 0) emit ChannelClosed(channelId, config);
        if (amount != 0) IERC20(config.token).safeTransfer(config.payer, amount);
    }
}
